// The older dialects, by the examples of the format's section 24.

import { describe, expect, test } from 'vitest'
import { chooseNarrative } from '../../narratives/choose-narrative.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

function parse(text: string, name = 'dir/my_file.toml') {
  const { file, diagnostics } = parseNarrativeFile(text, name)
  expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([])
  expect(diagnostics.filter((one) => one.code === 'old-dialect')).toHaveLength(1)
  return { file: file!, narrative: chooseNarrative(file!), codes: diagnostics.map((one) => one.code) }
}

const sketch = (text: string) => {
  const { narrative } = parse(text)
  return [
    narrative.name,
    ...narrative.acts.map((act) => `${act.name}: ${act.inputs.map((input) => input.kind).join(', ')}`),
  ]
}

describe('24.1: acts as an array', () => {
  const HEADER = '[narrative]\nname = "old_report"\n'
  const ACTS = `
[tables.sales]
table_name = "sales"
where_clause = "amount > 10"
alias = "big_sales"
[[acts]]
name = "analyse"
inputs = ["tables.sales", { text = "What stands out?" }]
model = "gemini-1.5-flash"
[[acts]]
inputs = [{ text = "One sentence conclusion." }]
`
  test('the order of the array is the toc; a missing name is made', () => {
    expect(sketch(HEADER + ACTS)).toEqual(['old_report', 'analyse: table, text', 'act_2: text'])
    expect(parse(HEADER + ACTS).narrative.acts[0]!.settings).toEqual({ model: 'gemini-1.5-flash' })
  })

  test('a toc goes before that order', () => {
    expect(sketch(`${HEADER}toc = ["act_2"]\n${ACTS}`)).toEqual(['old_report', 'act_2: text'])
    expect(sketch(`${HEADER}[toc]\norder = ["act_2", "analyse"]\n${ACTS}`).slice(1)).toEqual([
      'act_2: text',
      'analyse: table, text',
    ])
  })
})

test('24.1: two acts of one name both run, the second under a name of its own', () => {
  const act = '[[acts]]\nname = "a"\nprompt = "x"\n'
  expect(sketch(`[narrative]\nname = "n"\n${act}${act}`)).toEqual(['n', 'a: text', 'a_2: text'])
})

describe('24.2: a header at the root', () => {
  const ACT = `
[[acts]]
name = "create"
[[acts.inputs]]
type = "bot_command"
platform = "discord"
command = "channels.create"
required = true
guild_id = "\${GUILD_ID}"
name = "room"
store_as = "ROOM_ID"
`
  test('root keys make the narrative; a name inside an input is an argument', () => {
    const { narrative } = parse(`name = "make_room"\nskip_content_generation = true\n${ACT}`)
    expect(narrative).toMatchObject({ name: 'make_room', skipContentGeneration: true })
    expect(narrative.acts[0]!.inputs[0]).toMatchObject({
      args: { guild_id: '${GUILD_ID}', name: 'room' },
      capture: { key: 'ROOM_ID', field: 'id' },
      required: true,
    })
  })

  test.for<[title: string, header: string, name: string]>([
    ['a name in [metadata]', '[metadata]\nname = "m"\ndescription = "d"', 'm'],
    ['a title in [metadata]', '[metadata]\ntitle = "My Title!"', 'my_title'],
    ['neither', '[metadata]\nauthor = "Ann"', 'my_file'],
  ])('%s', ([, header, name]) => {
    expect(parse(header + ACT).narrative.name).toBe(name)
  })

  test('[metadata] stands with a normal toc and acts as well', () => {
    expect(sketch('[metadata]\nname = "m"\n[toc]\norder = ["a"]\n[acts]\na = "hi"')).toEqual(['m', 'a: text'])
  })
})

describe('24.3: steps', () => {
  const STEPS = `
[metadata]
title = "Daily question"
[config.gemini]
model = "gemini-2.0-flash"
max_tokens = 300
[[steps]]
[steps.context]
role = "system"
content = "You write short questions."
[[steps]]
[steps.context]
role = "user"
content = "Ask about tools."
[[steps]]
processor = "bot"
command = "messages.send"
description = "posts it"
[steps.args]
channel_id = "\${CHANNEL_ID}"
content = "\${steps[0].result.text} / \${steps[1].result.text}"
[[steps]]
[steps.bot_commands]
command = "messages.pin"
[steps.bot_commands.args]
message_id = "\${prev.id}"
`
  const { narrative, codes } = parse(STEPS)

  test('a step of the system is no act; the others keep their numbers', () => {
    expect(sketch(STEPS)).toEqual(['daily_question', 'step_1: text', 'step_2: command', 'step_3: command'])
    expect(narrative.acts[0]).toMatchObject({
      system: 'You write short questions.',
      settings: { model: 'gemini-2.0-flash', maxTokens: 300 },
    })
    expect(narrative.skipContentGeneration).toBe(true)
    expect(codes).toEqual(['old-dialect'])
  })

  test('a step is named by its act; one of the system by the first that answers after it', () => {
    expect(narrative.acts[1]!.inputs[0]).toMatchObject({
      platform: 'discord',
      command: 'messages.send',
      args: { channel_id: '${CHANNEL_ID}', content: '${step_1} / ${step_1}' },
    })
    expect(narrative.acts[2]!.inputs[0]).toMatchObject({ platform: 'discord', args: { message_id: '${prev.id}' } })
  })

  test('without a header the file gives the name', () => {
    expect(sketch('[[steps]]\n[steps.context]\nrole = "user"\ncontent = "x"')).toEqual(['my_file', 'step_0: text'])
  })
})

describe('24.4: narratives as an array', () => {
  const FILE = `
[shared]
model = "gemini-2.0-flash"
[act.to_json]
type = "generate"
prompt = "Make JSON of: {content} using {schema}"
[[narrative]]
name = "as_json"
description = "format"
toc = ["to_json"]
[narrative.context]
schema = "{ title: string }"
content = "{previous_output}"
[narrative.output]
target_table = "docs"
mode = "inference"
[[narrative]]
name = "of_template"
toc = ["to_json"]
[narrative.output]
mode = "template"
template = "discord_users"
`
  test('each element is a narrative with its variables and its output', () => {
    const { diagnostics, file } = parseNarrativeFile(FILE, 'n.toml')
    expect(diagnostics.map((one) => one.code)).toEqual(['old-dialect'])
    expect(chooseNarrative(file!, 'as_json')).toMatchObject({
      key: 'as_json',
      target: 'docs',
      vars: { schema: '{ title: string }', content: '{previous_output}' },
      acts: [{ name: 'to_json', settings: { model: 'gemini-2.0-flash' } }],
    })
    expect(chooseNarrative(file!, 'of_template')).toMatchObject({ template: 'discord_users', vars: {} })
  })

  test('an only element is the default', () => {
    const one = FILE.slice(0, FILE.lastIndexOf('[[narrative]]'))
    expect(parse(one).narrative.key).toBe('as_json')
  })
})

test('24.5: the older spelling of named narratives', () => {
  const { narrative, codes } = parse(
    '[narratives.n]\ntarget_table = "t"\n[narratives.n.toc]\norder = ["a"]\n[acts.a]\nprompt = "x"\n[acts.a.config]\nmodel = "m"',
  )
  expect(narrative).toMatchObject({ target: 't', acts: [{ settings: { model: 'm' } }] })
  expect(codes).toEqual(['old-dialect'])
})
