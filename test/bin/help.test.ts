import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../bin/command-table.ts'
import { LOADERS } from '../../bin/commands.ts'
import { helpText } from '../../bin/help.ts'
import { TOPICS } from '../../bin/topics.ts'

const nouns = [...new Set(COMMANDS.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0] ?? ''] : [])))]
const names = ['', ...nouns, ...COMMANDS.map(({ name }) => name)]

// `npx vitest run test/bin/help.test.ts -u` writes them anew.
test.for(names)('the help of "%s" is as agreed', async (name) => {
  const text = helpText(name === '' ? [] : name.split(' '))
  await expect(`${text}\n`).toMatchFileSnapshot(`help/${name.replaceAll(' ', '-') || 'overview'}.txt`)
})

test.for(Object.keys(TOPICS))('the topic "%s" is as agreed', async (name) => {
  await expect(`${TOPICS[name]?.text()}\n`).toMatchFileSnapshot(`help/topic-${name}.txt`)
})

test('no line is wider than 80 columns', () => {
  const texts = [
    ...names.map((name) => helpText(name === '' ? [] : name.split(' '))),
    ...Object.values(TOPICS).map((topic) => topic.text()),
  ]
  const lines = texts.flatMap((text) => (text ?? '').split('\n'))
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

describe('every command', () => {
  test.for(COMMANDS)('$name has an example that begins with it', ({ name, examples }) => {
    expect(examples.length).toBeGreaterThan(0)
    expect(examples.every((example) => example.startsWith(name))).toBe(true)
  })

  test.for(Object.entries(LOADERS))('%s has its code', async ([, load]) => {
    expect(await load()).toBeTypeOf('function')
  })
})
