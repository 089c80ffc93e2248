// The micro-cases of the format's section 26, each as one row.

import { describe, expect, test } from 'vitest'
import { chooseNarrative } from '../../narratives/choose-narrative.ts'
import { needsModel } from '../../narratives/narrative.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

const H = '[narrative]\nname = "n"\ndescription = "d"\n'
const T = '[toc]\norder = ["a"]\n'
const HT = H + T

/** The errors and warnings, by code. */
function check(text: string, ports = {}) {
  const { file, diagnostics } = parseNarrativeFile(text, 'n.toml', ports)
  const codes = (severity: string) => diagnostics.filter((one) => one.severity === severity).map((one) => one.code)
  return { file, errors: codes('error'), warnings: codes('warning') }
}

describe('accepted without a word', () => {
  test.for<[title: string, text: string]>([
    ['a string act', `${HT}[acts]\na = "hi"`],
    ['a toc array at the root', `toc = ["a"]\n${H}[acts]\na = "hi"`],
    ['no description', `[narrative]\nname = "n"\n${T}[acts]\na = "hi"`],
    ['a toc inside [narrative]', `${H}toc = ["a"]\n[acts]\na = "hi"`],
    ['a toc table inside [narrative]', `${H}[narrative.toc]\norder = ["a"]\n[acts]\na = "hi"`],
    ['the same act twice', `${H}[toc]\norder = ["a", "a"]\n[acts]\na = "hi"`],
    ['a reference to a file', `${HT}[acts]\na = "narrative:x"`],
    ['a prompt key', `${HT}[acts.a]\nprompt = "hi"`],
    ['narrative_ref', `${HT}[acts.a]\nnarrative_ref = "z"\n[narratives.z]\ntoc = ["b"]\n[narratives.z.acts]\nb = "x"`],
    ['an integer as temperature', `${HT}[acts.a]\nprompt = "hi"\ntemperature = 1`],
    ['a carousel of no iterations', `${H}[narrative.carousel]\niterations = 0\n${T}[acts]\na = "hi"`],
    ['a carousel as an integer', `${H}carousel = 3\n${T}[acts]\na = "hi"`],
    ['a narrative input', `${HT}[acts]\na = [{ type = "narrative", name = "x" }]`],
    ['an input with content only', `${HT}[acts]\na = [{ content = "hi" }]`],
    ['a blank content', `${HT}[acts]\na = [{ content = "  " }]`],
    ['the format md', `${HT}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nformat = "md"`],
    ['where_clause', `${HT}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nwhere_clause = "1=0"`],
    ['arguments beside a command', `${HT}[acts]\na = [{ type = "bot_command", platform = "d", command = "c", x = 1 }]`],
    ['a URL with a query', `${HT}[acts]\na = "media.m"\n[media.m]\nurl = "https://e.org/a.png?w=1"`],
    ['an avi', `${HT}[acts]\na = "media.m"\n[media.m]\nurl = "https://e.org/a.avi"`],
    ['a named narrative', '[narrative.x]\ntoc = ["a"]\n[acts]\na = "hi"'],
    ['a toc table of a named narrative', '[narrative.x.toc]\norder = ["a"]\n[acts]\na = "hi"'],
    ['an inner name', '[narrative.x]\nname = "y"\ntoc = ["a"]\n[acts]\na = "hi"'],
    [
      'narratives called name and description',
      '[narrative.name]\ntoc = ["a"]\n[narrative.description]\ntoc = ["a"]\n[acts]\na = "hi"',
    ],
    ['a link beside definitions', '[narrative.x]\ntoc = ["a"]\n[narrative.l]\nnarrative = "other"\n[acts]\na = "hi"'],
    ['the older spelling', '[narratives.x]\ntoc = ["a"]\n[acts]\na = "hi"'],
    ['text for content', `${HT}[acts]\na = ["t", { text = "x" }]`],
    ['an array of one blank text', `${HT}[acts]\na = [""]`],
    ['a single input table', `${HT}[acts.a.input]\ncontent = "x"`],
    ['inputs', `${HT}[[acts.a.inputs]]\ncontent = "x"`],
  ])('%s', ([, text]) => {
    expect(check(text)).toMatchObject({ errors: [], warnings: [], file: expect.anything() })
  })
})

describe('accepted with a warning', () => {
  test.for<[title: string, text: string, warnings: string[]]>([
    ['a bot reference with two dots', `${HT}[acts]\na = "bots.x.y"`, ['looks-like-reference']],
    ['a sentence that begins like a reference', `${HT}[acts]\na = "media. I love it"`, ['looks-like-reference']],
    ['a local narrative that does not exist', `${HT}[acts]\na = "narrative.x"`, ['looks-like-reference']],
    ['a broken act that nothing runs', `${HT}[acts]\na = "hi"\nb = "bots.none"`, ['unused-act', 'unknown-bot']],
    ['an empty act that nothing runs', `${HT}[acts]\na = "hi"\n[acts.b]\nmodel = "x"`, ['empty-prompt', 'unused-act']],
    [
      'a composition act with more',
      `${HT}[acts.a]\nnarrative = "z"\nprompt = "p"\nextract_output = true\n[narratives.z]\ntoc = ["b"]\n[acts]\nb = "x"`,
      ['ignored-key', 'ignored-key'],
    ],
    ['a composition act in a file of one narrative', `${HT}[acts.a]\nnarrative = "z"`, ['unknown-narrative']],
    ['two spellings of a key', `${HT}[acts]\na = [{ content = "x", text = "y" }]`, ['duplicate-setting']],
    ['two sources', `${HT}[acts]\na = [{ type = "image", url = "a.png", file = "b.png" }]`, ['duplicate-setting']],
    [
      'random rows in an order',
      `${HT}[acts]\na = [{ type = "table", table_name = "t", sample = 2, order_by = "id" }]`,
      ['ignored-key'],
    ],
    [
      'a toc at the root of named narratives',
      '[toc]\norder = ["a"]\n[narrative.x]\ntoc = ["a"]\n[acts]\na = "x"',
      ['ignored-key'],
    ],
    ['a prompt that reads like a reference', `${HT}[acts.a]\nprompt = "bots.x"`, ['looks-like-reference']],
    [
      'an unknown processor',
      `[narrative]\nname = "n"\nprocessors = ["contnt"]\ntoc = ["a"]\n[acts]\na = "x"`,
      ['unknown-key'],
    ],
    [
      'skip and extract that disagree',
      `${HT}[acts.a]\nprompt = "x"\nextract_output = true\nskip_content_generation = true`,
      ['duplicate-setting'],
    ],
    ['an unknown key of the file', `colour = "red"\n${HT}[acts]\na = "x"`, ['unknown-key']],
    ['a hot temperature', `${HT}[acts.a]\nprompt = "hi"\ntemperature = 9.5`, ['temperature-range']],
    [
      'a key that carousels lack',
      `${H}[narrative.carousel]\niterations = 1\nx = 1\n${T}[acts]\na = "hi"`,
      ['unknown-key'],
    ],
    [
      'an unknown retention',
      `${HT}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nhistory_retention = "nope"`,
      ['bad-type'],
    ],
    ['an unused bot without platform', `${HT}[acts]\na = "hi"\n[bots.b]\ncommand = "x"`, ['bad-type']],
    ['unused media without source', `${HT}[acts]\na = "hi"\n[media.m]\nmime = "image/png"`, ['media-without-source']],
    ['a [metadata] header', `[metadata]\nname = "n"\n${T}[acts]\na = "hi"`, ['old-dialect']],
    ['acts as an array', `${H}[[acts]]\nname = "a"\nprompt = "hi"`, ['old-dialect']],
  ])('%s', ([, text, warnings]) => {
    expect(check(text)).toMatchObject({ errors: [], warnings, file: expect.anything() })
  })

  test('a missing file', () => {
    const text = `${HT}[acts]\na = ["media.m", { type = "image", file = "b.png" }, { file = "c.md" }]\n[media.m]\nfile = "a.png"`
    const result = check(text, { fileExists: (name: string) => name === 'c.md' })
    expect(result).toMatchObject({ errors: [], warnings: ['missing-file', 'missing-file'] })
  })
})

describe('refused', () => {
  test.for<[title: string, text: string, code: string]>([
    ['no name', `[narrative]\ndescription = "d"\n${T}[acts]\na = "hi"`, 'bad-type'],
    ['a toc without order', `${H}[toc]\n[acts]\na = "hi"`, 'empty-toc'],
    ['an empty order', `${H}[toc]\norder = []\n[acts]\na = "hi"`, 'empty-toc'],
    ['an unknown act', `${H}[toc]\norder = ["b"]\n[acts]\na = "hi"`, 'missing-act'],
    ['an unknown narrative', `${HT}[acts]\na = "narratives.x"`, 'unknown-narrative'],
    ['an unknown bot', `${HT}[acts]\na = "bots.x"`, 'unknown-bot'],
    ['a temperature in quotes', `${HT}[acts.a]\nprompt = "hi"\ntemperature = "1"`, 'bad-type'],
    ['negative max_tokens', `${HT}[acts.a]\nprompt = "hi"\nmax_tokens = -1`, 'bad-type'],
    ['fractional max_tokens', `${HT}[acts.a]\nprompt = "hi"\nmax_tokens = 10.0`, 'bad-type'],
    ['an unknown budget key', `${H}budget = { rpm = 1 }\n${T}[acts]\na = "hi"`, 'bad-budget'],
    ['a budget above 1', `${H}budget = { rpm_multiplier = 2.0 }\n${T}[acts]\na = "hi"`, 'bad-budget'],
    ['a carousel without iterations', `${H}[narrative.carousel]\n${T}[acts]\na = "hi"`, 'bad-type'],
    ['the type json', `${HT}[acts]\na = [{ type = "json", content = "x" }]`, 'unknown-input-type'],
    ['the type Text', `${HT}[acts]\na = [{ type = "Text", content = "x" }]`, 'unknown-input-type'],
    ['a url without a type', `${HT}[acts]\na = [{ url = "https://e.org/a.png" }]`, 'text-without-content'],
    ['columns as a string', `${HT}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\ncolumns = "a"`, 'bad-type'],
    ['limit as a string', `${HT}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nlimit = "5"`, 'bad-type'],
    ['a negative limit', `${HT}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nlimit = -5`, 'bad-type'],
    ['base64 without mime', `${HT}[acts]\na = "media.m"\n[media.m]\nbase64 = "AAAA"`, 'unknown-media-kind'],
    ['a narrative without toc', '[narrative.x]\n[acts]\na = "hi"', 'empty-toc'],
    ['an empty array', `${HT}[acts]\na = []`, 'empty-prompt'],
    ['a number in an array', `${HT}[acts]\na = [1]`, 'bad-act'],
    ['a number as act', `${HT}[acts]\na = 1`, 'bad-act'],
    ['a blank prompt', `${HT}[acts]\na = "  "`, 'empty-prompt'],
    ['skip_content_generation in quotes', `${H}skip_content_generation = "yes"\n${T}[acts]\na = "hi"`, 'bad-type'],
  ])('%s', ([, text, code]) => {
    const { file, errors } = check(text)
    expect(file).toBeUndefined()
    expect(errors).toEqual([code])
  })
})

describe('what the cases mean', () => {
  test('an act that the toc repeats is there twice', () => {
    const { file } = check(`${H}[toc]\norder = ["a", "a"]\n[acts]\na = "hi"`)
    expect(chooseNarrative(file!).acts.map((act) => act.name)).toEqual(['a', 'a'])
  })

  test('an act of blank content asks no model', () => {
    const { file } = check(`${HT}[acts]\na = [{ content = "  " }]`)
    expect(needsModel(chooseNarrative(file!).acts[0]!)).toBe(false)
  })

  test('where_clause is the filter', () => {
    const { file } = check(`${HT}[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nwhere_clause = "1=0"`)
    expect(file!.resources.tables.get('t')).toMatchObject({ where: '1=0', format: 'json', pullAndDelete: false })
  })

  test('keys beside a command become its arguments', () => {
    const { file } = check(
      `${HT}[acts]\na = [{ type = "bot_command", platform = "d", command = "c", x = 1, y = 2, args = { y = 3 } }]`,
    )
    expect(chooseNarrative(file!).acts[0]!.inputs[0]).toMatchObject({ kind: 'command', args: { x: 1, y: 3 } })
  })

  test('media types come from the extension', () => {
    const text = `${HT}[acts]\na = ["media.m", "media.v"]\n[media.m]\nurl = "https://e.org/a.png?w=1"\n[media.v]\nurl = "a.avi"`
    expect(chooseNarrative(check(text).file!).acts[0]!.inputs).toMatchObject([
      { media: 'image', mime: 'image/png' },
      { media: 'video', mime: 'video/x-msvideo' },
    ])
  })

  test('an inner name is shown and also found', () => {
    const { file } = check('[narrative.x]\nname = "y"\ntoc = ["a"]\n[acts]\na = "hi"')
    expect(chooseNarrative(file!, 'x')).toBe(chooseNarrative(file!, 'y'))
    expect(chooseNarrative(file!, 'x')).toMatchObject({ key: 'x', name: 'y' })
  })
})
