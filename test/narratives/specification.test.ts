// What the format says and no other test of this folder looks at, statement by statement; test/narratives/statements.ts says
// which test stands for which statement.

import { describe, expect, test } from 'vitest'
import { CODES } from '../../errors.ts'
import { chooseNarrative } from '../../narratives/choose-narrative.ts'
import { extractsOutput, type Narrative } from '../../narratives/narrative.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

const HT = '[narrative]\nname = "n"\ntoc = ["a"]\n'

function parse(text: string) {
  const { file, diagnostics } = parseNarrativeFile(text, 'n.toml')
  return { file, found: diagnostics.map(({ code, severity }) => `${severity} ${code}`) }
}

function first(text: string): Narrative {
  const { file, found } = parse(text)
  if (file === undefined) throw new Error(found.join())
  return chooseNarrative(file)
}

const inputOf = (acts: string, more = '') => first(`${HT}[acts]\na = ${acts}\n${more}`).acts[0]!.inputs[0]!

describe('1 file', () => {
  test('the smallest valid file', () => {
    const text =
      '[narrative]\nname = "hello"\ndescription = "One step"\n\n[toc]\norder = ["greet"]\n\n[acts]\ngreet = "Write one short greeting."\n'
    expect(parse(text).found).toEqual([])
    expect(first(text)).toMatchObject({ name: 'hello', acts: [{ name: 'greet' }] })
  })

  test('a byte order mark and CRLF change nothing', () => {
    const text = `${HT}[acts]\na = "x"\n`
    expect(first(`\uFEFF${text.replaceAll('\n', '\r\n')}`).acts).toMatchObject([{ name: 'a' }])
  })

  test('the order of sections has no meaning', () => {
    const parts = [
      '[narrative]\nname = "n"',
      '[toc]\norder = ["a"]',
      '[acts]\na = "bots.b"',
      '[bots.b]\nplatform = "p"\ncommand = "c"',
    ]
    const withoutPlaces = (text: string) =>
      JSON.stringify(first(text), (key, value) => (key === 'place' ? undefined : value))
    expect(withoutPlaces(parts.toReversed().join('\n'))).toBe(withoutPlaces(parts.join('\n')))
  })
})

describe('3 narrative', () => {
  test('every key of a narrative is read', () => {
    const text = `[narrative]
name = "n"
description = "d"
template = "discord_users"
target = "t"
skip_content_generation = true
preserve_source = true
carousel = 2
model = "m"
temperature = 0.4
max_tokens = 800
budget = { rpm_multiplier = 0.5 }
toc = ["a"]
title = "T"
author = "A"
version = "1"
tags = ["x", "y"]
acts = { a = "x" }`
    expect(parse(text).found).toEqual([])
    expect(first(text)).toMatchObject({
      name: 'n',
      description: 'd',
      template: 'discord_users',
      target: 't',
      skipContentGeneration: true,
      preserveSource: true,
      carousel: { iterations: 2 },
      settings: { model: 'm', temperature: 0.4, maxTokens: 800 },
      budget: { rpmMultiplier: 0.5, tpmMultiplier: 1, rpdMultiplier: 1 },
      acts: [{ name: 'a' }],
      info: { title: 'T', author: 'A', version: '1', tags: ['x', 'y'] },
    })
  })

  test('without them a narrative has the defaults', () => {
    expect(first(`${HT}[acts]\na = "x"`)).toMatchObject({
      description: '',
      skipContentGeneration: false,
      preserveSource: false,
      settings: {},
      processors: ['content'],
      info: { tags: [] },
    })
  })

  test('target_table is target (D-25)', () => {
    expect(first(`[narrative]\nname = "n"\ntarget_table = "t"\ntoc = ["a"]\n[acts]\na = "x"`).target).toBe('t')
  })

  test.for([-0.1, 2.1])('a temperature of %d is a warning', (temperature) => {
    const { file, found } = parse(`[narrative]\nname = "n"\ntemperature = ${temperature}\ntoc = ["a"]\n[acts]\na = "x"`)
    expect(found).toEqual(['warning temperature-range'])
    expect(file).toBeDefined()
  })
})

describe('5 toc', () => {
  test.for([
    ['a table at the root', '[narrative]\nname = "n"\n[toc]\norder = ["a", "b"]\n'],
    ['an array at the root', 'toc = ["a", "b"]\n[narrative]\nname = "n"\n'],
    ['an array in the narrative', '[narrative]\nname = "n"\ntoc = ["a", "b"]\n'],
    ['a table in the narrative', '[narrative]\nname = "n"\n[narrative.toc]\norder = ["a", "b"]\n'],
    ['an array of a named narrative', '[narrative.n]\ntoc = ["a", "b"]\n'],
    ['a table of a named narrative', '[narrative.n.toc]\norder = ["a", "b"]\n'],
  ])('%s is the order of acts (D-02, D-03)', ([, head]) => {
    expect(first(`${head}[acts]\na = "x"\nb = "y"\nunused = "z"`).acts.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test('a budget in the toc is that of the narrative (D-04)', () => {
    const text = '[narrative]\nname = "n"\n[toc]\norder = ["a"]\n[toc.budget]\nrpm_multiplier = 0.5\n[acts]\na = "x"'
    expect(first(text).budget).toEqual({ rpmMultiplier: 0.5, tpmMultiplier: 1, rpdMultiplier: 1 })
  })
})

describe('6 acts', () => {
  test('an array is inputs in order, of mixed kinds', () => {
    const more = '[tables.t]\ntable_name = "t"\n[media.m]\nfile = "m.png"'
    const { inputs } = first(
      `${HT}[acts]\na = ["tables.t", { type = "text", content = "x" }, { ref = "media.m" }, "y"]\n${more}`,
    ).acts[0]!
    expect(inputs.map(({ kind }) => kind)).toEqual(['table', 'text', 'media', 'text'])
  })

  test('every key of an act is read', () => {
    const text = `${HT}[acts.a]
prompt = "x"
model = "m"
temperature = 0.2
max_tokens = 100
carousel = { iterations = 2 }
extract_output = true
state_capture = { k = "$.id" }
system = "Be brief."`
    expect(parse(text).found).toEqual([])
    expect(first(text).acts[0]).toMatchObject({
      settings: { model: 'm', temperature: 0.2, maxTokens: 100 },
      carousel: { iterations: 2 },
      extractOutput: true,
      stateCapture: { k: '$.id' },
      system: 'Be brief.',
    })
  })

  test('a prompt comes after the inputs (D-18)', () => {
    const { inputs } = first(`${HT}[acts.a]\nprompt = "last"\ninput = [{ content = "first" }]`).acts[0]!
    expect(inputs).toMatchObject([{ source: { text: 'first' } }, { source: { text: 'last' } }])
  })

  test('a header below an input belongs to the last input', () => {
    const text = `${HT}[[acts.a.input]]\ntype = "bot_command"\nplatform = "p"\ncommand = "one"\n[[acts.a.input]]\ntype = "bot_command"\nplatform = "p"\ncommand = "two"\n[acts.a.input.args]\nx = 1`
    expect(first(text).acts[0]!.inputs).toMatchObject([
      { command: 'one', args: {} },
      { command: 'two', args: { x: 1 } },
    ])
  })
})

describe('7 inputs', () => {
  test('content goes before file', () => {
    expect(inputOf('[{ content = "x", file = "y.md" }]')).toMatchObject({ source: { text: 'x' } })
    expect(inputOf('[{ type = "text", file = "y.md" }]')).toMatchObject({ source: { file: 'y.md' } })
  })

  test.for([
    ['url', 'url = "https://e.org/a.png", base64 = "AAAA", file = "b.png"', { url: 'https://e.org/a.png' }],
    ['base64', 'base64 = "AAAA", file = "b.png"', { base64: 'AAAA' }],
    ['file', 'file = "b.png"', { file: 'b.png' }],
  ] as const)('of the sources of an inline medium %s is the first', ([, keys, source]) => {
    expect(inputOf(`[{ type = "image", mime = "image/png", ${keys} }]`)).toMatchObject({ source })
  })

  test.for([
    ['url', 'url = "https://e.org/a.png"\nfile = "b.png"\nbase64 = "AAAA"', { url: 'https://e.org/a.png' }],
    ['file', 'file = "b.png"\nbase64 = "AAAA"', { file: 'b.png' }],
    ['base64', 'base64 = "AAAA"', { base64: 'AAAA' }],
  ] as const)('of the sources of a medium by name %s is the first', ([, keys, source]) => {
    expect(inputOf('"media.m"', `[media.m]\nmime = "image/png"\n${keys}`)).toMatchObject({ source })
  })

  test('a document has a file name', () => {
    expect(inputOf('[{ type = "document", file = "./r.pdf", filename = "report.pdf" }]')).toMatchObject({
      media: 'document',
      mime: 'application/pdf',
      filename: 'report.pdf',
    })
  })

  test('every key of a command is read', () => {
    const keys = 'platform = "discord", command = "x", required = true, cache_duration = 5, history_retention = "drop"'
    expect(
      inputOf(
        `[{ type = "bot_command", ${keys}, args = { a = 1 }, state = { cache_key = "K", extract_field = "f" } }]`,
      ),
    ).toMatchObject({
      platform: 'discord',
      command: 'x',
      required: true,
      cacheSeconds: 5,
      retention: 'drop',
      args: { a: 1 },
      capture: { key: 'K', field: 'f' },
    })
    expect(inputOf('[{ type = "bot_command", platform = "p", command = "c", save_output_as = "K" }]')).toMatchObject({
      required: false,
      retention: 'full',
      capture: { key: 'K', field: 'id' },
    })
  })

  test('every key of a table is read', () => {
    const keys =
      'table_name = "t", columns = ["a"], where = "a = 1", limit = 5, offset = 2, order_by = "a", format = "csv", alias = "x", pull_and_delete = true, history_retention = "summary", required = true'
    expect(inputOf(`[{ type = "table", ${keys} }]`)).toMatchObject({
      table: 't',
      columns: ['a'],
      where: 'a = 1',
      limit: 5,
      offset: 2,
      orderBy: 'a',
      format: 'csv',
      alias: 'x',
      pullAndDelete: true,
      retention: 'summary',
      required: true,
    })
    expect(inputOf('[{ type = "table", table_name = "t", sample = 3 }]')).toMatchObject({
      sample: 3,
      format: 'json',
      required: false,
    })
  })
})

describe('8 media', () => {
  test.for([
    ['png', 'image', 'image/png'],
    ['JPG', 'image', 'image/jpeg'],
    ['jpeg', 'image', 'image/jpeg'],
    ['gif', 'image', 'image/gif'],
    ['webp', 'image', 'image/webp'],
    ['mp3', 'audio', 'audio/mp3'],
    ['wav', 'audio', 'audio/wav'],
    ['ogg', 'audio', 'audio/ogg'],
    ['mp4', 'video', 'video/mp4'],
    ['webm', 'video', 'video/webm'],
    ['avi', 'video', 'video/x-msvideo'],
    ['mov', 'video', 'video/quicktime'],
    ['pdf', 'document', 'application/pdf'],
    ['txt', 'document', 'text/plain'],
    ['md', 'document', 'text/markdown'],
    ['json', 'document', 'application/json'],
  ])('the extension %s is %s, %s', ([extension, media, mime]) => {
    expect(inputOf('"media.m"', `[media.m]\nfile = "a.b.${extension}"`)).toMatchObject({ media, mime })
  })

  test.for([
    ['image/x-any', 'image'],
    ['audio/x-any', 'audio'],
    ['video/x-any', 'video'],
    ['application/x-any', 'document'],
    ['text/x-any', 'document'],
  ])('the type %s is a kind of %s', ([mime, media]) => {
    expect(inputOf('"media.m"', `[media.m]\nmime = "${mime}"\nbase64 = "AAAA"`)).toMatchObject({ media, mime })
  })

  test('of a URL neither query nor fragment counts', () => {
    expect(inputOf('"media.m"', '[media.m]\nurl = "https://e.org/a.mp3?x=b.png#c.gif"')).toMatchObject({
      media: 'audio',
    })
  })
})

describe('9 references', () => {
  test.for(['bots.x!', 'tables.a.b', 'media. I like it', 'narratives.', 'narrative: and so on', 'narrative.nowhere'])(
    '%j is a prompt, with a warning (D-17)',
    (text) => {
      const { file, found } = parse(`${HT}[acts]\na = ${JSON.stringify(text)}`)
      expect(found).toEqual(['warning looks-like-reference'])
      expect(chooseNarrative(file!).acts[0]!.inputs).toMatchObject([{ kind: 'text', source: { text } }])
    },
  )
})

describe('11 placeholders', () => {
  test('an alias, a resource and a table name are names of what was read (D-13b)', () => {
    const more = '[tables.r]\ntable_name = "t"\nalias = "al"\n'
    const text = `[narrative]\nname = "n"\ntoc = ["read", "use"]\n${more}[acts]\nread = "tables.r"\nuse = "{{al}} {{r}} {{t}}"`
    expect(parse(text).found).toEqual([])
  })
})

describe('19 output', () => {
  test('only the last act is looked at for rows, and no composition', () => {
    const text = '[acts]\na = "x"\nb = { narrative = "m" }\n[narrative.m]\ntoc = ["a"]\n[narrative.n]\ntoc = ["a", "b"]'
    const narrative = chooseNarrative(parse(text).file!, 'n')
    expect(narrative.acts.map((_, index) => extractsOutput(narrative, index))).toEqual([false, false])
  })

  test('processors that do not name content store nothing', () => {
    const narrative = first('[narrative]\nname = "n"\nprocessors = []\ntoc = ["a"]\n[acts]\na = "x"')
    expect(extractsOutput(narrative, 0)).toBe(false)
  })
})

test.for([
  ...['file-read', 'toml-syntax', 'bad-type', 'narrative-missing', 'narrative-not-found', 'narrative-ambiguous'],
  ...['duplicate-narrative', 'empty-toc', 'missing-act', 'empty-prompt', 'bad-act', 'unknown-input-type'],
  ...['text-without-content', 'media-without-source', 'unknown-media-kind', 'unknown-table-format', 'unknown-bot'],
  ...['unknown-table', 'unknown-media', 'unknown-narrative', 'bad-budget', 'missing-file', 'prompt-assembly'],
  ...['bot-command-failed', 'table-query-failed', 'placeholder-unresolved'],
  ...['narrative-cycle', 'budget-exhausted', 'no-json', 'bad-json', 'schema-inference'],
  ...['unknown-key', 'looks-like-reference', 'unused-act', 'odd-act-name', 'temperature-range', 'old-dialect'],
  ...['duplicate-setting', 'unset-env'],
])('23: the code %s is known and has a way out', (code) => {
  expect((CODES as Readonly<Record<string, { readonly fix: string }>>)[code]?.fix).toMatch(/\S/)
})
