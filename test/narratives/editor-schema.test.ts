// The schema for editors: made of the one list of keys, which is what the readers read.

import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv } from 'ajv'
import { parse as parseBySmolToml } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { editorSchema } from '../../narratives/editor-schema.ts'
import { LANGUAGE, SCHEMA_KEYWORDS, type TableName, type TableSpec } from '../../narratives/language.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import { corpus, corpusFiles } from './corpus.ts'

const ajv = new Ajv({ strictTypes: false, allowUnionTypes: true })
const validate = ajv.compile(editorSchema())

/** What is wrong with the file, as an editor would say it. */
function problems(text: string): readonly string[] {
  validate(JSON.parse(JSON.stringify(parseBySmolToml(text))))
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const H = '[narrative]\nname = "n"\ntoc = ["a"]\n'
const TOOK_ALL = `${H}[acts]\na = "x"\n`

describe('the list of keys is what the readers ask for', () => {
  const act = (lines: string) => `${H}[acts.a]\nprompt = "x"\n${lines}\n`
  const input = (lines: string) => `${H}[[acts.a.input]]\n${lines}\n`
  const inBots = 'platform = "discord"\ncommand = "x"'

  /** A file with the unknown key `zz` in each table that does not take any. */
  const FILES: Partial<Record<TableName, string>> = {
    file: `zz = 1\n${TOOK_ALL}`,
    narrative: `[narrative]\nname = "n"\nzz = 1\ntoc = ["a"]\n[acts]\na = "x"\n`,
    named_narrative: '[narrative.n]\nzz = 1\ntoc = ["a"]\n[acts]\na = "x"\n',
    link: `${TOOK_ALL}[narratives.l]\nnarrative = "other"\nzz = 1\n`,
    toc: '[narrative]\nname = "n"\n[toc]\norder = ["a"]\nzz = 1\n[acts]\na = "x"\n',
    act: act('zz = 1'),
    text: input('content = "x"\nzz = 1'),
    media_input: input('type = "image"\nurl = "https://e.org/a.png"\nzz = 1'),
    table_input: input('type = "table"\ntable_name = "t"\nzz = 1'),
    narrative_input: input('type = "narrative"\nname = "x"\nzz = 1'),
    table: `${TOOK_ALL}[tables.t]\ntable_name = "t"\nzz = 1\n`,
    media: `${TOOK_ALL}[media.m]\nurl = "https://e.org/a.png"\nzz = 1\n`,
    settings: `${TOOK_ALL}[shared]\nzz = 1\n`,
    config: `${TOOK_ALL}[config]\nzz = 1\n`,
    carousel: `${act('')}[acts.a.carousel]\niterations = 1\nzz = 1\n`,
    retry: act('retry = { zz = 1 }'),
    variable: `${TOOK_ALL}[narrative.vars.v]\nzz = 1\n`,
    metric: `${TOOK_ALL}[narrative.metrics.m]\nkind = "counter"\nact = "a"\nzz = 1\n`,
    metric_label: `${TOOK_ALL}[narrative.metrics.m]\nkind = "counter"\nact = "a"\nlabels = { x = { path = "$", zz = 1 } }\n`,
    capture: input(`type = "bot_command"\n${inBots}\nstate = { cache_key = "k", zz = 1 }`),
    security: `${TOOK_ALL}[security]\nzz = 1\n`,
    policy: `${TOOK_ALL}[security.policy]\nzz = 1\n`,
    constraints: `${TOOK_ALL}[security.constraints]\nzz = 1\n`,
  }

  const specs: Readonly<Record<string, TableSpec>> = LANGUAGE
  const namesOf = (name: string) =>
    Object.entries(specs[name]!.keys)
      .flatMap(([key, { older = [] }]) => [key, ...older])
      .toSorted()

  test.for(Object.entries(FILES))('%s', ([name, text]) => {
    const { diagnostics } = parseNarrativeFile(text, 'n.toml')
    const unknown = diagnostics.filter(({ code, message }) => code === 'unknown-key' && message.includes('"zz"'))
    expect(unknown).toHaveLength(1)
    const known = /^Known here: (.*)\.$/.exec(unknown[0]!.fix ?? '')![1]!.split(', ')
    expect(known.toSorted()).toEqual(namesOf(name))
  })

  test('budget, which refuses what it does not know', () => {
    const { diagnostics } = parseNarrativeFile(`${H}budget = { zz = 1 }\n[acts]\na = "x"\n`, 'n.toml')
    expect(diagnostics[0]!.fix).toBe(`Use ${Object.keys(LANGUAGE.budget.keys).join(', ')}.`)
  })

  test('commands, whose further keys are arguments', () => {
    const reserved = [...namesOf('command'), 'zz'].map((key) => {
      const text = input(
        `type = "bot_command"\n${inBots}\n${key === 'platform' || key === 'command' || key === 'type' ? '' : `${key} = {}`}`,
      )
      return parseNarrativeFile(text, 'n.toml')
    })
    const args = reserved.map(({ file }) => file?.narratives.get('n')?.acts[0]?.inputs[0])
    expect(args.at(-1)).toMatchObject({ args: { zz: {} } })
    for (const [index, one] of args.slice(0, -1).entries()) {
      if (one?.kind === 'command')
        expect([namesOf('command')[index], one.args]).toEqual([namesOf('command')[index], {}])
    }
  })

  test('what may stand beside a reference', () => {
    const { diagnostics } = parseNarrativeFile(
      `${input('ref = "tables.t"\nzz = 1')}[tables.t]\ntable_name = "t"\n`,
      'n.toml',
    )
    expect(diagnostics.map(({ message }) => message)).toEqual(['"zz" has no effect beside "ref".'])
    const keys = Object.keys(LANGUAGE.reference.keys).filter((key) => key !== 'ref')
    const values: Record<string, string> = {
      limit: '1',
      offset: '1',
      pull_and_delete: 'true',
      required: 'true',
      format: '"csv"',
      history_retention: '"drop"',
    }
    const all = keys.map((key) => `${key} = ${values[key] ?? '"x"'}`).join('\n')
    expect(
      parseNarrativeFile(`${input(`ref = "tables.t"\n${all}`)}[tables.t]\ntable_name = "t"\n`, 'n.toml').diagnostics,
    ).toEqual([])
  })

  test('keywords of schemas', () => {
    const { diagnostics } = parseNarrativeFile(act('schema = { type = "object", zz = 1 }'), 'n.toml')
    expect(diagnostics.map(({ code }) => code)).toEqual(['bad-schema'])
    expect(SCHEMA_KEYWORDS).toContain('additionalProperties')
  })
})

describe('files that load are valid', () => {
  test.for(corpusFiles())('%s', (name) => {
    expect(problems(readFileSync(path.join(corpus, name), 'utf8'))).toEqual([])
  })

  const own = path.resolve(import.meta.dirname, '../..')
  const library = globSync('narratives/library/**/*.toml', { cwd: own }).filter((name) => !name.endsWith('.test.toml'))
  test.for(library)('%s', (name) => {
    expect(problems(readFileSync(path.join(own, name), 'utf8'))).toEqual([])
  })

  const page = readFileSync(path.join(own, 'docs/narratives.md'), 'utf8')
  test.for([...page.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, text]) => [text!.slice(0, 60), text!] as const))(
    'of the page: %s',
    ([, text]) => {
      expect(problems(text)).toEqual([])
    },
  )
})

describe('what an editor marks', () => {
  test.for<[title: string, text: string]>([
    ['a misspelled key of an act', `${H}[acts.a]\nprompt = "x"\nmodell = "m"\n`],
    ['a wrong type', `${H}[acts.a]\nprompt = "x"\ntemperature = "hot"\n`],
    ['a number as an act', `${H}[acts]\na = 1\n`],
    ['an unknown input type', `${H}[acts]\na = [{ type = "picture", url = "x" }]\n`],
    ['an unknown format', `${TOOK_ALL}[tables.t]\ntable_name = "t"\nformat = "xml"\n`],
    ['a table without its name', `${TOOK_ALL}[tables.t]\nlimit = 1\n`],
    ['a budget beyond its limits', `${H}budget = { rpm_multiplier = 2 }\n[acts]\na = "x"\n`],
    ['a misspelled section', `${TOOK_ALL}[tabels.t]\ntable_name = "t"\n`],
    ['a schema that models are not held to', `${H}[acts.a]\nprompt = "x"\nschema = { type = "object", oneOf = [] }\n`],
  ])('%s', ([, text]) => {
    expect(problems(text)).not.toEqual([])
  })

  test.for<[title: string, text: string, marked: string[]]>([
    [
      'a misspelled key of the narrative',
      `${H}modell = "m"\n[acts]\na = "x"\n`,
      ['/narrative must NOT have additional properties'],
    ],
    [
      'a wrong type in the narrative',
      `${H}temperature = "hot"\n[acts]\na = "x"\n`,
      ['/narrative/temperature must be number'],
    ],
    [
      'a wrong type in one of several',
      '[narrative.x]\ntoc = ["a"]\nseed = "s"\n[narrative.y]\ntoc = ["a"]\n[acts]\na = "x"\n',
      ['/narrative/x/seed must be integer'],
    ],
    [
      'a misspelled key of an act',
      `${H}[acts.a]\nprompt = "x"\nmodell = "m"\n`,
      ['/acts/a must NOT have additional properties'],
    ],
    [
      'a wrong type in an input',
      `${H}[acts]\na = [{ type = "table", table_name = "t", limit = "5" }]\n`,
      ['/acts/a/0/limit must be integer'],
    ],
    [
      'a misspelled key beside a reference',
      `${H}[acts]\na = [{ ref = "tables.t", limits = 5 }]\n`,
      ['/acts/a/0 must NOT have additional properties'],
    ],
  ])('%s, and nothing around it', ([, text, marked]) => {
    expect(
      problems(text).filter((problem) => !problem.includes('must match "then" schema') && !problem.includes('"else"')),
    ).toEqual(marked)
  })

  test('every key has a sentence, and the sentences end', () => {
    const helps = Object.values(LANGUAGE as Readonly<Record<string, TableSpec>>).flatMap(({ help, keys }) => [
      help,
      ...Object.values(keys).map((key) => key.help),
    ])
    expect(helps.filter((help) => !/^[A-Z].*\.$/.test(help))).toEqual([])
  })
})
