import { describe, expect, test } from 'vitest'
import { chooseNarrative } from '../../narratives/choose-narrative.ts'
import {
  extractsOutput,
  type Narrative,
  type NarrativeFile,
  needsModel,
  placeholderNames,
  targetTable,
} from '../../narratives/narrative.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

/** Fails with the first error where there is one. */
function parse(text: string): NarrativeFile {
  const { file, diagnostics } = parseNarrativeFile(text, 'dir/n.toml')
  if (file === undefined) throw new Error(diagnostics.find((one) => one.severity === 'error')!.message)
  return file
}
const first = (text: string, name?: string): Narrative => chooseNarrative(parse(text), name)
const codes = (file: NarrativeFile) => file.diagnostics.map((one) => one.code)

const HT = '[narrative]\nname = "n"\ntoc = ["a"]\n'
const RESOURCES = `
[bots.say]
platform = "discord"
command = "messages.send"
required = true
cache_duration = 0
history_retention = "drop"
content = "{{x}}"
args = { channel_id = "1", content = "explicit" }
[tables.recent]
table_name = "posts"
where = "a = 1"
where_clause = "b = 2"
limit = 20
alias = "latest"
pull_and_delete = true
[media.logo]
file = "logo.PNG"
`

describe('references (section 9)', () => {
  test('a string reference is the resource itself', () => {
    const { inputs } = first(
      `${HT}[acts]\na = ["bots.say", "tables.recent", "media.logo", "narrative:dir/x"]\n${RESOURCES}`,
    ).acts[0]!
    expect(inputs).toMatchObject([
      {
        kind: 'command',
        ref: 'bots.say',
        name: 'say',
        required: true,
        cacheSeconds: 0,
        retention: 'drop',
        args: { content: 'explicit', channel_id: '1' },
      },
      {
        kind: 'table',
        ref: 'tables.recent',
        table: 'posts',
        where: 'a = 1',
        limit: 20,
        alias: 'latest',
        pullAndDelete: true,
      },
      { kind: 'media', media: 'image', mime: 'image/png', source: { file: 'logo.PNG' } },
      { kind: 'narrative', target: { path: 'dir/x' } },
    ])
  })

  test('what stands beside a ref overrides the resource (D-11b)', () => {
    const text = `${HT}[acts]\na = [{ ref = "tables.recent", limit = 5, where = "c = 3", format = "csv", required = true, history_retention = "summary", pull_and_delete = false, sample = 2 }, { ref = "bots.say", required = false }]\n${RESOURCES}`
    const file = parse(text)
    expect(chooseNarrative(file).acts[0]!.inputs).toMatchObject([
      {
        limit: 5,
        where: 'c = 3',
        format: 'csv',
        required: true,
        retention: 'summary',
        pullAndDelete: false,
        table: 'posts',
      },
      { required: false, retention: 'drop', cacheSeconds: 0 },
    ])
    expect(codes(file)).toEqual(['ignored-key', 'unknown-placeholder', 'duplicate-setting'])
  })

  test('an inline narrative makes a composition act, also by narrative.x', () => {
    const text = '[acts]\na = "narratives.y"\nb = "narrative.y"\nc = ["narratives.y", "and a prompt"]\nd = "hi"\n'
    const { acts } = first(`${text}[narrative.x]\ntoc = ["a", "b", "c"]\n[narrative.y]\ntoc = ["d"]`, 'x')
    expect(acts.map((act) => act.composes)).toEqual(['y', 'y', undefined])
    expect(acts[2]!.inputs[0]).toMatchObject({ kind: 'narrative', target: { key: 'y' } })
  })

  test('in a file of one narrative an act runs another file', () => {
    const { acts } = first(`${HT}[acts.a]\nnarrative = "facts"`)
    expect(acts[0]!.inputs).toMatchObject([{ kind: 'narrative', name: 'facts', target: { path: 'facts' } }])
  })

  test('the names of a table in placeholders', () => {
    const { inputs } = first(`${HT}[acts]\na = "tables.recent"\n${RESOURCES}`).acts[0]!
    expect(inputs[0]!.kind === 'table' && placeholderNames(inputs[0]!)).toEqual(['latest', 'recent', 'posts'])
  })

  test('preserve_source switches deletion off', () => {
    const text = `[narrative]\nname = "n"\ntoc = ["a"]\npreserve_source = true\n[acts]\na = "tables.recent"\n${RESOURCES}`
    expect(first(text).acts[0]!.inputs[0]).toMatchObject({ pullAndDelete: false })
  })

  test('an id beyond a number keeps its digits', () => {
    const text = `${HT}[acts]\na = "bots.b"\n[bots.b]\nplatform = "discord"\ncommand = "c"\nguild_id = 1439415903753076859\nlimit = 5\nat = 2026-01-01`
    expect(first(text).acts[0]!.inputs[0]).toMatchObject({
      args: { guild_id: '1439415903753076859', limit: 5, at: '2026-01-01' },
    })
  })
})

describe('settings (section 15)', () => {
  const file = `
[config.openai]
model = "gpt-4"
temperature = 0.1
[config.gemini]
temperature = 0.2
max_tokens = 20
[shared]
max_tokens = 99
[narrative]
name = "n"
temperature = 0.3
toc = ["own", "config", "plain"]
[acts]
plain = "x"
[acts.own]
prompt = "x"
model = "gemini-2.5-pro"
temperature = 0.5
[acts.own.config]
temperature = 0.4
max_tokens = 40
[acts.config]
prompt = "x"
config = { temperature = 0.4 }
`
  test('act, then its config, then narrative, then the section of the model, then shared', () => {
    expect(first(file).acts.map((act) => act.settings)).toEqual([
      { model: 'gemini-2.5-pro', temperature: 0.5, maxTokens: 40 },
      { model: 'gpt-4', temperature: 0.4, maxTokens: 20 },
      { model: 'gpt-4', temperature: 0.3, maxTokens: 20 },
    ])
  })

  test('settings directly in [config] are for every provider', () => {
    const text = `[config]\nmodel = "m"\nmax_tokens = 5\ncolour = "red"\n[config.gemini]\nmax_tokens = 6\n${HT}[acts]\na = "x"`
    const file = parse(text)
    expect(file.defaults).toEqual({ model: 'm', maxTokens: 6 })
    expect(codes(file)).toEqual(['unknown-key'])
  })

  test('the section of the model in use comes first', () => {
    const text = `[config.openai]\ntemperature = 0.1\n[config.gemini]\ntemperature = 0.2\n[narrative]\nname = "n"\nmodel = "gemini-2.5-flash"\ntoc = ["a"]\n[acts]\na = "x"`
    expect(first(text).acts[0]!.settings).toEqual({ model: 'gemini-2.5-flash', temperature: 0.2 })
  })
})

describe('carousel and budget (sections 5, 14, 21)', () => {
  const full = { iterations: 3, estimatedTokensPerIteration: 1000, continueOnError: false }

  test.for<[title: string, text: string]>([
    ['in the narrative', '[narrative]\nname = "n"\ntoc = ["a"]\n[narrative.carousel]\niterations = 3'],
    ['as a number', '[narrative]\nname = "n"\ntoc = ["a"]\ncarousel = 3'],
    ['in the toc', '[narrative]\nname = "n"\n[toc]\norder = ["a"]\ncarousel = 3'],
    ['in a table of the toc', '[narrative]\nname = "n"\n[toc]\norder = ["a"]\n[toc.carousel]\niterations = 3'],
    ['at the root', '[narrative]\nname = "n"\ntoc = ["a"]\n[carousel]\niterations = 3'],
  ])('a carousel %s', ([, text]) => {
    expect(first(`${text}\n[acts]\na = "x"`).carousel).toEqual(full)
  })

  test('the narrative wins over the toc, with a warning', () => {
    const text =
      '[narrative]\nname = "n"\ncarousel = 3\nbudget = { rpm_multiplier = 0.5 }\n[toc]\norder = ["a"]\ncarousel = 4\nbudget = { rpm_multiplier = 1 }\n[acts]\na = "x"'
    const file = parse(text)
    expect(chooseNarrative(file)).toMatchObject({
      carousel: full,
      budget: { rpmMultiplier: 0.5, tpmMultiplier: 1, rpdMultiplier: 1 },
    })
    expect(codes(file)).toEqual(['duplicate-setting', 'duplicate-setting'])
  })

  test('an act has one of its own', () => {
    const { acts } = first(
      `${HT}[acts.a]\nprompt = "x"\ncarousel = { iterations = 2, continue_on_error = true, budget = { tpm_multiplier = 1 } }`,
    )
    expect(acts[0]!.carousel).toMatchObject({ iterations: 2, continueOnError: true, budget: { tpmMultiplier: 1 } })
  })
})

describe('which act stores its output (section 19.1)', () => {
  const stored = (acts: string, toc: string, extra = '') => {
    const narrative = first(`[narrative]\nname = "n"\ntoc = ${toc}\n${extra}\n[acts]\n${acts}\n${RESOURCES}`)
    return narrative.acts.map((_, index) => extractsOutput(narrative, index))
  }

  test.for<[title: string, acts: string, toc: string, extra: string, expected: boolean[]]>([
    ['the last', 'a = "x"\nb = "y"', '["a", "b"]', '', [false, true]],
    ['not one that asks no model', 'a = "x"\nb = "bots.say"', '["a", "b"]', '', [false, false]],
    ['one that asks for it', 'a = { prompt = "x", extract_output = true }\nb = "y"', '["a", "b"]', '', [true, true]],
    ['a command that asks for it', 'b = { input = ["bots.say"], extract_output = true }', '["b"]', '', [true]],
    ['not one that does not want it', 'a = { prompt = "x", extract_output = false }', '["a"]', '', [false]],
    ['not one that skips', 'a = { prompt = "x", skip_content_generation = true }', '["a"]', '', [false]],
    [
      'none of a narrative that skips',
      'a = { prompt = "x", extract_output = true }',
      '["a"]',
      'skip_content_generation = true',
      [false],
    ],
  ])('%s', ([, acts, toc, extra, expected]) => {
    expect(stored(acts, toc, extra)).toEqual(expected)
  })
})

describe('which act asks a model (section 12.2)', () => {
  test.for<[act: string, asks: boolean]>([
    ['"hello"', true],
    ['["bots.say", "tables.recent"]', false],
    ['["bots.say", "and a word"]', true],
    ['["bots.say", "  "]', false],
    ['"media.logo"', true],
    ['["media.logo", "bots.say"]', false],
    ['[{ file = "x.md" }]', true],
    ['"narrative:x"', false],
    ['[""]', false],
  ])('%s: %s', ([act, asks]) => {
    expect(needsModel(first(`${HT}[acts]\na = ${act}\n${RESOURCES}`).acts[0]!)).toBe(asks)
  })
})

describe('the table of a narrative (D-30, D-31)', () => {
  test.for<[name: string, target: string | undefined, table: string]>([
    ['n', 'posts', 'posts'],
    ['Minimal Test', undefined, 'minimal_test'],
    ['  Daily -- Digest!', undefined, 'daily_digest'],
    ['2026 posts', undefined, 't_2026_posts'],
    ['Grüße', undefined, 'gr_e'],
    ['???', undefined, 'narrative'],
  ])('%s', ([name, target, table]) => {
    expect(targetTable({ name, ...(target !== undefined && { target }) })).toBe(table)
  })
})

describe('security (section 22)', () => {
  test('policy and constraints', () => {
    const text = `${HT}[acts]\na = "x"\n[security.policy]\nallowed_commands = ["messages.send"]\nrequire_confirmation = ["messages.clear"]\n[security.constraints]\nguild_id = 1234567890\nchannel_prefix = "bot-"`
    expect(parse(text).security).toEqual({
      allowedCommands: ['messages.send'],
      requireConfirmation: ['messages.clear'],
      guildId: '1234567890',
      channelPrefix: 'bot-',
    })
  })

  test('without the section the server decides', () => {
    expect(parse(`${HT}[acts]\na = "x"`).security).toBeUndefined()
    expect(parse(`${HT}[acts]\na = "x"\n[security.policy]`).security).toEqual({ requireConfirmation: [] })
  })
})

describe('several narratives in a file (section 4)', () => {
  const file = parse(`
[acts]
idea = "An idea."
polish = "Polish it."
[acts.run]
narrative = "ideas"
[narrative.other.acts]
polish = "As a question."
[narrative.other]
toc = ["idea", "polish"]
[narrative.ideas]
target = "pool"
toc = ["idea", "polish"]
[narrative.nightly]
toc = ["run"]
carousel = 3
`)
  test('a private act replaces the shared one of its name', () => {
    const prompts = (name: string) =>
      chooseNarrative(file, name).acts.map(({ inputs }) => inputs[0]!.kind === 'text' && inputs[0]!.source)
    expect(prompts('other')).toEqual([{ text: 'An idea.' }, { text: 'As a question.' }])
    expect(prompts('ideas')).toEqual([{ text: 'An idea.' }, { text: 'Polish it.' }])
    expect(chooseNarrative(file, 'nightly').acts[0]).toMatchObject({ composes: 'ideas', inputs: [] })
  })

  test('none is the default', () => {
    expect(() => chooseNarrative(file)).toThrow(
      expect.objectContaining({ code: 'narrative-ambiguous', fix: 'Name one of other, ideas, nightly.' }),
    )
    expect(() => chooseNarrative(file, 'idea')).toThrow(
      expect.objectContaining({ code: 'narrative-not-found', fix: expect.stringContaining('Did you mean "ideas"?') }),
    )
  })

  test('the single form answers to its own name, and to those beside it', () => {
    const single = parse(`${HT}[acts]\na = "x"\n[narratives.side]\ntoc = ["a"]`)
    expect(chooseNarrative(single).key).toBe('n')
    expect(chooseNarrative(single, 'n').key).toBe('n')
    expect(chooseNarrative(single, 'side').key).toBe('side')
    expect(() => chooseNarrative(single, 'm')).toThrow(expect.objectContaining({ code: 'narrative-not-found' }))
  })

  const half =
    '[narrative.good]\ntoc = ["a"]\n[narrative.bad]\ntoc = ["b"]\n[narrative.uses]\ntoc = ["c"]\n[acts]\na = "x"\nb = "bots.none"\nc = { narrative = "bad" }'

  test.for<[name: string | undefined, severity: string]>([
    ['good', 'warning'],
    ['bad', 'error'],
    ['uses', 'error'],
    [undefined, 'error'],
  ])('an error matters to those who reach it: %s', ([name, severity]) => {
    const { file: parsed, diagnostics } = parseNarrativeFile(
      half,
      'n.toml',
      name === undefined ? {} : { choose: { name } },
    )
    expect(diagnostics.map((one) => [one.code, one.severity])).toEqual([['unknown-bot', severity]])
    expect([...(parsed?.narratives.keys() ?? [])]).toEqual(severity === 'warning' ? ['good'] : [])
  })
})

test('what is only for people cannot break a narrative', () => {
  const file = parse(
    `[narrative]\nname = "n"\nversion = 1.2\ntags = "a, b"\nauthor = "Ann"\ntoc = ["a"]\n[acts]\na = "x"`,
  )
  expect(chooseNarrative(file).info).toEqual({ author: 'Ann', tags: [] })
  expect(codes(file)).toEqual(['bad-type', 'bad-type'])
})

describe('warnings before anything runs', () => {
  test.for<[title: string, text: string, expected: string[]]>([
    [
      'an act that runs later',
      '[narrative]\nname = "n"\ntoc = ["a", "b"]\n[acts]\na = "{{b}}"\nb = "x"',
      ['unknown-placeholder'],
    ],
    ['previous in the first act', `${HT}[acts]\na = "{{previous}}"`, ['unknown-placeholder']],
    [
      'a mistyped act in an argument',
      `[narrative]\nname = "n"\ntoc = ["draft", "a"]\n[acts]\ndraft = "x"\na = "bots.b"\n[bots.b]\nplatform = "d"\ncommand = "c"\nx = { y = "\${drafd.id}" }`,
      ['unknown-placeholder'],
    ],
    [
      'a table, an act, a captured key, the environment',
      `[narrative]\nname = "n"\ntoc = ["draft", "a"]\n[acts]\ndraft = [{ type = "bot_command", platform = "d", command = "c", store_as = "kept" }]\na = ["tables.recent", "{{draft}} {{latest}} {{posts}} \${kept} \${GUILD} \${state:x} \${env:y} {{z:-}}"]\n${RESOURCES}`,
      ['duplicate-setting'],
    ],
    ['an odd name', '[narrative]\nname = "n"\ntoc = ["a b"]\n[acts]\n"a b" = "x"', ['odd-act-name']],
    [
      'a filter that does not parse',
      `${HT}[acts]\na = ["tables.t", "x"]\n[tables.t]\ntable_name = "t"\nwhere = "nonsense"`,
      ['bad-filter'],
    ],
  ])('%s', ([, text, expected]) => {
    const checkFilter = (where: string) => (where === 'nonsense' ? 'The filter cannot be read.' : undefined)
    const { diagnostics } = parseNarrativeFile(text, 'n.toml', { checkFilter })
    expect(diagnostics.map((one) => [one.code, one.severity])).toEqual(expected.map((code) => [code, 'warning']))
  })
})

test('a warning of a placeholder points at the placeholder', () => {
  const text = `${HT}[acts.a]\nprompt = """\nfirst line\n  then {{ nobody.x }} and $UNSET\n"""`
  const { diagnostics } = parseNarrativeFile(text, 'n.toml', { isEnvSet: () => false })
  expect(diagnostics.map(({ code, place, end }) => [code, place.line, place.column, end.column])).toEqual([
    ['unknown-placeholder', 7, 8, 22],
    ['unset-env', 7, 27, 33],
  ])
})

test('environment variables that are not set', () => {
  const text = `[narrative]\nname = "n"\ntoc = ["LOUD", "a"]\n[acts]\nLOUD = "x"\na = ["bots.b", "\${env:small} \${LOUD} \${C:-x} {{NOT}} $BARE", { type = "image", url = "\${HOST}/a.png" }]\n[bots.b]\nplatform = "d"\ncommand = "c"\nx = ["\${DEEP} \${SET}"]`
  const { diagnostics } = parseNarrativeFile(text, 'n.toml', { isEnvSet: (name) => name === 'SET' })
  const unset = diagnostics.filter((one) => one.code === 'unset-env')
  expect(unset.map(({ message, place }) => `${place.line} ${message}`)).toEqual([
    '6 The environment variable small is not set.',
    '6 The environment variable BARE is not set.',
    '6 The environment variable HOST is not set.',
    '10 The environment variable DEEP is not set.',
  ])
})

test('narratives of other files that are not there', () => {
  const text = `${HT}[acts]\na = ["narrative:x", "narratives.l", { type = "narrative", name = "y" }, "narrative:there"]\n[narratives.l]\nnarrative = "z.toml"`
  const { diagnostics } = parseNarrativeFile(text, 'n.toml', { fileExists: (name) => name === 'there.toml' })
  expect(diagnostics.map(({ code, place }) => `${code} ${place.line}:${place.column}`)).toEqual([
    'missing-file 5:6',
    'missing-file 5:37',
    'missing-file 7:13',
  ])
})

test('the hash is that of the text', () => {
  const hash = (text: string) => parse(text).hash
  expect(hash(`${HT}[acts]\na = "x"`)).toMatch(/^[0-9a-f]{64}$/)
  expect(hash(`${HT}[acts]\na = "x"`)).not.toBe(hash(`${HT}[acts]\na = "y"`))
})

test('acts and narratives are plain data', () => {
  const narrative = first(`${HT}[acts]\na = ["bots.say", "tables.recent", "media.logo", "x"]\n${RESOURCES}`)
  expect(JSON.parse(JSON.stringify(narrative))).toEqual(narrative)
})
