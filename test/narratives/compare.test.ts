import { describe, expect, test } from 'vitest'
import { compareNarratives } from '../../narratives/compare.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

const read = (text: string) => parseNarrativeFile(text, 'n.toml').file!.narratives.get('n')!
const acts = (...names: string[]) =>
  read(
    `[narrative]\nname = "n"\ntoc = [${names.map((name) => `"${name}"`).join(', ')}]\n[acts]\n${[...new Set(names)].map((name) => `${name} = "${name}"`).join('\n')}\n`,
  )

describe('what changed', () => {
  test.for<[title: string, before: string, now: string, expected: object[]]>([
    ['nothing', 'a b', 'a b', []],
    ['an act more', 'a b', 'a c b', [{ is: 'added', act: 'c' }]],
    ['an act less', 'a b c', 'a c', [{ is: 'removed', act: 'b' }]],
    ['an act that moved, not those around it', 'a b c d', 'd a b c', [{ is: 'moved', act: 'd', after: null }]],
    ['an act that moved back', 'a b c', 'b c a', [{ is: 'moved', act: 'a', after: 'c' }]],
    ['a second turn', 'a b', 'a b a', [{ is: 'added', act: 'a#2' }]],
  ])('%s', ([, before, now, expected]) => {
    expect(compareNarratives(acts(...before.split(' ')), acts(...now.split(' ')))).toEqual(expected)
  })

  const FILE = `[narrative]\nname = "n"\ntemperature = 0.4\ntoc = ["a"]\n[acts.a]\ninput = ["tables.t", "Look."]\n[tables.t]\ntable_name = "t"\n`

  test('a setting of the narrative changes it and its acts', () => {
    expect(compareNarratives(read(FILE), read(FILE.replace('0.4', '0.7')))).toEqual([
      { is: 'changed', key: 'temperature', before: 0.4, now: 0.7 },
      { is: 'changed', act: 'a', key: 'temperature', before: 0.4, now: 0.7 },
    ])
  })

  test('a resource changes the acts that use it, a prompt only itself', () => {
    expect(compareNarratives(read(FILE), read(`${FILE}limit = 3\n`))).toMatchObject([{ act: 'a', key: 'input 1' }])
    expect(compareNarratives(read(FILE), read(FILE.replace('Look.', 'Look well.')))).toEqual([
      { is: 'changed', act: 'a', key: 'text 2', before: 'Look.', now: 'Look well.' },
    ])
  })

  test('another spelling of the same is no change', () => {
    const inline =
      '[narrative]\nname = "n"\ntemperature = 0.4\n[toc]\norder = ["a"]\n[acts]\na = { inputs = [{ type = "table", table_name = "t" }, { text = "Look." }] }\n'
    const changes = compareNarratives(read(FILE), read(inline))
    expect(changes).toMatchObject([{ key: 'input 1', before: { name: 't' }, now: {} }])
    expect(compareNarratives(read(FILE), read(`# new comment\n\n${FILE}`))).toEqual([])
  })
})
