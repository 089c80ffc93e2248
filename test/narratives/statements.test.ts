// Each statement of the format has a test that exists; docs/narrative-format.md is the list of them.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { type Proof, SECTIONS } from './statements.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** The text of a test file, or of the table that a test of the same folder reads its rows from. */
function sourcesOf(file: string): string {
  const paths = [`${file}.test.ts`, `${file}.ts`].map((name) => path.join(ROOT, 'test', name))
  return paths.flatMap((name) => (existsSync(name) ? [readFileSync(name, 'utf8')] : [])).join('\n')
}

function isThere(proof: Proof): boolean {
  const [, file, title] = /^(\S+) › (.+)$/.exec(proof) ?? []
  if (file === undefined || title === undefined) return false
  const source = sourcesOf(file)
  return [`'${title.replaceAll("'", "\\'")}'`, `"${title}"`, `\`${title}\``].some((quoted) => source.includes(quoted))
}

test('every statement has a test, and every test that is named exists', () => {
  const proofs = SECTIONS.flatMap(({ statements }) => statements.flatMap(([, ...named]) => named))
  for (const { statements } of SECTIONS)
    for (const [statement, ...named] of statements) expect(named, statement).not.toEqual([])
  expect([...new Set(proofs)].filter((proof) => !isThere(proof))).toEqual([])
})

test('no section of the format is left out', () => {
  const numbers = SECTIONS.map(({ title }) => Number.parseInt(title, 10))
  // 25 is the list of decisions, each of which stands with its section.
  expect(numbers).toEqual([...Array.from({ length: 24 }, (_, at) => at + 1), 26, 27, 28, 29])
})

const DECISIONS =
  `01 01b 01c 02 03 03b 04 05 06 07 09 10 11 11b 12b 13 13b 14 15 16 17 18 19 19b 20 21 22 23 24 25 26 27 27b 30 31 31b
32 33 34 35 36 37 38 39 40 42 43b 44 45 46 47 48 49 41`.split(/\s+/)

test('every decision stands beside a statement', () => {
  const said = SECTIONS.flatMap(({ statements }) => statements.map(([statement]) => statement)).join('\n')
  expect(DECISIONS.filter((number) => !new RegExp(`D-${number}\\b`).test(said))).toEqual([])
})

// `npx vitest run test/narratives/statements.test.ts -u` prints the page anew.
test('docs/narrative-format.md lists them', async () => {
  const counted = SECTIONS.reduce((sum, { statements }) => sum + statements.length, 0)
  const sections = SECTIONS.map(({ title, statements }) => {
    const rows = statements.map(([statement, ...proofs]) => `| ${statement} | ${proofs.map(shown).join('; ')} |`)
    return `## ${title}\n\n| The format says | Tests |\n|---|---|\n${rows.join('\n')}\n`
  })
  const page = `# The narrative format, statement by statement

What the specification of the format says, and the tests that hold it: ${counted} statements of 28 sections, the decisions
(D-nn) beside what they decide. Files are below \`test/\`, without \`.test.ts\`; a name with % or without a test of its own is a table or a group of
tests. A test of its own (\`narratives/statements\`) checks that every test named here exists. How the language is used is in
[narratives.md](narratives.md).

${sections.join('\n')}`
  await expect(page).toMatchFileSnapshot(path.join(ROOT, 'docs/narrative-format.md'))
})

function shown(proof: Proof): string {
  const [file, title] = proof.split(' › ')
  return `\`${file}\` "${title!.replaceAll('|', '\\|')}"`
}
