import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parseTestFile } from '../../../narratives/testing/test-file.ts'

const FILE = '/p/launch.test.toml'

test('a case is read whole', () => {
  const { file, diagnostics } = parseTestFile(
    `narrative = "other.toml"
[[case]]
name = "a"
narrative = "n"
vars = { topic = "bread", count = 3 }
env.GUILD = "1"
state.room = "2"
tables.posts = [{ title = "x" }]
[case.expect]
error = "no-json"
tables.posts = 2
commands = []
`,
    FILE,
  )
  expect(diagnostics).toEqual([])
  expect(file).toMatchObject({
    narrativeFile: '/p/other.toml',
    cassette: '/p/launch.cassette.json',
    cases: [
      {
        name: 'a',
        narrative: 'n',
        vars: { topic: 'bread', count: '3' },
        env: { GUILD: '1' },
        state: { room: '2' },
        tables: new Map([['posts', [{ title: 'x' }]]]),
        expect: { commands: { list: [] }, tables: [{ table: 'posts' }] },
      },
    ],
  })
})

const wrong: readonly (readonly [toml: string, line: number, message: string, hint?: string])[] = [
  ['', 1, 'There is no case.'],
  ['[case]\nname = "a"', 1, 'There is no case.'],
  ['[[case]]', 1, '"case[0].name" must be a string, found nothing.'],
  ['[[case]]\nname = "a"\n[[case]]\nname = "a"', 3, 'There are two cases named "a".'],
  ['[[case]]\nname = "a"\nexpects = {}', 3, 'A test knows no key "expects" here.', 'did you mean "expect"?'],
  ['[[case]]\nname = "a"\nexpect.output.x = 1', 3, 'A test knows no key "output" here.', 'did you mean "outputs"?'],
  ['[[case]]\nname = "a"\nexpect.tables.t.row = []', 3, 'A test knows no key "row" here.', 'did you mean "rows"?'],
  [
    '[[case]]\nname = "a"\nexpect.commands = "x"',
    3,
    '"case[0].expect.commands" must be a list of tables, found the string "x".',
  ],
  [
    '[[case]]\nname = "a"\ntables.t = [1]',
    3,
    '"case[0].tables.t[0]" must be a row: a table of columns, found the integer 1.',
  ],
  ['[[case]]\nname = "a"\nx', 3, 'Not valid TOML:'],
  ['cases = 1\n[[case]]\nname = "a"', 1, 'A test knows no key "cases" here.', 'did you mean "case"?'],
]

test.for(wrong)('%j is refused', ([toml, line, message, hint]) => {
  const { file, diagnostics } = parseTestFile(toml, FILE)
  expect(file).toBeUndefined()
  expect(diagnostics[0]).toMatchObject({
    severity: 'error',
    message: expect.stringContaining(message),
    place: { file: FILE, line },
    ...(hint !== undefined && { hint }),
  })
})

test('the example of the docs is a test, and no key is left out of its tables', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/narrative-tests.md'), 'utf8')
  const [, example = ''] = [...page.matchAll(/^```toml\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)
  expect(parseTestFile(example, FILE)).toMatchObject({ diagnostics: [], file: { cases: [{}, {}] } })
  const { diagnostics } = parseTestFile('[[case]]\nname = "a"\nx = 1\nexpect = { x = 1, error = { x = 1 } }', FILE)
  const known = diagnostics.flatMap(({ fix = '' }) => fix.replace(/^.*: |\.$/g, '').split(', '))
  expect(known.length).toBeGreaterThan(20)
  for (const key of known) expect(page).toContain(`\`${key}\``)
})
