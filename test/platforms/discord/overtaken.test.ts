import { expect, test } from 'vitest'
import { fieldsOf, overtaken, without } from '../../../platforms/discord/overtaken.ts'

const M = 'channel/1/message/2'

test.for<
  [title: string, names: readonly string[], later: { sets?: string[]; ends?: string[] }, gone: readonly string[]]
>([
  ['the same', [`${M}/content`], { sets: [`${M}/content`] }, [`${M}/content`]],
  ['another part', [`${M}/content`], { sets: [`${M}/pinned`] }, []],
  ['another message', [`${M}/content`], { sets: ['channel/1/message/22/content'] }, []],
  ['all of it', [`${M}/reactions/👍/@me`], { sets: [`${M}/reactions`] }, [`${M}/reactions/👍/@me`]],
  ['a part of it', [`${M}/reactions`], { sets: [`${M}/reactions/👍/@me`] }, [`${M}/reactions`]],
  ['the end of what it belongs to', [`${M}/content`], { ends: [M] }, [`${M}/content`]],
  ['the end of a part', [M], { ends: [`${M}/content`] }, []],
  ['one of two', ['channel/1/name', 'channel/1/topic'], { sets: ['channel/1/topic'] }, ['channel/1/topic']],
])('of what a command sets a later one overtakes: %s', ([, names, { sets = [], ends = [] }, gone]) => {
  expect(overtaken(names, [{ sets, ends }])).toEqual(gone)
})

test('what is overtaken is left out of the arguments', () => {
  const changes = { name: 'news', topic: undefined, nsfw: false }
  expect(fieldsOf('channel/1', changes)).toEqual(['channel/1/name', 'channel/1/nsfw'])
  expect(without({ channel_id: '1', ...changes }, ['channel/1/name'])).toEqual({ channel_id: '1', nsfw: false })
})
