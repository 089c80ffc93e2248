// What the format says of running a narrative and no other test of this folder looks at, statement by statement;
// test/narratives/statements.ts says which test stands for which statement.

import { describe, expect, test } from 'vitest'
import { ModelError } from '../../models/model-error.ts'
import { createPacing } from '../../models/pacing.ts'
import { systemClock } from '../../supervisor/clock.ts'
import { openHouse } from './house.ts'

const head = (toc: string, more = 'skip_content_generation = true') =>
  `[narrative]\nname = "n"\n${more}\n[toc]\norder = [${toc}]\n`
const WORDS = '[narrative]\nname = "words"\n[toc]\norder = ["make"]\n[acts]\nmake = "Words as JSON."'
const TWO_WORDS = '[{"word":"sun"},{"word":"moon"}]'
const STATS = 'type = "bot_command", platform = "discord", command = "server.get_stats", guild_id = "1"'

describe('12 execution', () => {
  test('the response of an act that only acts: one result, a list of several, the rendered table, the nested answer', async () => {
    await using house = await openHouse(({ act }) => (act === 'make' ? TWO_WORDS : `answer of ${act}`))
    await house.run(WORDS)
    house.write('facts.toml', `${head('"fact"')}[acts]\nfact = "A fact."`)
    await house.run(`${head('"one", "two", "rows", "told", "end"')}
[acts]
one = [{ ${STATS} }]
two = [{ ${STATS} }, { ${STATS} }]
rows = [{ type = "table", table_name = "words", columns = ["word"], format = "csv" }]
told = "narrative:facts"
end = "ONE {{one}} TWO {{two}} ROWS {{rows}} TOLD {{told}}"`)
    const [, one, two, rows, told] = /ONE (.*) TWO (.*) ROWS (.*) TOLD (.*)$/s.exec(house.promptsOf('end')[0]!)!
    expect(JSON.parse(one!)).toMatchObject({ guild_id: '1' })
    expect(one).not.toContain('\n')
    expect(JSON.parse(two!)).toMatchObject([{ guild_id: '1' }, { guild_id: '1' }])
    expect(rows).toBe('word\nsun\nmoon')
    expect(told).toBe('answer of fact')
  })

  test('the result of a command is pretty-printed JSON for the act that asked for it', async () => {
    await using house = await openHouse()
    await house.run(`${head('"a"')}[acts]\na = [{ ${STATS} }, "Tell."]`)
    expect(house.promptsOf('a')[0]).toMatch(/^\{\n {2}"guild_id": "1"/)
  })

  test('a table that is missing is passed over, unless it is required; no rows are an error only then', async () => {
    await using house = await openHouse(({ act }) => (act === 'make' ? TWO_WORDS : 'fine'))
    const read = (keys: string) => `${head('"a"')}[acts]\na = [{ type = "table", ${keys} }, "Tell."]`
    expect((await house.run(read('table_name = "nowhere"'))).status).toBe('completed')
    expect(house.promptsOf('a')).toEqual(['Tell.'])
    expect(await house.run(read('table_name = "nowhere", required = true'))).toMatchObject({ status: 'failed' })
    await house.run(WORDS)
    const none = 'table_name = "words", where = "1=0"'
    expect((await house.run(read(none))).status).toBe('completed')
    expect(await house.run(read(`${none}, required = true`))).toMatchObject({
      status: 'failed',
      error: { code: 'table-query-failed' },
    })
  })

  test('a filter that cannot be read fails the act', async () => {
    await using house = await openHouse(() => TWO_WORDS)
    await house.run(WORDS)
    const report = await house.run(
      `${head('"a"')}[acts]\na = [{ type = "table", table_name = "words", where = "word = (" }, "Tell."]`,
    )
    expect(report.status).toBe('failed')
  })
})

describe('13 composition', () => {
  test('a nested narrative has its own model settings, not those of its caller', async () => {
    await using house = await openHouse()
    await house.run(
      `[acts]
idea = "Idea."
inner = { narrative = "ideas", temperature = 0.9 }
[narrative.ideas]
toc = ["idea"]
temperature = 0.1
skip_content_generation = true
[narrative.outer]
toc = ["inner", "idea"]
temperature = 0.7
skip_content_generation = true`,
      { narrative: 'outer' },
    )
    expect(house.asked.map(({ question }) => question.temperature)).toEqual([0.1, 0.7])
  })

  test('a nested carousel turns (D-34), and its rows go to the table of the nested narrative', async () => {
    await using house = await openHouse(({ call }) => `{"n": ${call}}`)
    const report = await house.run(
      `[acts]
idea = "Idea as JSON."
inner = { narrative = "ideas" }
[narrative.ideas]
toc = ["idea"]
carousel = 3
target = "pool"
[narrative.outer]
toc = ["inner"]`,
      { narrative: 'outer' },
    )
    expect(house.asked).toHaveLength(3)
    expect(report.rows).toMatchObject([{ table: 'pool', stored: 3 }])
    expect(house.store.content.list({ table: 'pool' })).toHaveLength(3)
  })
})

test('14.2: each turn of an act is looked at for rows', async () => {
  await using house = await openHouse(({ call }) => `{"n": ${call}}`)
  await house.run(`${head('"a"', 'target = "turns"')}[acts.a]\ncarousel = 3\nprompt = "One as JSON."`)
  expect(house.store.content.list({ table: 'turns' })).toHaveLength(3)
})

test.for([
  [true, 'completed', 3],
  [false, 'failed', 2],
] as const)('14.2: a turn that fails ends the act or not (continue_on_error = %s)', async ([goOn, status, calls]) => {
  await using house = await openHouse(({ call }) => (call === 2 ? new ModelError('model-auth', 'No.') : 'fine'))
  const report = await house.run(
    `${head('"a"')}[acts.a]\ncarousel = { iterations = 3, continue_on_error = ${goOn} }\nprompt = "Say."`,
  )
  expect(report.status).toBe(status)
  expect(house.asked).toHaveLength(calls)
})

describe('16 retention', () => {
  test.for([
    ['drop', 'history_retention = "drop"', ''],
    ['summary', 'history_retention = "summary"', '[Bot command: discord.server.get_stats]\n'],
  ])('what a later act sees of a command: %s', async ([, retention, kept]) => {
    await using house = await openHouse()
    await house.run(`${head('"a", "b"')}[acts]\na = [{ ${STATS}, ${retention} }, "Tell."]\nb = "And?"`)
    expect(house.asked[0]?.prompt).toContain('"guild_id"')
    expect(house.asked[1]?.conversation[0]?.text).toBe(`${kept}Tell.`)
  })

  test('the input goes before its resource', async () => {
    await using house = await openHouse(({ act }) => (act === 'make' ? TWO_WORDS : 'fine'))
    await house.run(WORDS)
    await house.run(`${head('"a", "b"')}
[tables.w]
table_name = "words"
columns = ["word"]
history_retention = "drop"
[acts]
a = [{ ref = "tables.w", history_retention = "summary", limit = 1 }, "Tell."]
b = "And?"`)
    expect(house.asked.at(-1)?.conversation[0]?.text).toBe('[Table: words, 1 rows queried]\nTell.')
  })

  test('what is larger than 10 000 bytes is summarised', async () => {
    await using house = await openHouse()
    await house.run(`${head('"a", "b"')}[acts]\na = ["${'x'.repeat(10_240)}", "Tell."]\nb = "And?"`)
    expect(house.asked[0]?.prompt).toContain('xxx')
    expect(house.asked[1]?.conversation[0]?.text).toBe('[Text: ~10KB]\nTell.')
  })
})

test('17.3: preserve_source keeps rows that an input would pull', async () => {
  await using house = await openHouse(({ act }) => (act === 'make' ? TWO_WORDS : 'fine'))
  await house.run(WORDS)
  await house.run(
    `${head('"a"', 'skip_content_generation = true\npreserve_source = true')}[acts]\na = [{ type = "table", table_name = "words", pull_and_delete = true }, "Tell."]`,
  )
  expect(house.store.content.list({ table: 'words' })).toHaveLength(2)
})

test('18.4: what is captured is read under its bare name as well', async () => {
  await using house = await openHouse(({ act }) => (act === 'pick' ? '{"user": {"id": "42"}}' : 'fine'))
  await house.run(`${head('"pick"')}[acts.pick]\nprompt = "Pick."\nstate_capture = { WINNER = "$.user.id" }`)
  await house.run(`${head('"a"')}[acts]\na = "Of \${WINNER}, \${state:WINNER}."`)
  expect(house.promptsOf('a')).toEqual(['Of 42, 42.'])
})

describe('19 output', () => {
  test('a template without a target stores in the table of the narrative (D-30)', async () => {
    await using house = await openHouse(() => '{"id": "123456789012345678", "username": "ann"}')
    const report = await house.run(`${head('"a"', 'template = "discord_users"')}[acts]\na = "Invent a user."`)
    expect(report).toMatchObject({ status: 'completed', rows: [{ table: 'n', stored: 1 }] })
  })

  test('a template that does not exist fails the act that needs it', async () => {
    await using house = await openHouse(() => '{"a": 1}')
    const report = await house.run(`${head('"a"', 'template = "discord_usrs"')}[acts]\na = "Invent a user."`)
    expect(report).toMatchObject({ status: 'failed', error: { code: 'prompt-assembly' } })
    expect(house.asked).toEqual([])
  })

  test('processors without content store nothing', async () => {
    await using house = await openHouse(() => '{"a": 1}')
    const report = await house.run(`${head('"a"', 'processors = []')}[acts]\na = "As JSON."`)
    expect(report).toMatchObject({ status: 'completed', rows: [] })
  })
})

describe('20 the processor discord', () => {
  const ANSWERS: Readonly<Record<string, string>> = {
    new_guild: 'Here:\n{"id": "123456789012345678", "name": "Bakers", "owner_id": "223456789012345678"}',
    channels: '[{"id": "323456789012345678", "channel_type": "guild_text", "name": "bread"}]',
    somebody: '{"id": "423456789012345678", "username": "ann"}',
    the_role: 'No role today.',
    last: '{"note": "done"}',
  }
  const acts = Object.keys(ANSWERS)
  const file = (more: string) =>
    `${head(acts.map((name) => `"${name}"`).join(), more)}[acts]\n${acts.map((name) => `${name} = "Invent ${name}."`).join('\n')}`

  test('stores answers in the tables of Discord, by the name of the act or by their keys', async () => {
    await using house = await openHouse(({ act }) => ANSWERS[act]!)
    const report = await house.run(file('processors = ["content", "discord"]'))
    expect(report.status).toBe('completed')
    expect(report.rows.map(({ table, stored }) => `${table} ${stored}`)).toEqual([
      'discord_guilds 1',
      'discord_channels 1',
      'discord_users 1',
      'n 1',
    ])
    const [guild] = house.store.content.list({ table: 'discord_guilds' })
    expect(guild).toMatchObject({ values: { name: 'Bakers', owner_id: '223456789012345678' } })
  })

  test('is not there unless the narrative asks for it', async () => {
    await using house = await openHouse(({ act }) => ANSWERS[act]!)
    expect((await house.run(file(''))).rows).toMatchObject([{ table: 'n', stored: 1 }])
  })
})

describe('21 budget', () => {
  test('of all levels the smallest share counts, each once (D-40)', async () => {
    await using house = await openHouse()
    const asked: unknown[] = []
    Object.assign(house.services, {
      paced: (model: unknown, budget: unknown) => {
        asked.push(budget)
        return model
      },
    })
    await house.run(
      `[acts]
inner = { narrative = "deep" }
plain = "Say."
turning = { prompt = "Say.", carousel = { iterations = 1, budget = { tpm_multiplier = 0.25 } } }
[narrative.deep]
toc = ["plain", "turning"]
budget = { rpm_multiplier = 0.8, tpm_multiplier = 0.5 }
[narrative.outer]
toc = ["plain", "inner"]
budget = { rpm_multiplier = 0.5 }
carousel = { iterations = 1, budget = { rpd_multiplier = 0.9 } }`,
      { narrative: 'outer' },
    )
    expect(asked).toEqual([
      { rpmMultiplier: 0.5, tpmMultiplier: 1, rpdMultiplier: 0.9 },
      { rpmMultiplier: 0.5, tpmMultiplier: 0.5, rpdMultiplier: 0.9 },
      { rpmMultiplier: 0.5, tpmMultiplier: 0.25, rpdMultiplier: 0.9 },
    ])
  })

  test('a day that is full ends a carousel, whatever it does after errors (D-39)', async () => {
    await using house = await openHouse(({ call }) => `answer ${call}`)
    const pace = createPacing({
      limits: { test: { requestsPerDay: 4 } },
      recentUse: house.store.ledger.recentUse,
      clock: systemClock,
    })
    Object.assign(house.services, { paced: pace })
    const carousel = 'carousel = { iterations = 5, continue_on_error = true, budget = { rpd_multiplier = 0.5 } }'
    const report = await house.run(`${head('"a"', `skip_content_generation = true\n${carousel}`)}[acts]\na = "Say."`)
    expect(report).toMatchObject({ status: 'failed', error: { code: 'budget-exhausted' } })
    expect(house.asked).toHaveLength(2)
    const turns = `carousel = { iterations = 5, continue_on_error = true }`
    const again = await house.run(`${head('"a"')}[acts.a]\n${turns}\nprompt = "Say."`)
    expect(again).toMatchObject({ status: 'failed', error: { code: 'budget-exhausted' } })
    expect(house.asked).toHaveLength(4)
  })
})
