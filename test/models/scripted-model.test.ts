import { describe, expect, test } from 'vitest'
import type { Question } from '../../models/model.ts'
import type { ModelError } from '../../models/model-error.ts'
import { parseFault } from '../../models/scripted/fault.ts'
import { parseScript, type ScriptedReply } from '../../models/scripted/script.ts'
import { createScriptedModel, type ScriptedOptions } from '../../models/scripted/scripted-model.ts'
import type { Clock } from '../../supervisor/clock.ts'

const never = new AbortController().signal

/** A clock whose waits end at once and are noted. */
function createInstantClock() {
  const waits: number[] = []
  let now = 0
  const clock: Clock = {
    now: () => now,
    setTimeout(run, ms) {
      waits.push(ms)
      now += ms
      queueMicrotask(run)
      return undefined
    },
    clearTimeout() {},
  }
  return { clock, waits }
}

function create(options: Partial<ScriptedOptions> = {}) {
  return createScriptedModel({ clock: createInstantClock().clock, ...options })
}

function ask(text: string, more: Partial<Question> = {}): Question {
  return {
    messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
    origin: { narrative: 'launch', act: 'draft' },
    ...more,
  }
}

const post = ask('Write a Discord post about Botticelli.\n\nFocus: Feature showcase')

describe('answers', () => {
  test('say that they are scripted and count their tokens', async () => {
    const answer = await create({ seed: '7' }).ask(ask("Say 'ok'"), { signal: never })
    expect(answer).toMatchObject({
      text: 'ok',
      provider: 'scripted',
      model: 'scripted-7',
      finishReason: 'stop',
      costUsd: 0,
      usage: { input: 2, output: 1 },
    })
    expect(answer.responseId).toMatch(/^scripted-/)
  })

  test('are the same for the same seed, question and call', async () => {
    const transcript = async (seed: string) => {
      const model = create({ seed })
      const answers = []
      for (let call = 0; call < 4; call++) answers.push(await model.ask(post, { signal: never }))
      return answers
    }
    expect(await transcript('1')).toEqual(await transcript('1'))
    expect((await transcript('1')).map(({ text }) => text)).not.toEqual((await transcript('2')).map(({ text }) => text))
  })

  test('do not depend on what else was asked in between', async () => {
    const [alone, busy] = [create(), create()]
    await busy.ask(ask("Say 'something else'"), { signal: never })
    expect((await busy.ask(post, { signal: never })).text).toBe((await alone.ask(post, { signal: never })).text)
  })

  test('differ from call to call, with different openings', async () => {
    const model = create()
    const texts = []
    for (let call = 0; call < 6; call++) texts.push((await model.ask(post, { signal: never })).text)
    expect(new Set(texts.map((text) => text.split('\n')[0])).size).toBe(6)
  })

  test('differ from turn to turn, also when the process was started again in between', async () => {
    const openings = []
    for (let turn = 1; turn <= 6; turn++) {
      const origin = { narrative: 'launch', act: 'draft', turn }
      openings.push((await create().ask({ ...post, origin }, { signal: never })).text.split('\n')[0])
    }
    expect(new Set(openings).size).toBe(6)
  })

  test('speak of whom something is made for, where nothing else is named', async () => {
    const asked = 'Invent three slogans for a bakery.\n\nAnswer as a JSON array. Each element: {"slogan": string}.'
    const { text } = await create().ask(ask(asked), { signal: never })
    expect(text).toContain('Bakery')
  })

  test('end at the limit of tokens', async () => {
    const answer = await create().ask({ ...post, maxTokens: 10 }, { signal: never })
    expect(answer).toMatchObject({ finishReason: 'stop' })
    expect(answer.text.length).toBeLessThanOrEqual(40)
    const list = ask('Brainstorm 10 ideas', { maxTokens: 10 })
    expect(await create().ask(list, { signal: never })).toMatchObject({ finishReason: 'length', usage: { output: 10 } })
  })

  test('come back as errors when the question is withdrawn', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'))
    await expect(create().ask(post, { signal: stopped })).rejects.toMatchObject({ code: 'model-aborted' })
    await expect(
      create().ask(post, { signal: AbortSignal.abort(new DOMException('late', 'TimeoutError')) }),
    ).rejects.toMatchObject({
      code: 'model-timeout',
    })
  })
})

describe('scripts', () => {
  const script = `
[[reply]]
when  = { narrative = "launch", act = "critique", call = 2 }
text  = "Second critique of {{act}}."
usage = { input = 412, output = 96 }

[[reply]]
when  = { act = "critique" }
text  = "Critique {{call}} in {{narrative}}."
delay = "800ms ±200ms"

[[reply]]
when  = { act = "format_json", attempt = 1 }
fault = "http:429 retry_after=2s"

[default]
text  = "no rule for {{narrative}}/{{act}}"
`

  test('answer by narrative, act and call; the first that fits wins', async () => {
    const { clock, waits } = createInstantClock()
    const model = create({ replies: parseScript(script, 'demo.toml'), clock })
    const critique = ask('Critique this', { origin: { narrative: 'launch', act: 'critique' } })
    const other = ask('Critique that', { origin: { narrative: 'launch', act: 'critique' } })
    expect((await model.ask(critique, { signal: never })).text).toBe('Critique 1 in launch.')
    expect(await model.ask(other, { signal: never })).toMatchObject({
      text: 'Second critique of critique.',
      usage: { input: 412, output: 96 },
    })
    expect((await model.ask(critique, { signal: never })).text).toBe('Critique 3 in launch.')
    expect(waits).toHaveLength(2)
    for (const ms of waits) expect(ms).toBeGreaterThanOrEqual(600)
    for (const ms of waits) expect(ms).toBeLessThanOrEqual(1000)
    expect((await model.ask(post, { signal: never })).text).toBe('no rule for launch/draft')
  })

  test('fail the first attempt of each question and answer the second', async () => {
    const model = create({ replies: parseScript(script, 'demo.toml').slice(0, 3) })
    const format = ask("Say 'formatted'", { origin: { narrative: 'launch', act: 'format_json' } })
    await expect(model.ask(format, { signal: never })).rejects.toMatchObject({
      code: 'model-rate-limit',
      retryable: true,
      retryAfterMs: 2000,
      status: 429,
    })
    expect((await model.ask(format, { signal: never })).text).toBe('formatted')
  })

  test('written in code fail the third call of the model, once', async () => {
    const fault = parseFault('http:429 retry_after=2s')!
    const model = create({ replies: [{ when: { call: 3 }, fault }] })
    const outcomes = []
    for (let call = 0; call < 5; call++)
      outcomes.push(
        await model.ask(post, { signal: never }).then(
          () => 'ok',
          (error: ModelError) => error.code,
        ),
      )
    expect(outcomes).toEqual(['ok', 'ok', 'model-rate-limit', 'ok', 'ok'])
  })

  test.for([
    ['[[reply]]\ntext = "a"\n\n[[reply]]\nfault = "http:999"\n', 'demo.toml:4:1', 'no fault'],
    ['[[reply]]\ndelay = "soon"\n', 'demo.toml:1:1', 'delay must look like'],
    ['[[reply]]\nwhen = { akt = "a" }\n', 'demo.toml:1:1', 'akt'],
    ['[[reply]]\nwhen = { call = "2" }\n', 'demo.toml:1:1', 'when.call must be a number'],
    ['[[reply]]\nwhen = "always"\n', 'demo.toml:1:1', 'when must be a table'],
    ['[[reply]]\nusage = { input = 1 }\n', 'demo.toml:1:1', 'usage'],
    ['[[reply]]\ntxt = "a"\n', 'demo.toml:1:1', 'txt'],
    ['reply = 3\n', 'demo.toml:1:1', '[[reply]]'],
    ['[[replies]]\ntext = "a"\n', 'demo.toml:1:1', 'replies'],
    ['[[reply]]\ntext = \n', 'demo.toml:2:8', ''],
  ] as const)('with a mistake are refused with its place: %j', ([text, place, part]) => {
    const [file, line, column] = place.split(':')
    const refused = { code: 'script-invalid', place: { file, line: Number(line), column: Number(column) } }
    expect(() => parseScript(text, 'demo.toml')).toThrow(expect.objectContaining(refused))
    expect(() => parseScript(text, 'demo.toml')).toThrow(part)
  })
})

describe('faults', () => {
  const withFault = (fault: string): { replies: ScriptedReply[] } => ({ replies: [{ fault: parseFault(fault)! }] })
  const asJson = ask('Output JSON: {"title": "short title", "tags": ["a"]}')

  test.for([
    ['http:500', 'model-server', true],
    ['http:401', 'model-auth', false],
    ['http:429', 'model-rate-limit', true],
    ['network', 'model-network', true],
    ['timeout', 'model-timeout', true],
    ['refusal', 'model-content-filter', false],
  ] as const)('%s fails with %s', async ([fault, code, retryable]) => {
    await expect(create(withFault(fault)).ask(post, { signal: never })).rejects.toMatchObject({ code, retryable })
  })

  test('hang waits until the asker gives up', async () => {
    const stop = new AbortController()
    const asked = create(withFault('hang')).ask(post, { signal: stop.signal })
    stop.abort(new DOMException('60 s are over', 'TimeoutError'))
    await expect(asked).rejects.toMatchObject({ code: 'model-timeout', retryable: true })
  })

  test('truncate keeps the first part', async () => {
    const full = (await create().ask(asJson, { signal: never })).text
    const cut = await create(withFault('truncate:60%')).ask(asJson, { signal: never })
    expect(cut).toMatchObject({ finishReason: 'length', text: full.slice(0, Math.floor(full.length * 0.6)) })
  })

  test('bad-json cannot be parsed as it is', async () => {
    const { text } = await create(withFault('bad-json')).ask(asJson, { signal: never })
    const inside = text.slice(text.indexOf('{'))
    expect(() => JSON.parse(inside)).toThrow()
    expect(inside).toContain('"title"')
  })

  test.for(['http:200', 'http:99', 'truncate:150%', 'explode', ''])('%j is no fault', (text) => {
    expect(parseFault(text)).toBeUndefined()
  })
})

test('an answer ends before the first of its stop texts', async () => {
  const model = create({ replies: [{ text: 'one END two STOP three' }] })
  const said = async (stop: readonly string[]) => (await model.ask(ask('Say.', { stop }), { signal: never })).text
  expect(await said(['STOP', 'END'])).toBe('one ')
  expect(await said(['nothing'])).toBe('one END two STOP three')
})
