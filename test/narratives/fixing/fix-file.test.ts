// validate --fix: files come out as they would be written today, and mean the same.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixNarrativeFile } from '../../../narratives/fixing/fix-file.ts'
import { sameMeaning } from '../../../narratives/fixing/same-meaning.ts'
import { parseNarrativeFile } from '../../../narratives/parse-file.ts'
import { corpus, corpusFiles } from '../corpus.ts'

const NAME = 'dir/my_file.toml'

function fix(text: string) {
  const result = fixNarrativeFile(text, NAME)
  const after = parseNarrativeFile(result.text, NAME)
  return { ...result, after, codes: after.diagnostics.map(({ code }) => code) }
}

function expectSame(before: string, after: string): void {
  expect(sameMeaning(parseNarrativeFile(before, NAME), parseNarrativeFile(after, NAME))).toBe(true)
}

const comments = (text: string) => [...text.matchAll(/#[^\n"']*/g)].map(([comment]) => comment.trim())

const HEADER = '[narrative]\nname = "n"\ntoc = ["a"]\n'

describe('older dialects', () => {
  const ACTS = `# first
[[acts]] # why
name = "analyse" # its name
inputs = ["tables.sales", { text = "What stands out?" }] # two

# second
[[acts]]
[[acts.inputs]]
type = "bot_command"
platform = "discord"
command = "messages.send"
[acts.inputs.args]
content = "\${analyse}"

[tables.sales]
table_name = "sales"
where_clause = "amount > 10" # only large ones
`
  test('24.1: acts as an array', () => {
    const { text, codes, fixed, left } = fix(`[narrative]\nname = "old"\n\n${ACTS}`)
    expect(text).toBe(`[narrative]
name = "old"
toc = ["analyse", "act_2"]

# first
[acts.analyse] # why
# its name
input = ["tables.sales", { content = "What stands out?" }] # two

# second
[acts.act_2]
[[acts.act_2.input]]
type = "bot_command"
platform = "discord"
command = "messages.send"
[acts.act_2.input.args]
content = "\${analyse}"

[tables.sales]
table_name = "sales"
where = "amount > 10" # only large ones
`)
    expect({ codes, left }).toEqual({ codes: [], left: [] })
    expect(fixed).toContain('[[acts]] is [acts.NAME]')
  })

  test('24.1: acts as an inline array', () => {
    const before = 'acts = [{ name = "a b", prompt = "x" }, { prompt = "y" }]\n[narrative]\nname = "n"\n'
    const { text, codes } = fix(before)
    expect(text).toBe(
      'acts."a b" = { prompt = "x" }\nacts.act_2 = { prompt = "y" }\n[narrative]\nname = "n"\ntoc = ["a b", "act_2"]\n',
    )
    expect(codes).toEqual(['odd-act-name'])
    expectSame(before, text)
  })

  test('24.1: an inline array that is no array of acts stays, and is named', () => {
    const before = 'acts = [\n  { name = 3, prompt = "x" }, # keep me\n]\n[narrative]\nname = "n"\n'
    const { text, left } = fix(before)
    expect(text).toBe(before)
    expect(left).toEqual(['[[acts]] is [acts.NAME]: written in a way that is not rewritten'])
  })

  test.for<[title: string, before: string, after: string]>([
    [
      '24.1: an inline array with comments',
      '# file\nacts = [ # all\n  # the first\n  { name = "a", prompt = "x" }, # keep me\n  # the second\n  { prompt = "y" }\n  # last\n] # end\n\n# header\n[narrative]\nname = "n"\n',
      '# file\n# end\n\n# all\n# the first\n[acts.a] # keep me\nprompt = "x"\n# the second\n[acts.act_2]\nprompt = "y"\n# last\n\n# header\n[narrative]\nname = "n"\ntoc = ["a", "act_2"]\n',
    ],
    [
      '24.1: an inline array whose tables have lines',
      'acts = [\n  {\n    # named\n    name = "a", # why\n    prompt = "x", # what\n  },\n]\n[narrative]\nname = "n"\n',
      '[acts.a]\n# named\n# why\nprompt = "x" # what\n\n[narrative]\nname = "n"\ntoc = ["a"]\n',
    ],
    [
      '24.1: an inline array with Windows lines',
      'acts = [\r\n  { name = "a", prompt = "x" }, # c\r\n]\r\n[narrative]\r\nname = "n"\r\n',
      '[acts.a] # c\r\nprompt = "x"\r\n\r\n[narrative]\r\nname = "n"\r\ntoc = ["a"]\r\n',
    ],
    [
      '24.3: inline steps',
      'metadata = { name = "q" } # meta\nsteps = [\n  { context = { role = "system", content = "S" } }, # sys\n  # then\n  { context = { role = "user", content = "U" } },\n]\n',
      '# meta\n[narrative]\nname = "q"\nskip_content_generation = true\nsystem = "S"\ntoc = ["step_1"]\n# sys\n# then\n[acts.step_1]\n[[acts.step_1.input]]\ncontent = "U"\n',
    ],
    [
      '24.3: steps with inline tables',
      '[metadata]\nname = "q"\n[[steps]] # one\ncontext = { role = "user", content = "U" } # u\n[[steps]]\ncommand = "messages.pin"\nargs = { message_id = "${prev.id}" }\n',
      '[narrative]\nname = "q"\nskip_content_generation = true\ntoc = ["step_0", "step_1"]\n[acts.step_0] # one\n# u\n[[acts.step_0.input]]\ncontent = "U"\n[acts.step_1]\n\n[[acts.step_1.input]]\ntype = "bot_command"\nplatform = "discord"\ncommand = "messages.pin"\n[acts.step_1.input.args]\nmessage_id = "${prev.id}"\n',
    ],
    [
      '24.4: inline narratives',
      'narrative = [\n  { name = "x", toc = ["a"], context = { y = "Y" } }, # x\n]\n[act.a]\nprompt = "Say {y}."\n',
      '[narrative.x] # x\ntoc = ["a"]\n[narrative.x.vars]\ny = "Y"\n\n[acts.a]\nprompt = "Say {{y}}."\n',
    ],
  ])('%s', ([, before, after]) => {
    const { text, left, codes } = fix(before)
    expect(text).toBe(after)
    expect({ codes, left }).toEqual({ codes: [], left: [] })
    expectSame(before, text)
  })

  test.for<[title: string, before: string, after: string]>([
    [
      '24.2: root keys',
      '# about\n\nname = "room" # what\nskip_content_generation = true\n\n[[acts]]\nname = "a"\nprompt = "x"\n',
      '# about\n\n[narrative]\nname = "room" # what\nskip_content_generation = true\ntoc = ["a"]\n\n[acts.a]\nprompt = "x"\n',
    ],
    [
      '24.2: [metadata] with only a title',
      '[metadata]\ntitle = "My Title!"\n[toc]\norder = ["a"]\n[acts]\na = "x"\n',
      '[narrative]\nname = "my_title"\ntitle = "My Title!"\n[toc]\norder = ["a"]\n[acts]\na = "x"\n',
    ],
    [
      '24.2: [metadata] and root keys',
      'model = "m" # which\n\n[metadata]\nname = "n"\n[toc]\norder = ["a"]\n[acts]\na = "x"\n',
      '\n[narrative]\nmodel = "m" # which\nname = "n"\n[toc]\norder = ["a"]\n[acts]\na = "x"\n',
    ],
    [
      '24.2: root keys before something else of the root',
      'name = "n"\nacts.a = "x"\ntoc = ["a"]\n',
      'narrative.name = "n"\nacts.a = "x"\ntoc = ["a"]\n',
    ],
    [
      '24.2: a budget at the root',
      'name = "n"\ntoc = ["a"]\n[budget]\nrpm_multiplier = 0.5\n[acts]\na = "x"\n',
      '[narrative]\nname = "n"\ntoc = ["a"]\n[narrative.budget]\nrpm_multiplier = 0.5\n[acts]\na = "x"\n',
    ],
    [
      '24.5: named narratives',
      '[narratives.n]\ntarget_table = "t"\n[narratives.n.toc]\norder = ["a"]\n[acts.a]\nprompt = "x"\n# how\n[acts.a.config]\nmodel = "m" # fast\n',
      '[narrative.n]\ntarget = "t"\n[narrative.n.toc]\norder = ["a"]\n[acts.a]\nprompt = "x"\nmodel = "m" # fast\n# how\n',
    ],
  ])('%s', ([, before, after]) => {
    const { text, left, codes } = fix(before)
    expect(text).toBe(after)
    expect({ codes, left }).toEqual({ codes: [], left: [] })
    expectSame(before, text)
  })

  const STEPS = `
[metadata]
title = "Daily question"
[[steps]]
[steps.context]
role = "system"
content = "You write short questions."

[[steps]]
[steps.context]
role = "user" # who
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
  test('24.3: steps', () => {
    const { text, codes } = fix(STEPS)
    expect(codes).toEqual([])
    expect(comments(text)).toEqual(['# who', '# posts it'])
    expectSame(STEPS, text)
    expect(text).toContain('system = "You write short questions."\ntoc = ["step_1", "step_2", "step_3"]')
    expect(text).toContain('content = "${step_1} / ${step_1}"')
  })

  test('24.3: two texts of the system belong to the acts after them', () => {
    const step = (role: string, content: string) =>
      `[[steps]]\n[steps.context]\nrole = "${role}"\ncontent = "${content}"\n`
    const before = step('user', 'a') + step('system', 'S') + step('user', 'b') + step('system', 'T') + step('user', 'c')
    const { text, codes } = fix(before)
    expect(codes).toEqual([])
    expectSame(before, text)
    expect(
      parseNarrativeFile(text, NAME)
        .file?.narratives.get('my_file')
        ?.acts.map(({ system }) => system),
    ).toEqual([undefined, 'S', 'T'])
  })

  test('24.4: narratives as an array', () => {
    const before = `
[shared]
model = "m"
[act.to_json]
type = "generate" # always
prompt = "Make JSON of: {content} using {schema}, {not a name}"
[act.audit]
type = "generate"
prompt = "Audit {json}"
[[narrative]]
name = "as_json"
toc = ["to_json", "audit"]
[narrative.context] # what it knows
schema = "{ title: string }"
content = "{previous_output}" # from before
[narrative.output]
target_table = "docs"
mode = "inference"
[[narrative]]
name = "of template"
toc = ["to_json"]
[narrative.context]
schema = "other"
content = "{previous_output}"
[narrative.output]
mode = "template"
template = "discord_users"
`
    const { text, codes } = fix(before)
    expect(codes).toEqual([])
    expectSame(before, text)
    expect(text).toContain('prompt = "Make JSON of: {{caller:-}} using {{schema}}, {not a name}"')
    expect(text).toContain('prompt = "Audit {{previous}}"')
    expect(text).toContain('[narrative."of template"]')
    expect(comments(text)).toEqual(['# always', '# what it knows', '# from before'])
  })

  test('24.4: a name that means two things stays as it is', () => {
    const element = (name: string, content: string) =>
      `[[narrative]]\nname = "${name}"\ntoc = ["a"]\n[narrative.context]\ncontent = "${content}"\n`
    const before = `[act.a]\nprompt = "{content}"\n${element('x', '{json}')}${element('y', '{previous_output}')}`
    expect(fix(before)).toMatchObject({ text: before, fixed: [], left: [expect.stringContaining('[[narrative]]')] })
  })
})

describe('misspelled keys', () => {
  test.for<[title: string, before: string, after: string]>([
    ['of an act', `${HEADER}[acts.a]\nprompt = "x"\nmodell = "m" # fast\n`, 'model = "m" # fast'],
    ['of a narrative', `${HEADER}temprature = 1\n[acts]\na = "x"\n`, 'temperature = 1'],
    [
      'of an inline input',
      `${HEADER}[acts]\na = [{ type = "text", contnet = "x" }]\n`,
      '{ type = "text", content = "x" }',
    ],
    [
      'that break a file',
      `${HEADER}[narrative.budget]\nrpm_multiplyer = 0.5\n[acts]\na = "x"\n`,
      'rpm_multiplier = 0.5',
    ],
    ['of a carousel', `${HEADER}carousel = { iteration = 3 }\n[acts]\na = "x"\n`, '{ iterations = 3 }'],
  ])('%s', ([, before, after]) => {
    const { text, codes } = fix(before)
    expect(text).toContain(after)
    expect(codes).toEqual([])
  })

  test('of a section: every header of it', () => {
    const before = `${HEADER}[acts]\na = ["tables.x", "tables.y", "go"]\n[tabels.x]\ntable_name = "x"\n[tabels.y]\ntable_name = "y"\n`
    const { text, codes } = fix(before)
    expect(text).toContain('[tables.x]\ntable_name = "x"\n[tables.y]')
    expect(codes).toEqual([])
  })

  test.for<[title: string, text: string]>([
    ['when the right one is there as well', `${HEADER}[acts.a]\nprompt = "x"\nmodel = "m"\nmodell = "n"\n`],
    ['when the value would be wrong for it', `${HEADER}[acts.a]\nprompt = "x"\nmodell = 3\n`],
    ['when two names are as near', `${HEADER}[acts]\na = [{ type = "image", url = "a.png", nime = "image/png" }]\n`],
    ['when no name is near', `${HEADER}[acts.a]\nprompt = "x"\ncolour = "red"\n`],
    ['when the file is no TOML', `${HEADER}[acts.a\nmodell = "m"\n`],
  ])('stay %s', ([title, text], { expect }) => {
    const result = fixNarrativeFile(text, NAME)
    if (title.startsWith('when two')) expect(result.text).toContain('mime')
    else expect(result).toMatchObject({ text, fixed: [] })
  })
})

describe('what is not touched', () => {
  test('a file of today, to the byte', () => {
    const text = `\uFEFF${HEADER}\r\n[acts]\r\n  a   =   'x'   # odd  spaces\t\r\n`
    expect(fixNarrativeFile(text, NAME)).toEqual({ text, fixed: [], left: [] })
  })

  test('line ends and the byte order mark of a file that is rewritten', () => {
    const { text } = fixNarrativeFile('\uFEFFname = "n"\r\n[[acts]]\r\nprompt = "x"\r\n', NAME)
    expect(text).toBe('\uFEFF[narrative]\r\nname = "n"\r\ntoc = ["act_1"]\r\n[acts.act_1]\r\nprompt = "x"\r\n')
  })

  test('a file without a last line break', () => {
    const { text } = fix('[[acts]]\nprompt = "x"\n[narrative]\nname = "n"')
    expect(text).toBe('[acts.act_1]\nprompt = "x"\n[narrative]\nname = "n"\ntoc = ["act_1"]\n')
  })
})

describe('the corpus', () => {
  test.for(corpusFiles())('%s means the same, keeps its comments, and needs no second time', (name) => {
    const before = readFileSync(path.join(corpus, name), 'utf8')
    const { text, left } = fixNarrativeFile(before, name)
    const after = parseNarrativeFile(text, name)
    expect(sameMeaning(parseNarrativeFile(before, name), after)).toBe(true)
    expect(left).toEqual([])
    expect(after.diagnostics.filter(({ code }) => code === 'old-dialect')).toEqual([])
    expect(comments(text)).toEqual(comments(before))
    expect(fixNarrativeFile(text, name)).toEqual({ text, fixed: [], left: [] })
  })

  // Lines taken out, doubled and swapped: many such files are broken, none may be broken further.
  test('mutated files are never made worse', () => {
    const texts = corpusFiles().map((name) => readFileSync(path.join(corpus, name), 'utf8'))
    if (texts.length === 0) texts.push(`${HEADER}[acts]\na = "x"\n`)
    const cut = fc.record({ at: fc.nat(), length: fc.nat(3), twice: fc.boolean() })
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(cut, { maxLength: 3 }), (text, cuts) => {
        const lines = text.split('\n')
        for (const { at, length, twice } of cuts) {
          const from = at % lines.length
          const part = lines.splice(from, length)
          if (twice) lines.splice(from, 0, ...part, ...part)
        }
        const before = lines.join('\n')
        const fixed = fixNarrativeFile(before, NAME)
        const errors = (source: string) =>
          parseNarrativeFile(source, NAME).diagnostics.filter(({ severity }) => severity === 'error').length
        expect(errors(fixed.text)).toBeLessThanOrEqual(errors(before))
        if (fixed.fixed.length === 0) expect(fixed.text).toBe(before)
      }),
      { numRuns: 150, seed: 7 },
    )
  })
})
