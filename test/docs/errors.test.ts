import { globSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { COMMANDS, GLOBAL_FLAGS } from '../../bin/command-table.ts'
import { SETTINGS } from '../../config/settings.ts'
import { CODES } from '../../errors.ts'

const PAGE = fileURLToPath(new URL('../../docs/errors.md', import.meta.url))

// `npx vitest run test/docs/errors.test.ts -u` prints the table anew.
test('docs/errors.md lists every code, with what happened and what to do', async () => {
  const page = await readFile(PAGE, 'utf8')
  const table = codeTable()
  const printed = page.replace(/(<!-- codes -->\n).*?(<!-- end -->)/s, (_, start, end) => `${start}${table}\n${end}`)
  expect(printed).toContain(table)
  await expect(printed).toMatchFileSnapshot(PAGE)
})

test('every code of the list is raised somewhere', () => {
  const sources = globSync(
    '{actors,bin,config,console,media,models,narratives,platforms,store,supervisor,telemetry}/**/*.{ts,mjs}',
  )
  const text = [...sources, 'botticelli.ts', 'bin/botticelli'].map((file) => readFileSync(file, 'utf8')).join('\n')
  expect(Object.keys(CODES).filter((code) => !text.includes(`'${code}'`))).toEqual([])
})

/** A fault of our own, which no input brings about, ends the program with these. */
const OURS_ALONE = ['demo-failed', 'supervisor-gave-up']

test('every code is named by a test', () => {
  const tests = globSync('test/**/*.{ts,json}', { exclude: ['test/docs/errors.test.ts'] })
  const text = tests.map((file) => readFileSync(file, 'utf8')).join('\n')
  const named = new Set(text.match(/[a-z]+(?:-[a-z]+)+|usage/g))
  expect(Object.keys(CODES).filter((code) => !named.has(code))).toEqual(OURS_ALONE)
})

test('every fix says what to do, in a sentence or a command', () => {
  for (const [code, { summary, fix }] of Object.entries(CODES)) {
    expect([code, summary]).toEqual([code, expect.stringMatching(/^(?:[A-Z]|npm ).{10,}\.$/)])
    expect([code, fix]).toEqual([code, expect.stringMatching(/^[A-Z].{8,}/)])
  }
})

test('what a fix names exists: its commands, its flags, its settings', () => {
  const settings = Object.keys(SETTINGS)
  const commands = COMMANDS.map(({ name }) => name as string)
  const wrong = Object.entries(CODES).flatMap(([code, { fix }]) => [
    ...[...fix.matchAll(/botticelli ((?:[a-z-]+)(?: [a-z-]+)?)/g)]
      .map(([, words = '']) => words)
      .filter((words) => !commands.includes(words) && !commands.includes(words.split(' ')[0]!))
      .map((words) => `${code}: botticelli ${words}`),
    ...[...fix.matchAll(/--[a-z][a-z-]+/g)].filter(([flag]) => !FLAGS.has(flag)).map(([flag]) => `${code}: ${flag}`),
    ...[
      ...fix.matchAll(
        /\b(?:bots|context|discord|inspector|lint|media|models|notify|pipeline|supervision|telemetry)\.(?:\*\.)?[a-z_]{3,}/g,
      ),
    ]
      .filter(([key]) => !settings.some((one) => one === key || one.startsWith(`${key}.`)))
      .map(([key]) => `${code}: ${key}`),
  ])
  expect(wrong).toEqual([])
})

const FLAGS = new Set(
  [...COMMANDS.flatMap(({ flags = [] }) => flags), ...GLOBAL_FLAGS].map(({ flag }) => /--[a-z-]+/.exec(flag)?.[0]),
)

function codeTable(): string {
  const rows = Object.entries(CODES)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { summary, fix }]) => `| \`${code}\` | ${cell(summary)} | ${cell(fix)} |`)
  return ['| code | what happened | what to do |', '|---|---|---|', ...rows].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
