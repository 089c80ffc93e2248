// A run has the narrative that it began with, whatever became of the files since.

import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { openHouse, type Say } from './house.ts'

const MAIN = (second: string) => `
[narrative]
name = "main"
description = "Two acts and another narrative"
toc = ["first", "other", "second"]
[acts]
first = "Begin."
other = "narrative:leaf"
second = "${second}"
`
const LEAF = (prompt: string) => `[narrative]\nname = "leaf"\ntoc = ["inner"]\n[acts]\ninner = "${prompt}"`

/** Fails in the act `inner` until it is mended. */
async function interrupted(toml = MAIN('End as it was.')) {
  let broken = true
  const say: Say = ({ act }) => (act === 'inner' && broken ? new Error('The power went.') : `answer of ${act}`)
  const house = await openHouse(say)
  house.write('leaf.toml', LEAF('Inside as it was.'))
  const first = await house.run(toml)
  expect(first.status).toBe('failed')
  broken = false
  return { house, id: first.executionId }
}

test.for<[title: string, change: (write: (file: string, text: string) => string) => void]>([
  ['nothing was changed', () => {}],
  [
    'its files were edited',
    (write) => {
      write('narrative.toml', MAIN('End anew.'))
      write('leaf.toml', LEAF('Inside anew.'))
    },
  ],
  [
    'its files are broken',
    (write) => {
      write('narrative.toml', 'not = = toml')
      write('leaf.toml', '[')
    },
  ],
  ['its files were removed', (write) => rmSync(write('leaf.toml', '')) ?? rmSync(write('narrative.toml', ''))],
])('a run goes on with what it began with after %s', async ([, change]) => {
  const { house, id } = await interrupted()
  await using _ = house
  change(house.write)
  expect(await house.resume(id)).toMatchObject({ status: 'completed', acts: 3 })
  expect(house.promptsOf('inner').at(-1)).toBe('Inside as it was.')
  expect(house.promptsOf('second')).toEqual([expect.stringContaining('End as it was.')])
})

test('what is changed while it runs has no part in it', async () => {
  await using house = await openHouse(({ act }) => {
    if (act === 'first') house.write('leaf.toml', LEAF('Inside anew.'))
    return `answer of ${act}`
  })
  house.write('leaf.toml', LEAF('Inside as it was.'))
  expect(await house.run(MAIN('End.'))).toMatchObject({ status: 'completed' })
  expect(house.promptsOf('inner')).toEqual(['Inside as it was.'])
})

test('a replay has the narrative as it was, or on demand as it is now', async () => {
  const { house, id } = await interrupted()
  await using _ = house
  await house.resume(id)
  house.write('narrative.toml', MAIN('End anew.'))
  const file = house.store.executions.find(id)!.file
  expect(dirname(file)).toBe(dirname(house.write('leaf.toml', LEAF('Inside anew.'))))

  const same = await house.run(MAIN('End anew.'), { replay: { id, fromAct: 'second' } })
  expect(house.promptsOf('second').at(-1)).toContain('End as it was.')
  const version = house.store.executions.find(id)!.version
  expect(house.store.executions.find(same.executionId)).toMatchObject({ version })

  const edited = await house.run(MAIN('End anew.'), { replay: { id, fromAct: 'second', edited: true } })
  expect(house.promptsOf('second').at(-1)).toContain('End anew.')
  expect(house.promptsOf('first')).toHaveLength(1)
  expect(house.store.executions.find(edited.executionId)?.version).not.toBe(version)
})

test('a file that could not be used at the beginning is read when the run comes to it', async () => {
  const house = await openHouse()
  await using _ = house
  house.write('leaf.toml', 'not = = toml')
  const first = await house.run(MAIN('End.'))
  expect(first).toMatchObject({ status: 'failed', error: { code: 'toml-syntax' } })
  house.write('leaf.toml', LEAF('Inside, mended.'))
  expect(await house.resume(first.executionId)).toMatchObject({ status: 'completed' })
  expect(house.promptsOf('inner')).toEqual(['Inside, mended.'])
})
