// narratives lint: each rule with a file that breaks it and one that does not; what switches rules off.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { CODES } from '../../../errors.ts'
import { formatDiagnostics } from '../../../narratives/format-diagnostics.ts'
import { LINT_RULES, lintNarrativeFile } from '../../../narratives/linting/lint-file.ts'
import { corpus, corpusFiles } from '../corpus.ts'

const models = {
  async facts(name = 'gemini-2.5-flash') {
    const provider = name.startsWith('claude') ? 'anthropic' : 'gemini'
    return { provider, isPriced: !name.includes('secret') }
  },
}

async function lint(text: string, off: readonly string[] = []) {
  const found = await lintNarrativeFile(text, 'n.toml', { models, off })
  return found.map(({ code, place }) => `${code} ${place.line}:${place.column}`)
}

/** `[narrative]` is line 1, its own keys begin at line 4. */
const H = '[narrative]\nname = "n"\ndescription = "d"\n'
const TWO = `${H}toc = ["a", "b"]\n`
const ONE = `${H}toc = ["a"]\n`
const SEND = 'type = "bot_command"\nplatform = "discord"\ncommand = "messages.send"\n'

/** [rule, place, a file that breaks it and nothing else, a file that breaks nothing] */
const CASES: [rule: string, place: string, broken: string, sound: string][] = [
  ['missing-description', '1:2', '[narrative]\nname = "n"\ntoc = ["a"]\n[acts]\na = "x"\n', `${ONE}[acts]\na = "x"\n`],
  [
    'awkward-name',
    '2:1',
    '[narrative]\nname = "my n"\ndescription = "d"\ntoc = ["a"]\n[acts]\na = "x"\n',
    '[narrative.my_n]\nname = "my n"\ndescription = "d"\ntoc = ["a"]\n[acts]\na = "x"\n',
  ],
  [
    'unused-variable',
    '6:1',
    `${ONE}[narrative.vars]\ntone = "dry"\n[acts]\na = "x"\n`,
    `${ONE}[narrative.vars]\ntone = "dry"\n[acts]\na = "{% if tone %}x{% endif %}"\n`,
  ],
  [
    'unused-resource',
    '7:9',
    `${ONE}[acts]\na = "x"\n[tables.t]\ntable_name = "t"\nsample = 1\n`,
    `${ONE}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nsample = 1\n`,
  ],
  [
    'unread-output',
    '6:1',
    `${TWO}[acts]\na = "x"\n[[acts.b.input]]\n${SEND}content = "hello"\n`,
    `${TWO}[acts]\na = "x"\n[[acts.b.input]]\n${SEND}content = "{{previous}}"\n`,
  ],
  [
    'unpriced-model',
    '5:7',
    `${ONE}[acts.a]\nprompt = "x"\nmodel = "secret-1"\n`,
    `${ONE}[acts.a]\nprompt = "x"\nmodel = "gemini-1"\n`,
  ],
  [
    'hot-for-provider',
    '5:7',
    `${ONE}[acts.a]\nprompt = "x"\nmodel = "claude-1"\ntemperature = 1.2\n`,
    `${ONE}[acts.a]\nprompt = "x"\nmodel = "gemini-1"\ntemperature = 1.2\n`,
  ],
  [
    'hot-json',
    '5:7',
    `${ONE}[acts.a]\nprompt = "x"\ntemperature = 1.2\nschema = { type = "object" }\n`,
    `${ONE}[acts.a]\nprompt = "x"\ntemperature = 1\nschema = { type = "object" }\n`,
  ],
  [
    'short-answer',
    '5:7',
    `${ONE}[acts.a]\ninput = ["tables.t", "x"]\nmax_tokens = 100\n[tables.t]\ntable_name = "t"\nsample = 1\n`,
    `${ONE}[acts.a]\ninput = ["tables.t", "x"]\nmax_tokens = 1000\n[tables.t]\ntable_name = "t"\nsample = 1\n`,
  ],
  [
    'carousel-without-budget',
    '1:2',
    `${ONE}carousel = 3\n[acts]\na = "x"\n`,
    `${ONE}carousel = { iterations = 3, budget = { rpm_multiplier = 0.5 } }\n[acts]\na = "x"\n`,
  ],
  [
    'table-without-limit',
    '6:5',
    `${ONE}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\n`,
    `${ONE}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nlimit = 5\norder_by = "id"\n`,
  ],
  [
    'rows-without-order',
    '6:5',
    `${ONE}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nlimit = 5\n`,
    `${ONE}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nsample = 5\n`,
  ],
  [
    'unrequired-command',
    '5:3',
    `${TWO}[[acts.a.input]]\n${SEND}content = "x"\n[[acts.b.input]]\n${SEND}content = "\${a.id}"\n`,
    `${TWO}[[acts.a.input]]\n${SEND}required = true\ncontent = "x"\n[[acts.b.input]]\n${SEND}content = "\${a.id}"\n`,
  ],
  [
    'fixed-id',
    '9:1',
    `${ONE}[[acts.a.input]]\n${SEND}channel_id = "123456789012345678"\n`,
    `${ONE}[security.constraints]\nguild_id = "123456789012345678"\n[[acts.a.input]]\n${SEND}channel_id = "$CHANNEL_ID"\n`,
  ],
  [
    'secret-in-file',
    '9:1',
    `${ONE}[[acts.a.input]]\n${SEND}content = "see https://ann:pass-word-1@example.org/"\n`,
    `${ONE}[[acts.a.input]]\n${SEND}token = "\${API_TOKEN}"\ncontent = "api_key=\${KEY} Bearer \${API_TOKEN} https://\${USER}:\${PASS}@e.org"\n`,
  ],
]

describe('every rule', () => {
  test.for(CASES)('%s', async ([rule, place, broken, sound]) => {
    expect(await lint(broken)).toEqual([`${rule} ${place}`])
    expect(await lint(sound)).toEqual([])
    expect(await lint(broken, [rule])).toEqual([])
  })

  test('has a case and a place in the list of codes', () => {
    expect(CASES.map(([rule]) => rule).toSorted()).toEqual(LINT_RULES.toSorted())
    expect(LINT_RULES.filter((rule) => CODES[rule] === undefined)).toEqual([])
  })
})

describe('what is no mistake', () => {
  test.for<[title: string, text: string]>([
    ['an answer that a later model sees', `${TWO}[acts]\na = "x"\nb = "y"\n`],
    [
      'an answer that is stored',
      `${TWO}[acts.a]\nprompt = "x"\nextract_output = true\n[[acts.b.input]]\n${SEND}content = "x"\n`,
    ],
    [
      'a variable that only a narrative below uses',
      `[narrative.n]\ndescription = "d"\ntoc = ["a"]\n[narrative.n.vars]\nv = "1"\n[narrative.m]\ndescription = "d"\ntoc = ["b"]\n[narrative.m.vars]\nv = "1"\n[acts]\na = "narrative.m"\nb = "{{v}}"\n`,
    ],
    [
      'a variable that only a condition names',
      `${ONE}[narrative.vars]\nv = "1"\n[acts.a]\nprompt = "x"\nwhen = "v > 0"\n`,
    ],
    ['a filter that nothing passes', `${ONE}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nwhere = "1 = 0"\n`],
    ['a model that is not named', `${ONE}[acts]\na = "x"\n`],
    ['words about secrets', `${ONE}[acts]\na = "Explain what a password and an access token are."\n`],
  ])('%s', async ([, text]) => {
    expect(await lint(text)).toEqual([])
  })
})

describe('beside the rules', () => {
  test('what is wrong is told, and advice waits until it is right', async () => {
    expect(await lint('[narrative]\nname = "n"\ntoc = ["a"]\n[acts]\na = 1\n')).toEqual(['bad-act 5:5'])
    expect(await lint(`${ONE}[acts]\na = "x"\nb = "y"\n`)).toEqual(['unused-act 7:1'])
  })

  test('a secret is not shown, neither its line nor itself', async () => {
    const text = `${ONE}[[acts.a.input]]\n${SEND}token = "abcdef-123456-ghijkl"\n`
    const found = await lintNarrativeFile(text, 'n.toml', { models })
    expect(found.map(({ code }) => code)).toEqual(['secret-in-file'])
    expect(formatDiagnostics(found, () => text) + JSON.stringify(found)).not.toContain('abcdef')
  })

  test('an act of two narratives is told of once', async () => {
    const text =
      '[narrative.n]\ndescription = "d"\ntoc = ["a"]\n[narrative.m]\ndescription = "d"\ntoc = ["a"]\n[acts.a]\nprompt = "x"\nmodel = "secret-1"\n'
    expect(await lint(text)).toEqual(['unpriced-model 7:7'])
  })
})

describe('switched off', () => {
  const TWICE = `${ONE}[acts]\na = ["tables.t", "tables.u"]\n[tables.t]\ntable_name = "t"\n[tables.u]\ntable_name = "u"\n`

  test('in a file, by a comment on a line of its own', async () => {
    expect(await lint(TWICE)).toEqual(['table-without-limit 6:6', 'table-without-limit 6:18'])
    expect(await lint(`# lint: off table-without-limit, unused-act\n${TWICE}`)).toEqual([])
  })

  test('on a line, by a comment at its end', async () => {
    const text = `${ONE}[acts.a]\nprompt = "x"\n[acts.b] # lint: off unused-act\nprompt = "y"\n[acts.c]\nprompt = "z"\n`
    expect(await lint(text)).toEqual(['unused-act 9:7'])
  })

  test('not for an error', async () => {
    expect(await lint('# lint: off bad-act\n[narrative]\nname = "n"\ntoc = ["a"]\n[acts]\na = 1\n')).toEqual([
      'bad-act 6:5',
    ])
  })

  test('not by what only looks like such a comment', async () => {
    expect(await lint(`${ONE}[acts]\na = "# lint: off unused-act"\nb = "y"\n`)).toEqual(['unused-act 7:1'])
  })

  test('a rule that does not exist is told, with the nearest that does', async () => {
    const [found] = await lintNarrativeFile(`# lint: off unused-variables\n${ONE}[acts]\na = "x"\n`, 'n.toml', {
      models,
    })
    expect(found).toMatchObject({
      code: 'unknown-rule',
      hint: 'did you mean "unused-variable"?',
      place: { line: 1, column: 1 },
    })
    expect(await lint(`# lint: off\n${ONE}[acts]\na = "x"\n`)).toEqual(['unknown-rule 1:1'])
  })
})

test.for(corpusFiles())('%s gets advice in its places', async (name) => {
  const text = readFileSync(path.join(corpus, name), 'utf8')
  const lines = text.split('\n')
  for (const { place, end, severity } of await lintNarrativeFile(text, name, { models })) {
    expect(severity).toBe('warning')
    expect(lines[place.line - 1]!.slice(place.column - 1).trim()).not.toBe('')
    expect(
      [end.line, end.column] > [place.line, place.column] || end.line > place.line || end.column > place.column,
    ).toBe(true)
  }
})
