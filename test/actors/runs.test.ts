// Runs: what a narrative does when it is run, feature by feature. Real store, real supervisor, real platforms (dry).

import { expect, test } from 'vitest'
import { ModelError } from '../../models/model-error.ts'
import { SAMPLES } from '../media/samples.ts'
import { openHouse } from './house.ts'

const head = (toc: string, more = '') => `[narrative]\nname = "n"\n${more}\n[toc]\norder = [${toc}]\n`

test('an act sees the conversation so far, and its placeholders filled in', async () => {
  await using house = await openHouse()
  await house.run(
    `${head('"one", "two"')}[acts]\none = "First."\ntwo = "Second, after {{one}} and {{nobody}} of {{constructor}}."`,
  )
  expect(house.asked[1]?.conversation).toEqual([
    { role: 'user', text: 'First.' },
    { role: 'assistant', text: 'answer of one' },
    { role: 'user', text: 'Second, after answer of one and {{nobody}} of {{constructor}}.' },
  ])
})

test('an act that repeats is asked each time, and later acts see its latest answer', async () => {
  await using house = await openHouse(({ call }) => `answer ${call}`)
  await house.run(`${head('"a", "a", "b"')}[acts]\na = "Again."\nb = "Latest: {{a}}"`)
  expect(house.promptsOf('b')).toEqual(['Latest: answer 2'])
})

test('what a command gave stands at the front of the next prompt', async () => {
  await using house = await openHouse()
  const report = await house.run(`${head('"fetch", "tell"')}
[bots.stats]
platform = "discord"
command = "server.get_stats"
guild_id = "\${GUILD_ID}"
[acts]
fetch = "bots.stats"
tell = "Tell me about our server."`)
  expect(report.status).toBe('completed')
  expect(house.promptsOf('tell')[0]).toMatch(/^Result of "fetch":\n\{.*"guild_id":"1234567890"/s)
  expect(house.asked).toHaveLength(1)
})

test('a command that fails gives its error as text, unless it is required', async () => {
  const file = (required: boolean) => `${head('"fetch", "tell"')}
[[acts.fetch.input]]
type = "bot_command"
platform = "discord"
command = "server.something_else"
required = ${required}
[acts.tell]
prompt = "What happened? {{fetch}}"`
  await using house = await openHouse()
  expect((await house.run(file(false))).status).toBe('completed')
  expect(house.promptsOf('tell')[0]).toContain("[Bot command 'server.something_else' failed:")
  const report = await house.run(file(true))
  expect(report).toMatchObject({ status: 'failed', error: { code: 'bot-command-failed' } })
  expect(house.promptsOf('tell')).toHaveLength(1)
})

test('a narrative in an act has a conversation of its own; its answers join the one around it', async () => {
  await using house = await openHouse()
  await house.run(
    `[acts]
idea = "An idea."
polish = "Polish {{idea}}."
inner = { narrative = "ideas" }
last = "Then?"
[narrative.ideas]
toc = ["idea", "polish"]
skip_content_generation = true
[narrative.outer]
toc = ["inner", "last"]
skip_content_generation = true`,
    { narrative: 'outer' },
  )
  expect(house.asked[0]?.conversation).toHaveLength(1)
  expect(house.asked[2]?.conversation.map(({ text }) => text)).toEqual(['answer of idea\n\nanswer of polish\nThen?'])
})

test('a linked file runs for an input, and gives its last answer', async () => {
  await using house = await openHouse()
  house.write(
    'facts.toml',
    `${head('"look", "sum"', 'skip_content_generation = true')}[acts]\nlook = "Look."\nsum = "Sum up."`,
  )
  await house.run(`${head('"use"')}[acts]\nuse = ["narrative:facts", "Explain."]`)
  expect(house.promptsOf('use')).toEqual(['answer of sum\nExplain.'])
})

test('a carousel runs its rounds with conversations of their own, and an empty one runs nothing', async () => {
  await using house = await openHouse()
  const file = (rounds: number) =>
    `${head('"a"', `skip_content_generation = true\ncarousel = ${rounds}`)}[acts]\na = "Say something."`
  expect(await house.run(file(3))).toMatchObject({ status: 'completed', acts: 3 })
  expect(house.asked.map(({ conversation }) => conversation.length)).toEqual([1, 1, 1])
  expect(await house.run(file(0))).toMatchObject({ status: 'completed', acts: 0 })
})

test.for([
  [true, 'completed', 3],
  [false, 'failed', 2],
] as const)('a round that fails ends the carousel or not (continue_on_error = %s)', async ([goOn, status, calls]) => {
  await using house = await openHouse(({ call }) => (call === 2 ? new ModelError('model-auth', 'No.') : 'fine'))
  const carousel = `carousel = { iterations = 3, continue_on_error = ${goOn} }`
  const report = await house.run(`${head('"a"', `skip_content_generation = true\n${carousel}`)}[acts]\na = "Say."`)
  expect(report.status).toBe(status)
  expect(house.asked).toHaveLength(calls)
})

test('an act with a carousel turns within one conversation, and responds with all its turns', async () => {
  await using house = await openHouse(({ call }) => `slogan ${call}`)
  await house.run(`${head('"variants", "pick"')}
[acts.variants]
carousel = { iterations = 3 }
prompt = "Another slogan."
[acts.pick]
prompt = "Pick of: {{variants}}"`)
  expect(house.asked[2]?.conversation).toHaveLength(5)
  expect(house.promptsOf('pick')).toEqual(['Pick of: slogan 1\n\nslogan 2\n\nslogan 3'])
})

test('rows of a table are rendered, and leave the conversation as their retention says', async () => {
  await using house = await openHouse(({ act }) => (act === 'make' ? '[{"word":"sun"},{"word":"moon"}]' : 'fine'))
  await house.run(`[narrative]\nname = "words"\n[toc]\norder = ["make"]\n[acts]\nmake = "Words as JSON."`)
  await house.run(`${head('"read", "again"', 'skip_content_generation = true')}
[tables.w]
table_name = "words"
columns = ["word"]
format = "csv"
history_retention = "summary"
[acts]
read = ["tables.w", "Read."]
again = "And now? {{w}}"`)
  expect(house.promptsOf('read')).toEqual(['word\nsun\nmoon\nRead.'])
  expect(house.asked.at(-1)?.conversation[0]?.text).toContain('[Table: words, all rows queried]')
  expect(house.promptsOf('again')).toEqual(['And now? word\nsun\nmoon'])
})

test('pulled rows are gone once the act is done, and still there when it failed', async () => {
  let fail = true
  await using house = await openHouse(({ act }) => {
    if (act === 'make') return '[{"word":"sun"},{"word":"moon"}]'
    return fail ? new ModelError('model-auth', 'No.') : 'fine'
  })
  const left = () => house.store.content.list({ table: 'words' }).length
  await house.run(`[narrative]\nname = "words"\n[toc]\norder = ["make"]\n[acts]\nmake = "Words as JSON."`)
  const pull = `${head('"take"', 'skip_content_generation = true')}
[acts.take]
input = [
  { type = "table", table_name = "words", where = "word = 'sun'", pull_and_delete = true },
  { content = "Use them." },
]`
  expect((await house.run(pull)).status).toBe('failed')
  expect(left()).toBe(2)
  fail = false
  expect((await house.run(pull)).status).toBe('completed')
  expect(left()).toBe(1)
})

test('JSON is stored from the last act, or from the one that asks for it; never where it is switched off', async () => {
  await using house = await openHouse(({ act }) => `{"from":"${act}"}`)
  const stored = async (more: string, acts: string) => {
    const { executionId } = await house.run(`${head('"a", "b"', more)}${acts}`)
    return house.store.journal.acts(executionId).flatMap(({ act, rowsStored }) => (rowsStored > 0 ? [act] : []))
  }
  const plain = '[acts]\na = "A."\nb = "B."'
  expect(await stored('', plain)).toEqual(['b'])
  expect(await stored('', '[acts.a]\nprompt = "A."\nextract_output = true\n[acts.b]\nprompt = "B."')).toEqual([
    'a',
    'b',
  ])
  expect(await stored('skip_content_generation = true', plain)).toEqual([])
})

test('an answer without JSON is told, and the run goes on', async () => {
  await using house = await openHouse(() => 'no JSON today')
  expect(await house.run(`${head('"a"')}[acts]\na = "As JSON."`)).toMatchObject({ status: 'completed', rows: [] })
})

test('an error that may pass is met with another attempt, one that will not ends the run', async () => {
  await using house = await openHouse(({ act, call }) => {
    if (act === 'a' && call < 3) return new ModelError('model-server', 'Busy.', { retryable: true })
    return act === 'b' ? new ModelError('model-auth', 'Wrong key.') : 'fine'
  })
  const report = await house.run(
    `${head('"a", "b", "c"', 'skip_content_generation = true')}[acts]\na = "A."\nb = "B."\nc = "C."`,
  )
  expect(report).toMatchObject({ status: 'failed', error: { code: 'model-auth' } })
  expect(house.asked.map(({ act }) => act)).toEqual(['a', 'a', 'a', 'b'])
  const [a, b] = house.store.journal.acts(report.executionId)
  expect(a).toMatchObject({ status: 'completed', attempts: 3 })
  expect(b).toMatchObject({ status: 'failed', attempts: 1, error: { code: 'model-auth' } })
})

test('attempts are limited', async () => {
  await using house = await openHouse(() => new ModelError('model-server', 'Busy.', { retryable: true }))
  const report = await house.run(`${head('"a"')}[acts]\na = "A."`)
  expect(report).toMatchObject({ status: 'failed', error: { code: 'model-server' } })
  expect(house.asked).toHaveLength(3)
})

test('a resumed run asks nothing again that was answered, and sends nothing again that was sent', async () => {
  let broken = true
  await using house = await openHouse(({ act }) =>
    act === 'c' && broken ? new ModelError('model-auth', 'No.') : `said ${act}`,
  )
  const first = await house.run(`${head('"a", "send", "c"', 'skip_content_generation = true')}
[bots.send]
platform = "discord"
command = "messages.send"
channel_id = "42"
content = "{{a}}"
[acts]
a = "A."
send = "bots.send"
c = "C after {{a}}."`)
  expect(first.status).toBe('failed')
  broken = false
  const second = await house.resume(first.executionId)
  expect(second).toMatchObject({ status: 'completed', executionId: first.executionId })
  expect(house.asked.map(({ act }) => act)).toEqual(['a', 'c', 'c'])
  expect(house.promptsOf('c')[0]).toBe(house.promptsOf('c')[1])
  expect(house.events.filter(({ type }) => type === 'command.done')).toHaveLength(1)
  expect(house.events.filter((event) => event.type === 'act.completed' && event.replayed)).toHaveLength(2)
})

test('a run that is cancelled gives up the act in progress and keeps what was done', async () => {
  const stop = new AbortController()
  await using house = await openHouse(({ act }) => {
    if (act !== 'b') return 'fine'
    stop.abort()
    return new Promise(() => {})
  })
  const report = await house.run(`${head('"a", "b"')}[acts]\na = "A."\nb = "B."`, { signal: stop.signal })
  expect(report).toMatchObject({ status: 'cancelled', acts: 1, error: { code: 'run-cancelled' } })
  expect(house.store.journal.acts(report.executionId).map(({ status }) => status)).toEqual(['completed', 'running'])
})

test('state that a command leaves is there in the next run', async () => {
  await using house = await openHouse()
  await house.run(`${head('"make"', 'skip_content_generation = true')}
[[acts.make.input]]
type = "bot_command"
platform = "discord"
command = "channels.create"
required = true
guild_id = "\${GUILD_ID}"
name = "room"
kind = "text"
store_as = "ROOM"`)
  const report = await house.run(`${head('"say"', 'skip_content_generation = true')}
[[acts.say.input]]
type = "bot_command"
platform = "discord"
command = "messages.send"
required = true
channel_id = "\${state:ROOM}"
content = "hi"`)
  expect(report.status).toBe('completed')
  const [effect] = house.store.effects.list(report.executionId)
  expect(effect?.args.channel_id).toBe(house.store.state.get('ROOM'))
})

test('a template tells the model its columns, and its table takes the rows', async () => {
  await using house = await openHouse(() => '{"id": 123456789012345678, "name": "Guild", "owner_id": "42"}')
  const report = await house.run(`[narrative]
name = "guilds"
template = "discord_guilds"
target = "potential_guilds"
[toc]
order = ["a"]
[acts]
a = "Invent a gaming guild."`)
  expect(report).toMatchObject({ status: 'completed', rows: [{ table: 'potential_guilds', stored: 1 }] })
  expect(house.promptsOf('a')[0]).toContain('owner_id')
  expect(house.promptsOf('a')[0]).toContain('Invent a gaming guild.')
})

test('media reaches the model, and a missing file ends the act with its place', async () => {
  await using house = await openHouse()
  house.write('dot.png', SAMPLES.png)
  const file = (name: string) =>
    `${head('"look"')}[media.dot]\nfile = "./${name}"\n[acts]\nlook = ["media.dot", "Look."]`
  await house.run(file('dot.png'))
  expect(house.promptsOf('look')).toEqual(['<image image/png>\nLook.'])
  expect(await house.run(file('none.png'))).toMatchObject({ status: 'failed', error: { code: 'missing-file' } })
})

test('what the file forbids is refused before anything is asked or sent', async () => {
  const file = (policy: string) => `${policy}
${head('"think", "send"', 'skip_content_generation = true')}[acts]
think = "Think."
[[acts.send.input]]
type = "bot_command"
platform = "discord"
command = "messages.send"
guild_id = "1"
channel_id = "2"
content = "{{think}}"`
  await using house = await openHouse()
  const refused = await house.run(file('[security.policy]\nallowed_commands = ["messages.pin"]'))
  expect(refused).toMatchObject({ status: 'failed', error: { code: 'command-not-allowed' } })
  const elsewhere = await house.run(file('[security.constraints]\nguild_id = "7"'))
  expect(elsewhere).toMatchObject({ status: 'failed', error: { code: 'constraint-violated' } })
  expect(house.asked).toEqual([])
  expect(await house.run(file('[security.policy]\nallowed_commands = ["messages.send"]'))).toMatchObject({
    status: 'completed',
  })
})

test('a command of a narrative further in is refused as early', async () => {
  await using house = await openHouse()
  const report = await house.run(
    `security.policy.allowed_commands = []
[acts]
first = "First."
run_inner = { narrative = "inner" }
[[acts.send.input]]
type = "bot_command"
platform = "discord"
command = "messages.send"
channel_id = "2"
content = "x"
[narrative.inner]
toc = ["send"]
[narrative.outer]
toc = ["first", "run_inner"]`,
    { narrative: 'outer' },
  )
  expect(report).toMatchObject({ status: 'failed', error: { code: 'command-not-allowed' } })
  expect(house.asked).toEqual([])
})

test('a narrative of the oldest dialect is told what its caller had last', async () => {
  await using house = await openHouse()
  house.write(
    'polish.toml',
    `[[narrative]]
name = "polish"
toc = ["p"]
[narrative.context]
content = "{previous_output}"
[act.p]
[[act.p.input]]
type = "text"
content = "Polish: {content}"`,
  )
  await house.run(`${head('"draft", "use"')}[acts]\ndraft = "Draft."\nuse = ["narrative:polish", "Explain."]`)
  expect(house.promptsOf('p')).toEqual(['Polish: answer of draft'])
})

test('a placeholder that is nearly a name is told the name, a missing key the keys there are', async () => {
  await using house = await openHouse()
  const send = (content: string) => `${head('"draft", "send"', 'skip_content_generation = true')}
[acts]
draft = "Draft."
[[acts.send.input]]
type = "bot_command"
platform = "discord"
command = "messages.send"
required = true
channel_id = "2"
content = "${content}"`
  const nearly = await house.run(send('{{draff}}'))
  expect(nearly.error?.message).toContain('Did you mean "draft"?')
  house.store.state.set('room', '1', 0)
  expect((await house.run(send('$' + '{state:rom}'))).error?.message).toContain('room')
})

const busy = () => new ModelError('model-server', 'Busy.', { retryable: true })

test.for([
  ['retry = 5', 5],
  ['retry = { attempts = 1 }', 1],
  ['retry = { attempts = 4, on = ["model-rate-limit"] }', 1],
  ['retry = { attempts = 4, on = ["model-server"], backoff = "1ms" }', 4],
] as const)('an act says how it is tried again: %s', async ([retry, calls]) => {
  await using house = await openHouse(busy)
  await house.run(`${head('"a"')}[acts.a]\nprompt = "Say."\n${retry}`)
  expect(house.asked).toHaveLength(calls)
})

test('an answer that does not come within the timeout is asked for again', async () => {
  const never = new Promise<string>(() => {})
  await using house = await openHouse(({ call }) => (call === 1 ? never : 'in time'))
  const report = await house.run(`${head('"a"', 'timeout = "20ms"')}[acts.a]\nprompt = "Say."`)
  expect(report).toMatchObject({ status: 'completed', response: 'in time' })
  expect(house.events).toContainEqual(expect.objectContaining({ type: 'act.failed', errorType: 'model-timeout' }))
})

test('settings of the model reach the question, the act before its narrative', async () => {
  await using house = await openHouse()
  await house.run(
    `${head('"a"', 'stop = "END"\nseed = 7\ntop_p = 0.5\nsystem = "Brief."')}[acts.a]\nprompt = "Say."\nseed = 8`,
  )
  expect(house.asked[0]?.question).toMatchObject({ stop: ['END'], seed: 8, topP: 0.5, system: 'Brief.' })
})

test('an act runs only when its condition holds, and leaves nothing behind otherwise', async () => {
  await using house = await openHouse(({ act }) => (act === 'score' ? '{"value": 6}' : `answer of ${act}`))
  const report = await house.run(`${head('"score", "praise", "mend", "end"', 'skip_content_generation = true')}
[acts]
score = "Score it, in JSON."
[acts.praise]
prompt = "Praise."
when = "score.value >= 7"
[acts.mend]
prompt = "Mend."
when = "score.value < 7 and count(drafts) == 0"
[acts.end]
prompt = "End.{% if praise %} Praised.{% endif %} Before: {{previous}}"`)
  expect(report).toMatchObject({ status: 'completed', acts: 3 })
  expect(house.promptsOf('end')).toEqual(['End. Before: answer of mend'])
  expect(house.asked.map(({ act }) => act)).toEqual(['score', 'mend', 'end'])
  expect(house.events).toContainEqual(expect.objectContaining({ type: 'act.skipped', act: 'praise' }))
})

test('what was decided once stays decided when the run goes on', async () => {
  const say = ({ call }: { call: number }) => (call === 1 ? new ModelError('model-auth', 'No.') : 'fine')
  await using house = await openHouse(say)
  const report = await house.run(`${head('"seldom", "last"', 'skip_content_generation = true')}
[acts.seldom]
prompt = "Seldom."
when = "count(drafts) > 0"
[acts.last]
prompt = "Last."`)
  expect(report.status).toBe('failed')
  house.store.content.insert(
    {
      table: 'drafts',
      columns: [{ name: 'x', type: 'text' }],
      rows: [{ values: { x: 'a' } }],
      narrative: 'n',
      act: 'a',
      executionId: 'E',
    },
    0,
  )
  expect(await house.resume(report.executionId)).toMatchObject({ status: 'completed', acts: 1 })
  expect(house.promptsOf('seldom')).toEqual([])
})

const greeting = (vars: string) =>
  `${head('"a"', 'skip_content_generation = true')}[narrative.vars]\n${vars}\n[acts]\na = "{{greeting}} {{name}}"`

test('variables have the values that the run is given, else their defaults', async () => {
  await using house = await openHouse()
  const file = greeting('greeting = "Hello"\nname = { description = "whom to greet" }')
  expect(await house.run(file, { inputs: { name: 'Ada {{greeting}}' } })).toMatchObject({ status: 'completed' })
  expect(house.promptsOf('a')).toEqual(['Hello Ada {{greeting}}'])
  await expect(house.run(file)).rejects.toMatchObject({
    code: 'input-missing',
    message: expect.stringContaining('whom to greet'),
  })
  await expect(house.run(file, { inputs: { nam: 'x' } })).rejects.toMatchObject({
    code: 'input-unknown',
    message: expect.stringContaining('Did you mean "name"?'),
  })
})

test('a run goes on with the values that it was given; a narrative further in gets those it declares', async () => {
  const say = ({ call }: { call: number }) => (call === 1 ? new ModelError('model-auth', 'No.') : 'fine')
  await using house = await openHouse(say)
  const report = await house.run(
    `[acts]
first = "First."
inner = { narrative = "inner" }
greet = "Hello {{name}}, {{mood}}."
[narrative.inner]
toc = ["greet"]
skip_content_generation = true
vars = { name = {}, mood = "glad" }
[narrative.outer]
toc = ["first", "inner"]
vars = { name = "nobody" }`,
    { narrative: 'outer', inputs: { name: 'Ada' } },
  )
  expect(report.status).toBe('failed')
  expect(await house.resume(report.executionId)).toMatchObject({ status: 'completed' })
  expect(house.promptsOf('greet')).toEqual(['Hello Ada, glad.'])
})

test('what a model is told beforehand knows what a prompt knows', async () => {
  await using house = await openHouse()
  const report = await house.run(
    `${head('"a", "b"', 'skip_content_generation = true\nvars = { who = "a baker" }\nsystem = "You are {{who}}.{% if a %} You said {{a}}.{% endif %}"')}[acts]\na = "A."\nb = "B."`,
  )
  expect(report.status).toBe('completed')
  expect(house.asked.map(({ question }) => question.system)).toEqual([
    'You are a baker.',
    'You are a baker. You said answer of a.',
  ])
})
