import { describe, expect, test } from 'vitest'
import { fillIn, fillInArgs, fillInEnv, type Values } from '../../narratives/placeholders.ts'

const RESPONSES: Record<string, string> = {
  draft: 'A title',
  made: '{"id":"42","n":7,"ok":true,"none":null,"user":{"name":"Ann"},"tags":["x","y"]}',
  many: '[{"id":1},{"id":2}]',
  fenced: 'Here you are:\n```json\n{"title":"T"}\n```',
  hostile: 'see {{draft}} and ${env:SECRET}',
  previous: '{"id":"9"}',
  posts: '| id |\n| --- |\n| 1 |',
  LOUD: 'an act in capitals',
  'my-act': 'dashed',
}
const ENV: Record<string, string> = { GUILD_ID: 'g1', SECRET: 's3cret', lower: 'low' }
const STATE: Record<string, string> = { channel_id: 'c1', 'discord.channels.create.id': 'c2', ROOM: 'r1' }

const values: Values = {
  response: (name) => RESPONSES[name],
  env: (name) => ENV[name],
  state: (key) => STATE[key],
  known: () => Object.keys(RESPONSES),
}

test('{{caller}} is the response before, in the narrative that runs this one; an act of that name goes before it', () => {
  const nested = { ...values, callerResponse: '{"id":5}' }
  expect(fillIn('{{caller}} ${caller.id}', nested, 'strict').text).toBe('{"id":5} 5')
  expect(fillIn('{{caller:-none}}', values, 'strict').text).toBe('none')
  expect(() => fillIn('{{caller}}', values, 'strict')).toThrow(/no other narrative runs this one/)
  expect(fillIn('{{caller}}', { ...nested, response: () => 'an act' }, 'strict').text).toBe('an act')
})

describe('what a placeholder stands for', () => {
  test.for<[title: string, text: string, filled: string]>([
    ['a response', '{{draft}}', 'A title'],
    ['a response in the other notation', '${draft}', 'A title'],
    ['white space inside the braces', '{{ draft }} ${ draft }', 'A title A title'],
    ['the act before', '{{previous}}', '{"id":"9"}'],
    ['a path', '${made.id}', '42'],
    ['a number, a boolean, null', '${made.n} ${made.ok} ${made.none}', '7 true null'],
    ['an object and an array, compact', '${made.user} ${made.tags}', '{"name":"Ann"} ["x","y"]'],
    ['a deeper path', '${made.user.name}', 'Ann'],
    ['an array by number', '${many.0.id} ${made.tags[1]}', '1 y'],
    ['the last element when no number is given', '${many.id}', '2'],
    ['a path into the act before', '${previous.id}', '9'],
    ['prev', '${prev.id} {{prev}}', '9 {"id":"9"}'],
    ['the id of a channel that prev only calls id', '${prev.channel_id}', '9'],
    ['JSON inside of a fence', '{{fenced.title}}', 'T'],
    ['the state', '${state:channel_id} {{state:channel_id}}', 'c1 c1'],
    ['a state key with dots', '${state:discord.channels.create.id}', 'c2'],
    ['STATE in capitals', '${STATE:ROOM}', 'r1'],
    ['a captured key without its prefix', '${ROOM}', 'r1'],
    ['the environment', '${env:GUILD_ID} ${GUILD_ID} $GUILD_ID', 'g1 g1 g1'],
    ['an act when the environment has no such name', '${LOUD}', 'an act in capitals'],
    ['the environment for a small name that is no act', '${lower}', 'low'],
    ['a fallback', '${MISSING:-x} {{nobody:-y}} ${made.none2:-}', 'x y '],
    ['no fallback when there is a value', '${GUILD_ID:-x}', 'g1'],
    ['a table', '{{posts}}', '| id |\n| --- |\n| 1 |'],
    ['a name with a dash', '{{my-act}}', 'dashed'],
    ['nothing for an escaped dollar sign', '$$GUILD_ID $${draft}', '$GUILD_ID ${draft}'],
    ['nothing for money', 'It costs $5 or $a, US$ 7, $$', 'It costs $5 or $a, US$ 7, $$'],
    ['nothing in single braces', '{draft} {"a": {"b": 1}}', '{draft} {"a": {"b": 1}}'],
  ])('%s', ([, text, filled]) => {
    expect(fillIn(text, values, 'strict')).toEqual({ text: filled, unresolved: [] })
    expect(fillIn(text, values, 'lenient')).toEqual({ text: filled, unresolved: [] })
  })
})

describe('a placeholder without a value', () => {
  test.for<[title: string, text: string, reason: RegExp]>([
    ['an unknown act', '{{nobody}}', /no act or table "nobody"/],
    ['an environment variable in curly braces', '{{GUILD_ID}}', /no act or table "GUILD_ID"/],
    ['an unset variable', '${env:NOPE}', /variable NOPE is not set/],
    ['a missing state key', '${state:nope}', /no key "nope"/],
    ['a response that is not JSON', '${draft.id}', /not JSON/],
    ['a missing path', '${made.user.age}', /no "user.age"/],
    ['an index beyond the array', '${many.7}', /no "7"/],
    ['a path into a string', '${made.id.x}', /no "id.x"/],
    ['a method of objects', '${made.toString}', /no "toString"/],
  ])('%s', ([, text, reason]) => {
    expect(() => fillIn(text, values, 'strict')).toThrow(reason)
    const { text: kept, unresolved } = fillIn(`a ${text} b`, values, 'lenient')
    expect(kept).toBe(`a ${text} b`)
    expect(unresolved).toHaveLength(1)
  })

  test('previous in the first act', () => {
    const first = { ...values, response: () => undefined }
    expect(() => fillIn('{{previous}}', first, 'strict')).toThrow(/no act ran before/)
  })

  test('a missing state key is told with the keys that are there', () => {
    const stateKeys = () => Object.keys(STATE)
    expect(() => fillIn('${state:chanel_id}', { ...values, stateKeys }, 'strict')).toThrow(
      /no key "chanel_id"; it has channel_id, discord.channels.create.id, ROOM\./,
    )
  })

  test('says the nearest known name, and no value of another', () => {
    expect(() => fillIn('${drafd}', values, 'strict')).toThrow(
      expect.objectContaining({
        code: 'placeholder-unresolved',
        message: expect.stringContaining('Did you mean "draft"?'),
      }),
    )
  })
})

test('what a placeholder brings in is never looked at again', () => {
  expect(fillIn('{{hostile}} {{draft}}', values, 'strict').text).toBe('see {{draft}} and ${env:SECRET} A title')
})

test('arguments are filled in however deep; other values and names stay', () => {
  const args = { a: '${made.id}', n: 1, list: ['{{draft}}', { '{{draft}}': '${made.n}' }], none: null }
  expect(fillInArgs(args, values)).toEqual({ a: '42', n: 1, list: ['A title', { '{{draft}}': '7' }], none: null })
})

test('files and URLs know only the environment', () => {
  const env = (name: string) => ENV[name]
  expect(fillInEnv('${GUILD_ID}/$GUILD_ID/${env:GUILD_ID}/${X:-y}/{{draft}}', env)).toBe('g1/g1/g1/y/{{draft}}')
  expect(() => fillInEnv('${NOPE}/a.png', env)).toThrow(expect.objectContaining({ code: 'placeholder-unresolved' }))
})

describe('conditional blocks in prompts', () => {
  test.for<[title: string, text: string, filled: string]>([
    ['a name with a value', '{% if draft %}yes {{draft}}{% endif %}', 'yes A title'],
    ['a name without one', '{% if nobody %}yes {{nobody}}{% endif %}!', '!'],
    ['else', '{% if nobody %}yes{% else %}no{% endif %}', 'no'],
    ['both branches', '{%if draft%}1{%else%}2{%endif%} {% if x %}3{% else %}4{% endif %}', '1 4'],
    ['a path', '{% if made.user %}1{% endif %}', '1'],
    ['another block tag', '{% for x in y %}', '{% for x in y %}'],
    ['an if that is never ended', '{% if draft %}x', '{% if draft %}x'],
  ])('%s', ([, text, filled]) => {
    expect(fillIn(text, values, 'lenient')).toEqual({ text: filled, unresolved: [] })
  })

  test.for(['', '  \n', '[]', 'No data'])('%j counts as nothing', (response) => {
    const empty = { ...values, response: () => response }
    expect(fillIn('{% if posts %}some{% else %}none{% endif %}', empty, 'lenient').text).toBe('none')
  })

  test('only prompts have them', () => {
    expect(fillIn('{% if draft %}x{% endif %}', values, 'strict').text).toBe('{% if draft %}x{% endif %}')
  })
})

describe('single braces, for narratives with local variables', () => {
  const local: Values = {
    ...values,
    locals: { schema: '{ title: string }', content: '{previous_output}!' },
    callerResponse: 'from the caller',
  }

  test.for<[text: string, filled: string]>([
    ['{schema} {content}', '{ title: string } from the caller!'],
    ['{json}', '{"id":"9"}'],
    ['{previous_output}', 'from the caller'],
    ['{other} {"a": {b}} {{draft}}', '{other} {"a": {b}} A title'],
  ])('%s', ([text, filled]) => {
    expect(fillIn(text, local, 'lenient').text).toBe(filled)
  })

  test('at the top level there is no caller', () => {
    const { callerResponse: _, ...top } = local
    expect(fillIn('[{previous_output}]', top, 'lenient').text).toBe('[]')
  })
})
