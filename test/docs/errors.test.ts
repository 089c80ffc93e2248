import { globSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { CODES } from '../../errors.ts'

const PAGE = new URL('../../docs/errors.md', import.meta.url)

// `npx vitest run test/docs/errors.test.ts -u` prints the table anew.
test('docs/errors.md lists every code, with what happened and what to do', async () => {
  const page = await readFile(PAGE, 'utf8')
  const table = codeTable()
  const printed = page.replace(/(<!-- codes -->\n).*?(<!-- end -->)/s, (_, start, end) => `${start}${table}\n${end}`)
  expect(printed).toContain(table)
  await expect(printed).toMatchFileSnapshot(PAGE.pathname)
})

test('every code of the list is raised somewhere', () => {
  const sources = globSync(
    '{actors,bin,config,console,media,models,narratives,platforms,store,supervisor,telemetry}/**/*.{ts,mjs}',
  )
  const text = [...sources, 'botticelli.ts', 'bin/botticelli'].map((file) => readFileSync(file, 'utf8')).join('\n')
  expect(Object.keys(CODES).filter((code) => !text.includes(`'${code}'`))).toEqual([])
})

function codeTable(): string {
  const rows = Object.entries(CODES)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { summary, fix }]) => `| \`${code}\` | ${cell(summary)} | ${cell(fix)} |`)
  return ['| code | what happened | what to do |', '|---|---|---|', ...rows].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
