import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../../config/config-error.ts'
import { type LoadOptions, loadConfig, loadInPart } from '../../config/load-config.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'botticelli-config-')))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('without a file', () => {
  test('everything has a default', () => {
    const { config, warnings } = load()
    expect(config).toMatchObject({
      root: folder,
      stateDir: join(folder, '.botticelli'),
      database: join(folder, '.botticelli', 'botticelli.db'),
      posting: 'dry-run',
      narrativePaths: [join(folder, 'narratives')],
      bots: [],
      models: { default: 'gemini-2.5-flash-lite', providers: { gemini: {} }, servers: {}, prices: {} },
      telemetry: {
        serviceName: 'botticelli-bot-server',
        sampleRatio: 1,
        prometheus: { host: '127.0.0.1', port: 9464 },
      },
    })
    expect(config.telemetry.otlpEndpoint).toBeUndefined()
    expect(warnings).toEqual([])
  })

  test('the log is for people on a terminal and for machines elsewhere', () => {
    expect(load({ onTerminal: true }).config.telemetry.log.format).toBe('pretty')
    expect(load({ onTerminal: false }).config.telemetry.log.format).toBe('json')
  })
})

test('the ledger is kept for as long as runs are, and long enough for a budget of a month', () => {
  const retention = (text: string) => {
    write('botticelli.toml', text)
    return load().config.retention
  }
  const day = 86_400_000
  expect(retention('')).toEqual({ recordsMs: 90 * day, ledgerMs: 400 * day })
  expect(retention('retention = "500d"\ncontent_retention = "30d"')).toEqual({
    recordsMs: 500 * day,
    ledgerMs: 500 * day,
    contentMs: 30 * day,
  })
  expect(() => retention('ledger_retention = "31d"')).toThrow(/at least "32d"/)
})

describe('the schedule of a bot', () => {
  const bot = (text: string) => {
    write('botticelli.toml', `[bots.poster]\nnarrative = "post.toml"\n${text}\n`)
    return load()
  }

  test.for([
    ['with its offset', 'at = "2027-07-01T09:00:00+01:00"', '2027-07-01T08:00:00.000Z'],
    ['as a time of TOML', 'at = 2027-07-01 09:00:00Z', '2027-07-01T09:00:00.000Z'],
    ['of its time zone', 'at = "2027-07-01T09:00"\ntime_zone = "Europe/Vienna"', '2027-07-01T07:00:00.000Z'],
    ['as a local time of TOML', 'at = 2027-07-01T09:00:00\ntime_zone = "Europe/Vienna"', '2027-07-01T07:00:00.000Z'],
    ['that the clock skips', 'at = 2027-03-28T02:30:00\ntime_zone = "Europe/Vienna"', '2027-03-28T01:00:00.000Z'],
  ])('once, at a time %s', ([, text, at]) => {
    expect(bot(text!).config.bots[0]?.timetable?.at).toBe(Date.parse(at!))
  })

  test.for([
    ['cron = "60 * * * *"', 'got "60 * * * *".', 'Invalid value for minute: 60'],
    ['cron = "0 0 31 2 *"', 'got "0 0 31 2 *".', 'there is no such day'],
    ['every = "99999999999d"', 'got "99999999999d".', 'the longest is 36525d'],
    ['every = "1h"\ntime_zone = "Europe/Vienne"', 'got "Europe/Vienne".', 'did you mean "Europe/Vienna"?'],
    ['every = "1h"\nwindows = ["9-12"]', 'got ["9-12"].', undefined],
  ])('that is wrong says why: %s', ([text, got, hint]) => {
    let diagnostics: readonly unknown[] = []
    try {
      bot(text!)
    } catch (error) {
      diagnostics = (error as ConfigError).diagnostics
    }
    expect(diagnostics).toEqual([expect.objectContaining({ message: expect.stringContaining(got!) })])
    expect((diagnostics[0] as { hint?: string }).hint).toBe(hint)
  })

  test('warns of keys that have no effect without one', () => {
    const { warnings } = bot('after = "poster"\nwindows = "09:00-12:00"\njitter = "5m"')
    expect(warnings.map(({ message, place }) => [place.line, message])).toEqual([
      [4, 'bots.poster.windows has no effect: the bot has none of "every", "cron", "at" and "on_start".'],
      [5, 'bots.poster.jitter has no effect: the bot has none of "every", "cron", "at" and "on_start".'],
    ])
    expect(bot('every = "1h"\njitter = "5m"').warnings).toEqual([])
  })
})

describe('a file with faults, for whoever only looks', () => {
  const inPart = (text: string) => {
    write('botticelli.toml', text)
    expect(() => load()).toThrow()
    return loadInPart({ cwd: folder, environment: {} })
  }

  test.for([
    ['a wrong value', 'drain = "soon"\nstate_dir = "other"'],
    ['a line that is no TOML', 'x = = 3\nstate_dir = "other"'],
    ['a text that never ends', 'a = """\nstate_dir = "other"'],
    ['headers that are none', 'state_dir = "other"\n[bots.gen\nevery = "1h"\n[bots.gen\nstate_dir = "third"'],
    ['nothing but faults', `state_dir = "other"\n${'= ]\n'.repeat(50)}[bots.a]\nnarrative = 3`],
    ['a script that is not there', 'state_dir = "other"\n[models]\nscript = "nothing.toml"'],
  ] as const)('%s leaves the rest in effect', ([, text]) => {
    expect(inPart(text).config.stateDir).toBe(join(folder, 'other'))
  })

  test.for(['state_dir = 3', 'database = "x', `${'= ]\n'.repeat(50)}state_dir = "other"`])(
    'is refused where it is not known where things are: %s',
    (text) => expect(() => inPart(text)).toThrow(ConfigError),
  )
})

describe('layers', () => {
  test('a flag wins over the environment, that over .env, that over the file, that over the default', () => {
    write('botticelli.toml', 'posting = "live"\n[models]\ndefault = "from-file"\n[telemetry]\nmetrics_port = 1')
    write('.env', 'BOTTICELLI_MODEL=from-dot-env\nBOTTICELLI_METRICS_PORT=2\n')
    const environment = { BOTTICELLI_MODEL: 'from-environment' }
    const origins = (options: Partial<LoadOptions>) => {
      const { settings } = load(options)
      const of = (key: string) => settings.find((one) => one.path === key)
      return ['posting', 'telemetry.metrics_port', 'models.default', 'drain'].map((key) => [
        of(key)?.value,
        of(key)?.origin.layer,
      ])
    }
    expect(origins({ environment, flags: { posting: 'dry-run' } })).toEqual([
      ['dry-run', 'flag'],
      [2, '.env'],
      ['from-environment', 'environment'],
      [30_000, 'default'],
    ])
    expect(origins({})[0]).toEqual(['live', 'file'])
  })

  test('the file is found from any folder below it', () => {
    write('botticelli.toml', 'drain = "5s"')
    mkdirSync(join(folder, 'a', 'b'), { recursive: true })
    expect(load({ cwd: join(folder, 'a', 'b') }).config).toMatchObject({ root: folder, drainMs: 5000 })
  })

  test.for([
    ['', { watchdog: { limitMs: 1_000 }, actHungAfterMs: 900_000 }],
    ['watchdog = 0\nact_hung_after = 0', {}],
    // At least twice the wait for a model.
    ['watchdog = 0\nact_hung_after = "1s"', { actHungAfterMs: 240_000 }],
    ['watchdog = "2s"\nwatchdog_hard_limit = "30s"', { watchdog: { limitMs: 2_000, hardLimitMs: 30_000 } }],
    ['watchdog = 0\nwatchdog_hard_limit = "30s"', { watchdog: { limitMs: 30_000, hardLimitMs: 30_000 } }],
  ] as const)('the limits of %j', ([lines, supervision]) => {
    write('botticelli.toml', `[supervision]\n${lines}`)
    expect(load({}).config.supervision).toMatchObject(supervision)
    if (!('watchdog' in supervision)) expect(load({}).config.supervision.watchdog).toBeUndefined()
  })

  test('an empty variable counts as not set', () => {
    expect(load({ environment: { BOTTICELLI_MODEL: '' } }).config.models.default).toBe('gemini-2.5-flash-lite')
  })

  test('narratives can read the environment, but no key of the server itself', () => {
    const server = '[models.servers.house]\nbase_url = "http://127.0.0.1:1"\napi_key_env = "HOUSE_CODE"\n'
    const environment = {
      OPENAI_API_KEY: 'a',
      DISCORD_TOKEN: 'b',
      HOUSE_CODE: 'c',
      SENTRY_DSN: 'http://d@e/1',
      OTEL_EXPORTER_OTLP_HEADERS: 'key=e',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'key=f',
      GUILD_ID: '7',
    }
    write('botticelli.toml', server)
    const { config } = load({ environment })
    expect(config.environment).toEqual({ GUILD_ID: '7' })
    expect([config.models.providers.openai?.apiKey, config.models.servers.house?.apiKey]).toEqual(['a', 'c'])
  })

  test('paths of the file are relative to it, those of the environment to the working directory', () => {
    write('botticelli.toml', 'state_dir = "state"\n[context]\npath = ["shared"]')
    mkdirSync(join(folder, 'below'))
    const { config } = load({ cwd: join(folder, 'below'), environment: { BOTTICELLI_DATABASE: 'other.db' } })
    expect(config.stateDir).toBe(join(folder, 'state'))
    expect(config.contextPaths).toEqual([join(folder, 'shared')])
    expect(config.database).toBe(join(folder, 'below', 'other.db'))
  })
})

describe('secrets', () => {
  test('come from a file that NAME_FILE names, without its last line break', () => {
    write('key.txt', 'the-key\n')
    const { config } = load({ environment: { GEMINI_API_KEY_FILE: 'key.txt' } })
    expect(config.models.providers.gemini).toEqual({ apiKey: 'the-key' })
  })

  test('are refused in botticelli.toml, without being repeated', () => {
    write('botticelli.toml', '[discord]\ntoken = "abc-secret"')
    const error = failure()
    expect(error).toMatchObject({ code: 'bad-config', place: { line: 2, column: 1 } })
    expect(error.fix).toContain('DISCORD_TOKEN')
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain('abc-secret')
  })

  test('of a server are named by their variable', () => {
    write('botticelli.toml', '[models.servers.local]\nbase_url = "http://127.0.0.1:8000/v1"\napi_key_env = "LOCAL_KEY"')
    expect(load({ environment: { LOCAL_KEY: 'k' } }).config.models.servers).toEqual({
      local: { baseUrl: 'http://127.0.0.1:8000/v1', apiKey: 'k' },
    })
  })
})

describe('faults of the file', () => {
  test.for<[title: string, toml: string, line: number, column: number, message: string]>([
    ['a wrong choice', 'posting = "alive"', 1, 11, 'must be "dry-run" or "live", got "alive"'],
    ['a wrong type', '[telemetry]\nmetrics_port = "x"', 2, 16, 'must be a whole number from 0 to 65535, got "x"'],
    ['a value where a table belongs', 'models = 3', 1, 10, 'models is a table of settings, not an integer'],
    ['a table where a value belongs', '[posting]\na = 1', 1, 2, 'must be "dry-run" or "live", got a table'],
    ['a bot without a narrative', '[bots.one]\nevery = "1h"', 1, 7, '[bots.one] needs the key "narrative"'],
    ['a bot after a stranger', '[bots.one]\nnarrative = "x"\nafter = ["two"]', 3, 9, '"two", which is not configured'],
    ['no TOML', 'a = [1,\n', 1, 5, 'this array is never closed'],
  ])('%s is told with its place', ([, toml, line, column, message]) => {
    const path = write('botticelli.toml', toml)
    const error = failure()
    expect(error.place).toEqual({ file: path, line, column })
    expect(error.message).toContain(message)
  })

  test('are told all at once, in the order of the file', () => {
    write('botticelli.toml', '[bots.b]\nevery = "often"\n[bots.a]\ntype = "poet"\nnarrative = "x"')
    const { diagnostics } = failure()
    expect(diagnostics.map(({ path, place }) => [path, place.line])).toEqual([
      ['bots.b.narrative', 1],
      ['bots.b.every', 2],
      ['bots.a.type', 4],
    ])
  })

  test('an unknown key is a warning with the nearest known name', () => {
    write('botticelli.toml', 'drian = "5s"\n[models]\ndefualt = "x"\n[wholly]\nunknown = 1')
    const { warnings } = load()
    expect(warnings.map(({ path, hint }) => [path, hint])).toEqual([
      ['drian', 'did you mean "drain"?'],
      ['models.defualt', 'did you mean "default"?'],
      ['wholly', undefined],
    ])
  })

  test('a wrong variable is named, and its place in .env', () => {
    expect(() => load({ environment: { BOTTICELLI_POSTING: 'alive' } })).toThrow(
      `BOTTICELLI_POSTING must be "dry-run" or "live", got 'alive'.`,
    )
    const path = write('.env', '# keys\nBOTTICELLI_DRAIN=soon\n')
    expect(failure().place).toEqual({ file: path, line: 2, column: 1 })
  })
})

describe('what the file names', () => {
  test('bots, with everything resolved', () => {
    mkdirSync(join(folder, 'narratives'))
    const narrative = write('narratives/write.toml', '')
    write(
      'botticelli.toml',
      '[bots.writer]\ntype = "generation"\nnarrative = "write"\nevery = "1h"\n[bots.last]\nnarrative = "x/y.toml"\nafter = ["writer"]',
    )
    expect(load().config.bots).toEqual([
      {
        name: 'writer',
        type: 'generation',
        narrative,
        everyMs: 3_600_000,
        onStart: false,
        timetable: {
          everyMs: 3_600_000,
          onStart: false,
          timeZone: 'UTC',
          windows: [],
          jitterMs: 0,
          missed: 'once',
        },
        after: [],
        inputs: {},
        enabled: true,
        hungAfterMs: 1_800_000,
      },
      {
        name: 'last',
        type: 'custom',
        narrative: join(folder, 'x', 'y.toml'),
        onStart: false,
        after: ['writer'],
        inputs: {},
        enabled: true,
        hungAfterMs: 1_800_000,
      },
    ])
  })

  test('a bot in a thread, and one that may take its time', () => {
    write(
      'botticelli.toml',
      `[bots.apart]
narrative = "x.toml"
isolation = "thread"
thread_memory_mb = 512
[bots.slow]
narrative = "x.toml"
hung_after = 0
thread_memory_mb = 512
`,
    )
    const [apart, slow] = load().config.bots
    expect(apart).toMatchObject({ thread: { memoryMb: 512, blockedAfterMs: 10_000 }, hungAfterMs: 1_800_000 })
    expect(slow).not.toHaveProperty('thread')
    expect(slow).not.toHaveProperty('hungAfterMs')
  })

  test('the timetable of a bot', () => {
    write(
      'botticelli.toml',
      `[bots.writer]
narrative = "x.toml"
cron = "0 9 * * 1-5"
time_zone = "Europe/Vienna"
windows = ["09:00-12:00", "22:00-02:00"]
jitter = "30m"
missed = "skip"
`,
    )
    expect(load().config.bots[0]?.timetable).toEqual({
      cron: '0 9 * * 1-5',
      onStart: false,
      timeZone: 'Europe/Vienna',
      windows: [
        { from: 540, to: 720 },
        { from: 1320, to: 120 },
      ],
      jitterMs: 1_800_000,
      missed: 'skip',
    })
  })

  test.for([
    'cron = "61 * * * *"',
    'time_zone = "Vienna"',
    'windows = ["9-17"]',
    'at = "tomorrow"',
    'every = "1h"\ncron = "0 9 * * *"',
  ])('a timetable that is wrong is refused: %s', (line) => {
    write('botticelli.toml', `[bots.writer]\nnarrative = "x.toml"\n${line}`)
    expect(() => load()).toThrow(expect.objectContaining({ code: 'bad-config' }))
  })

  test('prices, also of a model whose name has a dot', () => {
    write('botticelli.toml', '[models.prices."gpt-9.1"]\ninput_per_million = 1\noutput_per_million = 2.5')
    expect(load().config.models.prices).toEqual({ 'gpt-9.1': { inputPerMillion: 1, outputPerMillion: 2.5 } })
  })

  test('a script for the scripted model', () => {
    write('script.toml', '[[reply]]\ntext = "hello"')
    write('botticelli.toml', '[models]\nscript = "script.toml"')
    expect(load().config.models.scripted?.replies).toEqual([{ text: 'hello' }])
  })
})

test('OTEL_SDK_DISABLED turns traces and metrics off', () => {
  const environment = { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }
  const { telemetry } = load({ environment }).config
  expect(telemetry.otlpEndpoint).toBeUndefined()
  expect(telemetry.prometheus).toBeUndefined()
})

test('narratives see the variables of the environment over those of .env', () => {
  write('.env', 'GUILD=1\nCHANNEL=2')
  expect(load({ environment: { GUILD: '3' } }).config.environment).toMatchObject({ GUILD: '3', CHANNEL: '2' })
})

test('narratives see the ids of Discord, wherever they were set', () => {
  write('botticelli.toml', '[discord]\nguild_id = "1"\nchannel_id = 2')
  expect(load().config.environment).toMatchObject({ DISCORD_GUILD_ID: '1', DISCORD_CHANNEL_ID: '2' })
  expect(load({ environment: { DISCORD_GUILD_ID: '3' } }).config.environment.DISCORD_GUILD_ID).toBe('3')
})

function load(options: Partial<LoadOptions> = {}) {
  return loadConfig({ cwd: folder, environment: {}, ...options })
}

function failure(options: Partial<LoadOptions> = {}): ConfigError {
  try {
    load(options)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('The configuration was accepted.')
}

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
