// The library: every narrative in it loads without a word, has a test that passes on its recordings, and runs with the
// model that needs no network. A copy under another name is as good.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import { isTestFile } from '../../narratives/testing/test-file.ts'
import { makeProject } from '../end-to-end/project.ts'

const LIBRARY = path.resolve(import.meta.dirname, '../../narratives/library')
const names = readdirSync(LIBRARY).flatMap((name) =>
  name.endsWith('.toml') && !isTestFile(name) ? [name.replace(/\.toml$/, '')] : [],
)

const project = makeProject()
afterAll(() => project[Symbol.dispose]())

test.for(names)('%s loads without a word, with a description of each narrative', (name) => {
  const file = path.join(LIBRARY, `${name}.toml`)
  const parsed = parseNarrativeFile(readFileSync(file, 'utf8'), file)
  expect(parsed.diagnostics).toEqual([])
  for (const { description } of parsed.file?.narratives.values() ?? []) expect(description).not.toBe('')
})

test('all tests pass, and no recording is left over', async () => {
  const { code, stdout } = await project.botticelli(['narratives', 'test', LIBRARY, '--json'])
  const { cases, forgotten, ...counts } = JSON.parse(stdout)
  const wrong = cases.filter(
    (one: { failures: object[]; unused: string[] }) => one.failures.length + one.unused.length > 0,
  )
  expect({ wrong, forgotten }).toEqual({ wrong: [], forgotten: [] })
  expect({ code, ...counts }).toEqual({ code: 0, passed: cases.length, failed: 0 })
  const tested = new Set(cases.map(({ file }: { file: string }) => path.basename(file, '.test.toml')))
  expect([...tested].sort()).toEqual(names)
}, 60_000)

const runs: readonly (readonly [words: string, tables: readonly string[]])[] = [
  ['generate.batch', ['potential_discord_posts']],
  ['curate', ['approved_discord_posts']],
  ['post', []],
  ['welcome.write', ['content']],
  ['welcome.publish', []],
  ['decide --input issue=Should_we_move_the_forum?', ['decisions']],
  ['scan.scanner', ['scanned_items']],
]

test('one after the other they run with the scripted model, and each fills its tables', async () => {
  const project = makeProject()
  try {
    for (const name of names) {
      expect((await project.botticelli(['narratives', 'new', `narratives/${name}`, '--from', name])).code).toBe(0)
    }
    expect(existsSync(path.join(project.folder, 'narratives/about.md'))).toBe(true)
    for (const [words, tables] of runs) {
      const args = ['run', ...words.split(' '), '--model', 'scripted', '--json']
      const { code, stdout, stderr } = await project.botticelli(args, { DISCORD_GUILD_ID: '1100000000000000000' })
      expect({ words, code, stderr }).toMatchObject({ words, code: 0 })
      const rows = JSON.parse(stdout).rows as { table: string; stored: number; skipped: number }[]
      for (const table of tables) expect(rows).toContainEqual(expect.objectContaining({ table, skipped: 0 }))
    }
  } finally {
    project[Symbol.dispose]()
  }
}, 120_000)

test('with the answers of their cassettes they make what their tests expect, and whoever runs them may give other values', async () => {
  using project = makeProject()
  for (const name of names) await project.botticelli(['narratives', 'new', `narratives/${name}`, '--from', name])
  const run = async (...words: string[]) => {
    const { code, stdout, stderr } = await project.botticelli(['run', ...words, '--cassette', '--json'])
    expect({ words, code, stderr }).toMatchObject({ words, code: 0 })
    return JSON.parse(stdout)
  }
  expect((await run('decide')).response).toContain('"quality": 65')
  expect((await run('welcome.write', '--input', 'community=Rye Club')).rows).toMatchObject([
    { table: 'content', stored: 6 },
  ])
  expect((await run('scan.scanner')).rows.map(({ table }: { table: string }) => table)).toContain('flagged_items')
  expect((await run('generate.batch')).costUsd).toBe(0)

  const nothing = await project.botticelli(['run', 'post', '--cassette'])
  expect(nothing).toMatchObject({ code: 4, stderr: expect.stringContaining('Nothing is recorded for') })
  const both = await project.botticelli(['run', 'decide', '--cassette', '--dry-run'])
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot both be meant') })
}, 60_000)

test('the page of the library has a line for each, with a command that names a narrative of it', () => {
  const page = readFileSync(path.join(LIBRARY, 'README.md'), 'utf8')
  const lines = [...page.matchAll(/^\| `(\w+)` \| (.+)$/gm)]
  expect(lines.map(([, name]) => name).toSorted()).toEqual(names)
  for (const [, name, rest] of lines) expect(rest).toMatch(new RegExp(`\`run ${name}\\b`))
  for (const metric of ['journey_components', 'decision_quality', 'scan_score', 'scan_flagged', 'scan_corrections']) {
    expect(page).toContain(metric)
    expect(
      names.some((name) => readFileSync(path.join(LIBRARY, `${name}.toml`), 'utf8').includes(`metrics.${metric}]`)),
    ).toBe(true)
  }
})

test('a copy has another name and the same test', async () => {
  const { code, stdout } = await project.botticelli(['narratives', 'new', 'ours/hello', '--from', 'generate', '--json'])
  expect(code).toBe(0)
  const folder = path.join(project.folder, 'ours')
  const files = ['hello.toml', 'hello.test.toml', 'hello.cassette.json', 'about.md'].map((name) =>
    path.join(folder, name),
  )
  expect(JSON.parse(stdout)).toMatchObject({ files })
  expect(readFileSync(files[0]!, 'utf8')).toContain('botticelli run hello.toml')
  expect((await project.botticelli(['narratives', 'test', 'ours'])).stdout).toContain('2 passed, 0 failed')
  const again = await project.botticelli(['narratives', 'new', 'ours/hello', '--from', 'post'])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('file-exists') })
  const unknown = await project.botticelli(['narratives', 'new', 'ours/x', '--from', 'curat'])
  expect(unknown).toMatchObject({ code: 4, stderr: expect.stringContaining('Did you mean "curate"?') })
}, 60_000)

test('the list shows every narrative', async () => {
  const { stdout } = await project.botticelli(['narratives', 'library', '--json'])
  const listed = new Set(JSON.parse(stdout).map(({ name }: { name: string }) => name))
  expect([...listed]).toEqual(names)
  expect((await project.botticelli(['narratives', 'library'])).stdout).toContain('decide')
}, 60_000)
