import { describe, expect, test } from 'vitest'
import type { Json } from '../../json.ts'
import type { Act, CommandInput } from '../../narratives/narrative.ts'
import { actCaptures, commandCaptures } from '../../narratives/state-captures.ts'

const place = { file: 'n.toml', line: 1, column: 1 }
const command = (name: string, capture?: CommandInput['capture']): CommandInput => ({
  kind: 'command',
  platform: 'discord',
  command: name,
  args: {},
  required: false,
  retention: 'full',
  place,
  ...(capture && { capture }),
})

describe('what a command leaves in the state', () => {
  test.for<[title: string, input: CommandInput, result: Json, entries: Record<string, string>]>([
    [
      'its ids, under two keys',
      command('messages.send'),
      { id: '1', channel_id: '2', content: 'x' },
      {
        'discord.messages.send.id': '1',
        id: '1',
        'discord.messages.send.channel_id': '2',
        channel_id: '2',
        message_id: '1',
      },
    ],
    [
      'the typed key when there is only an id',
      command('channels.create'),
      { id: 7 },
      { 'discord.channels.create.id': '7', id: '7', channel_id: '7' },
    ],
    [
      'not over a typed key that is there',
      command('threads.create'),
      { id: '1', thread_id: '2' },
      { 'discord.threads.create.id': '1', id: '1', 'discord.threads.create.thread_id': '2', thread_id: '2' },
    ],
    ['nothing of lists', command('channels.list'), [{ id: '1' }], {}],
    ['nothing of values that are no ids', command('members.list'), { id: null, user_id: { x: 1 }, count: 3 }, {}],
    ['an asked field', command('x.y', { key: 'K', field: 'author.name' }), { author: { name: 'Ann' } }, { K: 'Ann' }],
    ['the whole of a plain result', command('x.y', { key: 'K', field: 'id' }), 'plain', { K: 'plain' }],
    ['nothing when the field is missing', command('x.y', { key: 'K', field: 'id' }), { a: 1 }, {}],
    [
      'a message sent through a channel',
      command('channel.send_message'),
      { id: '5' },
      { 'discord.channel.send_message.id': '5', id: '5', message_id: '5' },
    ],
  ])('%s', ([, input, result, entries]) => {
    expect(Object.fromEntries(commandCaptures(input, result))).toEqual(entries)
  })
})

describe('what an act leaves in the state', () => {
  const act = (stateCapture: Record<string, string>): Act => ({
    name: 'a',
    inputs: [],
    settings: {},
    stateCapture,
    place,
  })

  test.for<[title: string, capture: Record<string, string>, response: string, entries: Record<string, string>]>([
    [
      'values at paths',
      { a: '$.x.y', b: '$.list[1]', c: 'x' },
      '{"x":{"y":5},"list":[1,2]}',
      { a: '5', b: '2', c: '{"y":5}' },
    ],
    ['the id where a typed id is missing', { channel_id: '$.channel_id' }, '{"id":"9"}', { channel_id: '9' }],
    ['nothing where there is nothing', { a: '$.nope' }, '{"id":"9"}', {}],
    ['nothing of an answer that is no JSON', { a: '$.a' }, 'hello', {}],
    ['JSON in a fence', { a: '$.a' }, 'Here:\n```json\n{"a": "x"}\n```', { a: 'x' }],
    ['the last of several results', { a: '$.id' }, '[{"id":"1"},{"id":"2"}]', { a: '2' }],
  ])('%s', ([, capture, response, entries]) => {
    expect(Object.fromEntries(actCaptures(act(capture), response))).toEqual(entries)
  })
})
