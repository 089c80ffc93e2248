// Broken files: what people get wrong, one mistake a file. The mark ▶ stands where the message must point, and is taken
// out before the file is read.

const H = '[narrative]\nname = "n"\n'
const HT = `${H}[toc]\norder = ["a"]\n`
const A = '[acts]\na = "hi"\n'

/** A file that is right but for the act. */
const act = (text: string) => `${HT}${text}\n`
/** A file that is right but for the narrative. */
const narrative = (text: string) => `${H}${text}\n[toc]\norder = ["a"]\n${A}`

export const broken: readonly (readonly [title: string, code: string, source: string])[] = [
  // --- TOML
  ['a key without a value', 'toml-syntax', 'a = ▶'],
  ['a string that is never closed', 'toml-syntax', `${HT}[acts]\na = ▶"hi`],
  ['a long string that is never closed', 'toml-syntax', `${HT}[acts]\na = ▶"""hi\n\nb = 1\n`],
  ['a literal string that is never closed', 'toml-syntax', `${HT}[acts]\na = ▶'hi\n`],
  ['an array that is never closed', 'toml-syntax', `${H}[toc]\norder = ▶["a",\n`],
  ['an array that is not closed before the next header', 'toml-syntax', `${H}[toc]\norder = ▶["a"\n\n${A}`],
  ['an inline table that is never closed', 'toml-syntax', `${H}budget = ▶{ rpm_multiplier = 1\n`],
  ['a header that is never closed', 'toml-syntax', '[narrative▶\nname = "n"\n'],
  ['a key twice', 'toml-syntax', '[narrative]\nname = "n"\n▶name = "m"\n'],
  ['a table twice', 'toml-syntax', `${HT}${A}[▶acts]\nb = "x"\n`],
  ['a table that is an act already', 'toml-syntax', `${HT}${A}[acts.▶a]\nmodel = "x"\n`],
  ['a word without quotes', 'toml-syntax', '[narrative]\nname = ▶hello\n'],
  ['two keys on a line', 'toml-syntax', '[narrative]\nname = "n" ▶description = "d"\n'],
  ['a colon for the equals sign', 'toml-syntax', '[narrative]\nname▶: "n"\n'],
  ['an unknown escape', 'toml-syntax', `${HT}[acts]\na = "C:\\▶qux"\n`],
  ['a number with a leading zero', 'toml-syntax', narrative('max_tokens = ▶0100')],
  ['curly quotes', 'toml-syntax', '[narrative]\nname = ▶“n”\n'],
  ['a missing comma', 'toml-syntax', `${H}[toc]\norder = ["a" ▶"b"]\n`],
  ['a line without a key', 'toml-syntax', `${H}▶= 1\n`],
  ['a python constant', 'toml-syntax', narrative('skip_content_generation = ▶True')],
  ['a comment in the manner of C', 'toml-syntax', `▶// my narrative\n${HT}${A}`],

  // --- the narrative
  ['an empty file', 'narrative-missing', '▶'],
  ['acts only', 'narrative-missing', `▶${A}`],
  ['a header of another name', 'narrative-missing', `▶[narativ]\nname = "n"\n${A}`],
  ['a narrative that is a string', 'bad-type', `narrative = ▶"n"\n${A}`],
  ['a narrative without a name', 'bad-type', `[▶narrative]\ndescription = "d"\n[toc]\norder = ["a"]\n${A}`],
  ['an empty name', 'bad-type', `[narrative]\nname = ▶""\n[toc]\norder = ["a"]\n${A}`],
  ['a name that is a number', 'bad-type', `[narrative]\nname = ▶5\n[toc]\norder = ["a"]\n${A}`],
  ['a description that is an array', 'bad-type', narrative('description = ▶["d"]')],
  ['a template that is a boolean', 'bad-type', narrative('template = ▶true')],
  ['a target that is a table', 'bad-type', narrative('target = ▶{ table = "t" }')],
  ['a flag in quotes', 'bad-type', narrative('skip_content_generation = ▶"true"')],
  ['a flag as a number', 'bad-type', narrative('preserve_source = ▶1')],
  ['a model that is a number', 'bad-type', narrative('model = ▶4')],
  ['a temperature in words', 'bad-type', narrative('temperature = ▶"warm"')],
  ['a temperature that is no number', 'bad-type', narrative('temperature = ▶nan')],
  ['negative max_tokens', 'bad-type', narrative('max_tokens = ▶-1')],
  ['fractional max_tokens', 'bad-type', narrative('max_tokens = ▶10.5')],
  ['a named narrative twice', 'duplicate-narrative', `[narrative.x]\ntoc = ["a"]\n[narratives.▶x]\ntoc = ["a"]\n${A}`],
  [
    'a narrative beside a plain value',
    'bad-type',
    `[▶narrative]\nx = 1\ntoc = ["a"]\n[narrative.y]\ntoc = ["a"]\n${A}`,
  ],
  ['a narratives entry that is a string', 'bad-type', `${HT}${A}[narratives]\nx = ▶"file.toml"\n`],

  // --- budget and carousel
  ['a budget that is a number', 'bad-type', narrative('budget = ▶0.5')],
  ['a budget of an unknown key', 'bad-budget', narrative('budget = { ▶rpm_multiplyer = 0.5 }')],
  ['a budget above 1', 'bad-budget', narrative('budget = { rpm_multiplier = ▶1.5 }')],
  ['a budget of 0', 'bad-budget', narrative('budget = { tpm_multiplier = ▶0 }')],
  ['a negative budget', 'bad-budget', narrative('budget = { rpd_multiplier = ▶-0.1 }')],
  ['a budget in quotes', 'bad-type', narrative('budget = { rpm_multiplier = ▶"half" }')],
  ['a carousel in quotes', 'bad-type', narrative('carousel = ▶"3"')],
  ['a carousel of a negative number', 'bad-type', narrative('carousel = ▶-3')],
  ['a carousel without iterations', 'bad-type', narrative('[narrative.▶carousel]\ncontinue_on_error = true')],
  ['iterations in quotes', 'bad-type', narrative('carousel = { iterations = ▶"3" }')],
  ['fractional iterations', 'bad-type', narrative('carousel = { iterations = ▶2.5 }')],
  ['a carousel flag in quotes', 'bad-type', narrative('carousel = { iterations = 3, continue_on_error = ▶"no" }')],
  ['a budget in a carousel', 'bad-budget', narrative('carousel = { iterations = 3, budget = { ▶x = 1 } }')],

  // --- toc
  ['no toc', 'empty-toc', `[▶narrative]\nname = "n"\n${A}`],
  ['a toc without order', 'empty-toc', `${H}[▶toc]\n${A}`],
  ['an empty order', 'empty-toc', `${H}[toc]\norder = ▶[]\n${A}`],
  ['an empty toc array', 'empty-toc', `${H}toc = ▶[]\n${A}`],
  ['a named narrative without a toc', 'empty-toc', `[narrative.▶x]\ndescription = "d"\n${A}`],
  ['an order in quotes', 'bad-type', `${H}[toc]\norder = ▶"a"\n${A}`],
  ['a number in the order', 'bad-type', `${H}[toc]\norder = ["a", ▶2]\n${A}`],
  ['a toc that is a string', 'bad-type', `${H}toc = ▶"a"\n${A}`],
  ['a mistyped act', 'missing-act', `${H}[toc]\norder = ["a", ▶"sumary"]\n${A}summary = "x"\n`],
  [
    'an act of another narrative',
    'missing-act',
    `[narrative.x]\ntoc = [▶"p"]\n[narrative.y]\ntoc = ["p"]\n[narrative.y.acts]\np = "x"\n`,
  ],
  ['no acts at all', 'missing-act', `${H}[toc]\norder = [▶"a"]\n`],

  // --- acts
  ['an act that is a number', 'bad-act', act('[acts]\na = ▶1')],
  ['an act that is a date', 'bad-act', act('[acts]\na = ▶2026-01-01')],
  ['an empty act', 'empty-prompt', act('[acts]\na = ▶""')],
  ['a blank act', 'empty-prompt', act('[acts]\na = ▶"""\n\n"""')],
  ['an act without inputs', 'empty-prompt', act('[acts]\na = ▶[]')],
  ['a table act without content', 'empty-prompt', act('[acts.▶a]\nmodel = "m"')],
  ['a table act with a blank prompt', 'empty-prompt', act('[acts.▶a]\nprompt = " "')],
  ['a table act with no inputs in its list', 'empty-prompt', act('[acts.▶a]\ninput = []')],
  ['a number among the inputs', 'bad-act', act('[acts]\na = ["x", ▶7]')],
  ['an array among the inputs', 'bad-act', act('[acts]\na = ["x", ▶["y"]]')],
  ['a prompt that is an array', 'bad-type', act('[acts.a]\nprompt = ▶["hi"]')],
  ['an input that is a string', 'bad-type', act('[acts.a]\ninput = ▶"hi"')],
  ['a model of an act that is a table', 'bad-type', act('[acts.a]\nprompt = "x"\nmodel = ▶{ name = "m" }')],
  ['a temperature of an act in quotes', 'bad-type', act('[acts.a]\nprompt = "x"\ntemperature = ▶"0.5"')],
  ['max_tokens of an act in quotes', 'bad-type', act('[acts.a]\nprompt = "x"\nmax_tokens = ▶"100"')],
  ['extract_output in quotes', 'bad-type', act('[acts.a]\nprompt = "x"\nextract_output = ▶"yes"')],
  ['a config that is a string', 'bad-type', act('[acts.a]\nprompt = "x"\nconfig = ▶"fast"')],
  [
    'a temperature in the config in quotes',
    'bad-type',
    act('[acts.a]\nprompt = "x"\n[acts.a.config]\ntemperature = ▶"1"'),
  ],
  ['a state capture that is a number', 'bad-type', act('[acts.a]\nprompt = "x"\n[acts.a.state_capture]\nid = ▶1')],
  ['a carousel of an act without iterations', 'bad-type', act('[acts.a]\nprompt = "x"\n▶carousel = {}')],
  [
    'an unknown narrative to run',
    'unknown-narrative',
    '[narrative.x]\ntoc = ["a"]\n[narrative.y]\ntoc = ["a"]\n[acts.a]\nnarrative = ▶"z"\n',
  ],
  ['a narrative to run that is a number', 'bad-type', act('[acts.a]\nnarrative = ▶1')],
  [
    'a narrative that runs itself',
    'narrative-cycle',
    '[narrative.x]\ntoc = ["a"]\n▶[acts.a]\nnarrative = "x"\n'.replace('▶[acts.a]', '[▶acts.a]'),
  ],

  // --- references
  ['an unknown bot', 'unknown-bot', act('[acts]\na = ▶"bots.x"')],
  ['a mistyped bot', 'unknown-bot', act('[acts]\na = [▶"bots.sent"]\n[bots.send]\nplatform = "p"\ncommand = "c"')],
  ['an unknown table', 'unknown-table', act('[acts]\na = ["x", ▶"tables.x"]')],
  ['unknown media', 'unknown-media', act('[acts]\na = [{ ref = ▶"media.x" }]')],
  ['an unknown narrative', 'unknown-narrative', act('[acts]\na = ▶"narratives.x"')],
  ['a ref that is none', 'bad-reference', act('[acts]\na = [{ ref = ▶"logo" }]')],
  ['a ref to a section that does not exist', 'bad-reference', act('[acts]\na = [{ ref = ▶"images.logo" }]')],
  ['a ref that is a number', 'bad-type', act('[acts]\na = [{ ref = ▶1 }]')],

  // --- inputs
  ['an unknown type', 'unknown-input-type', act('[acts]\na = [{ type = ▶"picture", url = "x.png" }]')],
  ['a mistyped type', 'unknown-input-type', act('[acts]\na = [{ type = ▶"bot_comand" }]')],
  ['a type in capitals', 'unknown-input-type', act('[acts]\na = [{ type = ▶"Text", content = "x" }]')],
  ['a type that is a number', 'bad-type', act('[acts]\na = [{ type = ▶1 }]')],
  ['a text without content', 'text-without-content', act('[acts]\na = [▶{ type = "text" }]')],
  ['an input with a url only', 'text-without-content', act('[[▶acts.a.input]]\nurl = "https://e.org/a.png"')],
  ['a content that is a number', 'bad-type', act('[acts]\na = [{ content = ▶1 }]')],
  ['an image without a source', 'media-without-source', act('[acts]\na = [▶{ type = "image", mime = "image/png" }]')],
  ['an image with a number for a url', 'bad-type', act('[acts]\na = [{ type = "image", url = ▶1 }]')],
  ['a command without a platform', 'bad-type', act('[[▶acts.a.input]]\ntype = "bot_command"\ncommand = "c"')],
  ['a command without a command', 'bad-type', act('[[▶acts.a.input]]\ntype = "bot_command"\nplatform = "p"')],
  [
    'arguments that are an array',
    'bad-type',
    act('[[acts.a.input]]\ntype = "bot_command"\nplatform = "p"\ncommand = "c"\nargs = ▶[1]'),
  ],
  [
    'a required flag in quotes',
    'bad-type',
    act('[[acts.a.input]]\ntype = "bot_command"\nplatform = "p"\ncommand = "c"\nrequired = ▶"true"'),
  ],
  [
    'a negative cache duration',
    'bad-type',
    act('[[acts.a.input]]\ntype = "bot_command"\nplatform = "p"\ncommand = "c"\ncache_duration = ▶-1'),
  ],
  ['a table input without a table', 'bad-type', act('[[▶acts.a.input]]\ntype = "table"')],
  [
    'an unknown format',
    'unknown-table-format',
    act('[[acts.a.input]]\ntype = "table"\ntable_name = "t"\nformat = ▶"xml"'),
  ],
  [
    'a mistyped format',
    'unknown-table-format',
    act('[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\nformat = ▶"markdwon"'),
  ],
  ['an offset in quotes', 'bad-type', act('[[acts.a.input]]\ntype = "table"\ntable_name = "t"\noffset = ▶"1"')],
  [
    'a column that is a number',
    'bad-type',
    act('[acts]\na = "tables.t"\n[tables.t]\ntable_name = "t"\ncolumns = ["x", ▶1]'),
  ],
  ['a narrative input without a name', 'bad-type', act('[[▶acts.a.input]]\ntype = "narrative"')],
  [
    'an override of the wrong type',
    'bad-type',
    act('[acts]\na = [{ ref = "tables.t", limit = ▶"5" }]\n[tables.t]\ntable_name = "t"'),
  ],

  // --- resources
  ['a bot that is a string', 'bad-type', `${HT}${A}[bots]\nb = ▶"x"\n`],
  ['a used bot without a command', 'bad-type', act('[acts]\na = "bots.b"\n[bots.▶b]\nplatform = "p"')],
  ['a used table without a name', 'bad-type', act('[acts]\na = "tables.t"\n[tables.▶t]\nlimit = 5')],
  ['used media without a source', 'media-without-source', act('[acts]\na = "media.m"\n[media.▶m]\nmime = "image/png"')],
  ['media without an extension', 'unknown-media-kind', act('[acts]\na = "media.m"\n[media.▶m]\nfile = "logo"')],
  [
    'media of an odd mime',
    'unknown-media-kind',
    act('[acts]\na = "media.m"\n[media.▶m]\nmime = "font/woff"\nfile = "logo.woff"'),
  ],
  ['bots that are an array', 'bad-type', `${HT}${A}[[▶bots]]\nplatform = "p"\n`],

  // --- config and security
  ['a configured temperature in quotes', 'bad-type', `${HT}${A}[config.gemini]\ntemperature = ▶"0"\n`],
  ['allowed commands as a string', 'bad-type', `${HT}${A}[security.policy]\nallowed_commands = ▶"messages.send"\n`],
  ['a guild id that is a boolean', 'bad-type', `${HT}${A}[security.constraints]\nguild_id = ▶true\n`],

  // --- older dialects
  ['an act in an array whose name is a number', 'bad-type', `${H}[[acts]]\nname = ▶1\nprompt = "x"\n`],
  ['an act in an array without content', 'empty-prompt', `${H}[[▶acts]]\nname = "a"\n`],
  [
    'an input of an act in an array',
    'unknown-input-type',
    `name = "n"\n[[acts]]\nname = "a"\n[[acts.inputs]]\ntype = ▶"bot"\n`,
  ],
  ['a narrative in an array without a name', 'bad-type', `[[▶narrative]]\ntoc = ["a"]\n[act.a]\nprompt = "x"\n`],
  [
    'two narratives of one name in an array',
    'duplicate-narrative',
    `[[narrative]]\nname = "x"\ntoc = ["a"]\n[[narrative]]\nname = ▶"x"\ntoc = ["a"]\n[act.a]\nprompt = "x"\n`,
  ],
  [
    'a template mode without a template',
    'bad-type',
    `[[narrative]]\nname = "x"\ntoc = ["a"]\n[narrative.output]\nmode = ▶"template"\n[act.a]\nprompt = "x"\n`,
  ],
  ['steps without steps', 'empty-toc', 'steps = ▶[]\n'],
  ['a step that is a number', 'bad-type', 'steps = [{ context = { role = "user", content = "x" } }, ▶1]\n'],
]
