// Narrative files that are unusual and valid: odd spellings, old dialects, combinations. What each asks, does and stores when
// it runs was checked against the format by hand; white space is one blank, long numbers are `#`.

export interface UnusualFile {
  readonly title: string
  readonly toml: string
  /** The file has a byte order mark, or lines that end as on Windows. */
  readonly bom?: boolean
  readonly crlf?: boolean
  /** Which narrative runs. */
  readonly narrative?: string
  readonly inputs?: Readonly<Record<string, string>>
  /** Beside the file, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** Rows of the table `posts`. */
  readonly posts?: readonly Readonly<Record<string, string | number>>[]
  /** By act; any other answers with its name, `<name>`. */
  readonly answers?: Readonly<Record<string, string>>
  /** Act and user message, in order. */
  readonly asks: readonly string[]
  /** Commands with their arguments, in order. */
  readonly does?: readonly string[]
  /** Rows by table. */
  readonly stores?: Readonly<Record<string, number>>
}

export const UNUSUAL_FILES: readonly UnusualFile[] = [
  {
    title: 'CRLF, BOM, no newline at the end',
    bom: true,
    crlf: true,
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[acts]
a = "One."`,
    asks: ['a: One.'],
  },
  {
    title: 'dotted keys only',
    toml: `narrative.name = "n"
narrative.skip_content_generation = true
toc.order = ["a", "b"]
acts.a = "One."
acts.b.prompt = "Two."
acts.b.temperature = 0.5
`,
    asks: ['a: One.', 'b: Two.'],
  },
  {
    title: 'one inline table',
    toml: `narrative = { name = "n", skip_content_generation = true, toc = ["a"] }
acts = { a = "One.", b = { prompt = "Unused." } }
`,
    asks: ['a: One.'],
  },
  {
    title: 'unicode and quoted keys',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["größe", "第一", "a b", "x.y"]
[acts]
"größe" = "One."
"第一" = "Two {{größe}}."
"a b" = "Three {{第一}}"
"x.y" = "Four {{a b}}"
`,
    asks: ['größe: One.', '第一: Two <größe>.', 'a b: Three <第一>', 'x.y: Four <a b>'],
  },
  {
    title: 'sub-tables before parents',
    toml: `[acts.b.config]
model = "gpt-4"
[acts.b]
prompt = "Two."
[acts]
a = "One."
[narrative.carousel]
iterations = 2
[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
`,
    asks: ['a: One.', 'b: Two.', 'a: One.', 'b: Two.'],
  },
  {
    title: 'multiline strings and escapes',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b", "c"]
[acts]
a = """\\
   One \\
   line.\\u00e9"""
b = '''raw \\n {{a}}'''
c = """
Brace {{ b }} \${a}"""
`,
    asks: ['a: One line.é', 'b: raw \\n <a>', 'c: Brace <b> <a>'],
  },
  {
    title: 'acts in one line with comments inside arrays',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[acts]
a = [ # first
  "One.", # said
  # between
  { content = "Two." }, # last
]
`,
    asks: ['a: One. Two.'],
  },
  {
    title: 'dates and special floats as ignored values',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
version = "1"
[acts]
a = "One."
[bots.b]
platform = "discord"
command = "messages.list"
at = 2026-01-01T00:00:00Z
n = inf
`,
    asks: ['a: One.'],
  },
  {
    title: 'toc at the root before the header, act twice',
    toml: `toc = ["a", "a", "b"]
[narrative]
name = "n"
skip_content_generation = true
[acts]
a = "One."
b = "See {{a}}."
`,
    asks: ['a: One.', 'a: One.', 'b: See <a>.'],
  },
  {
    title: 'toc table in multi form',
    toml: `[narrative.x]
skip_content_generation = true
[narrative.x.toc]
order = ["a"]
carousel = 2
[acts]
a = "One."
`,
    asks: ['a: One.', 'a: One.'],
  },
  {
    title: 'toc carousel table and narrative carousel',
    toml: `[toc]
order = ["a"]
[toc.carousel]
iterations = 5
[narrative]
name = "n"
skip_content_generation = true
[narrative.carousel]
iterations = 2
[acts]
a = "One."
`,
    asks: ['a: One.', 'a: One.'],
  },
  {
    title: 'carousel zero',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
carousel = 0
[acts]
a = "One."
`,
    asks: [],
  },
  {
    title: 'root carousel',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[carousel]
iterations = 2
[acts]
a = "One."
`,
    asks: ['a: One.', 'a: One.'],
  },
  {
    title: 'prompt after input',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[acts.a]
prompt = "Last."
[[acts.a.input]]
content = "First."
[[acts.a.input]]
text = "Second."
`,
    asks: ['a: First. Second. Last.'],
  },
  {
    title: 'inputs alias with one table',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[acts.a.inputs]
text = "One."
`,
    asks: ['a: One.'],
  },
  {
    title: 'array of references and text',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[acts]
a = ["tables.t", "", { ref = "bots.b" }, "What now?"]
[tables.t]
table_name = "posts"
columns = ["title"]
[bots.b]
platform = "discord"
command = "channels.list"
guild_id = "1"
`,
    posts: [{ title: 'Bread' }],
    asks: [
      'a: [ { "title": "Bread" } ] [ { "id": "#", "name": "general", "type": "text", "position": 0, "topic": null, "nsfw": false, "parent_id": null } ] What now?',
    ],
    does: ['channels.list {"guild_id":"1"}'],
  },
  {
    title: 'blank content makes an act without a model',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
[[acts.a.input]]
content = "  "
[[acts.a.input]]
ref = "bots.b"
[bots.b]
platform = "discord"
command = "channels.list"
guild_id = "1"
[acts]
b = "Count them."
`,
    asks: [
      'b: Result of "a": [{"id":"#","name":"general","type":"text","position":0,"topic":null,"nsfw":false,"parent_id":null}] Count them.',
    ],
    does: ['channels.list {"guild_id":"1"}'],
  },
  {
    title: 'narrative_ref',
    toml: `[narrative.main]
skip_content_generation = true
toc = ["go", "end"]
[narrative.sub]
skip_content_generation = true
toc = ["s", "t"]
[acts]
s = "Sub."
t = "Sub two."
end = "End {{go}}."
[acts.go]
narrative_ref = "sub"
`,
    narrative: 'main',
    asks: ['s: Sub.', 't: Sub two.', 'end: <s> <t> End <s> <t>.'],
  },
  {
    title: 'private acts win',
    toml: `[acts]
a = "Shared."
[narrative.x]
skip_content_generation = true
toc = ["a"]
[narrative.x.acts]
a = "Private."
[narrative.y]
skip_content_generation = true
toc = ["a"]
`,
    narrative: 'x',
    asks: ['a: Private.'],
  },
  {
    title: 'inner name finds it',
    toml: `[acts]
a = "One."
[narrative.x]
name = "shown"
skip_content_generation = true
toc = ["a"]
[narrative.y]
toc = ["a"]
`,
    narrative: 'shown',
    asks: ['a: One.'],
  },
  {
    title: 'narratives named name and description',
    toml: `[acts]
a = "One."
[narrative.name]
skip_content_generation = true
toc = ["a"]
[narrative.description]
toc = ["a"]
`,
    narrative: 'name',
    asks: ['a: One.'],
  },
  {
    title: 'text that looks like a reference',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b", "c", "d"]
[acts]
a = "media. I love it"
b = "bots.x.y"
c = "narrative.none"
d = "narrative: tell me"
`,
    asks: ['a: media. I love it', 'b: bots.x.y', 'c: narrative.none', 'd: narrative: tell me'],
  },
  {
    title: 'narrative.x exists',
    toml: `[narrative.x]
skip_content_generation = true
toc = ["s"]
[narrative.main]
skip_content_generation = true
toc = ["a", "b"]
[acts]
s = "Sub."
a = "narrative.x"
b = "After {{a}}."
`,
    narrative: 'main',
    asks: ['s: Sub.', 'b: <s> After <s>.'],
  },
  {
    title: 'nested file through link, path input and narrative:',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b", "c", "d"]
[narratives.l]
narrative = "deep/one"
[acts]
a = "narratives.l"
b = ["narrative:deep/one.toml", "Explain."]
d = "See {{a}} and {{c}}"
[[acts.c.input]]
type = "narrative"
name = "one"
path = "deep/one"
`,
    files: {
      'deep/one.toml': `[narrative]
name = "one"
skip_content_generation = true
toc = ["x"]
[acts]
x = ["narrative:two", "From one."]
`,
      'deep/two.toml': `[narrative]
name = "two"
skip_content_generation = true
toc = ["y"]
carousel = 2
[acts]
y = "From two."
`,
    },
    asks: [
      'y: From two.',
      'y: From two.',
      'x: <y> From one.',
      'y: From two.',
      'y: From two.',
      'x: <y> From one.',
      'b: Result of "a": <x> <x> Explain.',
      'y: From two.',
      'y: From two.',
      'x: <y> From one.',
      'd: Result of "c": <x> See <x> and <x>',
    ],
  },
  {
    title: 'every notation',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b", "c"]
[acts]
a = "Give JSON."
b = "x={{a.x}} y=\${a.list.1} last={{a.list.k}} p={{previous.x}} prev={{prev}} none={{nothing}} def=\${NOT_SET_VAR:-fallback} \${env:HOME_NOT} {{ a.deep.z }}"
c = "\${a.x}{{b}}"
`,
    answers: { a: '{"x": 3, "list": [1, {"k": "v"}], "deep": {"z": {"q": true}}}', b: 'has {{a}} in it' },
    asks: [
      'a: Give JSON.',
      `b: x=3 y={"k":"v"} last=v p=3 prev={"x": 3, "list": [1, {"k": "v"}], "deep": {"z": {"q": true}}} none={{nothing}} def=fallback \${env:HOME_NOT} {"q":true}`,
      'c: 3has {{a}} in it',
    ],
  },
  {
    title: 'if blocks',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
[acts]
a = "Say nothing."
b = """{% if a %}yes {{a}}{% else %}no{% endif %}|{% if none %}X{% endif %}|{% if a %}only{% endif %}|{% for x in y %}|{%if previous%}tight{%endif%}"""
`,
    answers: { a: '  ' },
    asks: ['a: Say nothing.', 'b: no|||{% for x in y %}|'],
  },
  {
    title: 'if on a table without rows',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
[tables.old]
table_name = "posts"
format = "markdown"
where_clause = "1=0"
[acts]
a = "tables.old"
b = "{% if old %}Avoid {{old}}{% else %}Fresh.{% endif %}"
`,
    posts: [{ title: 'Bread' }],
    asks: ['b: Result of "a": No data Fresh.'],
  },
  {
    title: 'placeholders in nested arguments',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
[acts]
a = "Text"
b = "bots.say"
[bots.say]
platform = "discord"
command = "messages.send"
channel_id = "5"
content = "{{a}} $$5 \${GUILD_ID}"
list = [{ deep = "\${previous}" }]
`,
    asks: ['a: Text'],
    does: ['messages.send {"channel_id":"5","content":"<a> $$5 1234567890","list":[{"deep":"<a>"}]}'],
  },
  {
    title: 'table alias, resource and table name',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
[tables.recent]
table_name = "posts"
alias = "latest"
columns = ["title"]
[acts]
a = "tables.recent"
b = "{{latest}} {{recent}} {{posts}}"
`,
    posts: [{ title: 'Bread' }],
    asks: [
      'b: Result of "a": [ { "title": "Bread" } ] [ { "title": "Bread" } ] [ { "title": "Bread" } ] [ { "title": "Bread" } ]',
    ],
  },
  {
    title: 'state',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b", "c"]
[[acts.a.input]]
type = "bot_command"
platform = "discord"
command = "channels.create"
guild_id = "1"
name = "room"
kind = "text"
store_as = "ROOM"
[acts.b]
prompt = "Room \${state:ROOM} \${ROOM} {{STATE:ROOM}} \${state:channel_id}"
state_capture = { WORD = "$.w" }
[acts]
c = "Word \${state:WORD}"
`,
    answers: { b: '{"w": "loaf"}' },
    asks: ['b: Result of "a": {"id":"#","name":"room","kind":"text","position":1} Room # # # #', 'c: Word loaf'],
    does: ['channels.create {"guild_id":"1","name":"room","kind":"text"}'],
  },
  {
    title: 'act carousel over a table',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
[acts.a]
carousel = 2
input = ["tables.t", "Another."]
[acts]
b = "All: {{a}}"
[tables.t]
table_name = "posts"
columns = ["title"]
`,
    posts: [{ title: 'Bread' }],
    asks: ['a: [ { "title": "Bread" } ] Another.', 'a: [ { "title": "Bread" } ] Another.', 'b: All: <a> <a>'],
  },
  {
    title: 'nested carousels',
    toml: `[narrative.outer]
skip_content_generation = true
toc = ["go"]
carousel = 2
[narrative.inner]
skip_content_generation = true
toc = ["s"]
carousel = { iterations = 2 }
[acts]
s = "Inner."
[acts.go]
narrative = "inner"
`,
    narrative: 'outer',
    asks: ['s: Inner.', 's: Inner.', 's: Inner.', 's: Inner.'],
  },
  {
    title: 'act carousel on a composition act',
    toml: `[narrative.outer]
skip_content_generation = true
toc = ["go", "end"]
[narrative.inner]
skip_content_generation = true
toc = ["s"]
[acts]
s = "Inner."
end = "{{go}}"
[acts.go]
narrative = "inner"
carousel = 2
`,
    narrative: 'outer',
    asks: ['s: Inner.', 's: Inner.', 'end: <s> <s>'],
  },
  {
    title: 'pull and delete in a carousel',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
carousel = 3
[[acts.a.input]]
type = "table"
table_name = "posts"
limit = 1
order_by = "id"
columns = ["title"]
pull_and_delete = true
[[acts.a.input]]
content = "Judge it."
`,
    posts: [{ title: 'One' }, { title: 'Two' }],
    asks: ['a: [ { "title": "One" } ] Judge it.', 'a: [ { "title": "Two" } ] Judge it.', 'a: [] Judge it.'],
  },
  {
    title: 'preserve source',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
preserve_source = true
[tables.t]
table_name = "posts"
pull_and_delete = true
columns = ["title"]
[acts]
a = ["tables.t", "A."]
b = ["tables.t", "B."]
`,
    posts: [{ title: 'One' }],
    asks: ['a: [ { "title": "One" } ] A.', 'b: [ { "title": "One" } ] B.'],
  },
  {
    title: 'retention summary and drop, key before resource',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
[tables.t]
table_name = "posts"
columns = ["title"]
limit = 5
offset = 0
history_retention = "summary"
[bots.b]
platform = "discord"
command = "channels.list"
guild_id = "1"
history_retention = "drop"
[acts.a]
input = [{ ref = "tables.t" }, { ref = "bots.b" }, { ref = "tables.t", history_retention = "drop" }, { content = "Look." }]
[acts]
b = "Report."
`,
    posts: [{ title: 'One' }],
    asks: [
      'a: [ { "title": "One" } ] [ { "id": "#", "name": "general", "type": "text", "position": 0, "topic": null, "nsfw": false, "parent_id": null } ] [ { "title": "One" } ] Look.',
      'b: Report.',
    ],
    does: ['channels.list {"guild_id":"1"}'],
  },
  {
    title: 'settings from everywhere',
    toml: `[shared]
model = "gpt-4"
temperature = 1
[config.gemini]
max_tokens = 50
[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
temperature = 0.3
[acts.a]
prompt = "A."
model = "gemini-2.5-pro"
[acts.a.config]
temperature = 0
[acts]
b = "B."
`,
    asks: ['a: A.', 'b: B.'],
  },
  {
    title: 'every table key',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[[acts.a.input]]
type = "table"
table_name = "posts"
columns = ["title", "n"]
where = "n > 1 AND title LIKE '%e%'"
where_clause = "1=0"
order_by = "n DESC, title"
limit = 2
offset = 0
format = "csv"
required = true
[[acts.a.input]]
content = "Go."
`,
    posts: [
      { title: 'One', n: 1 },
      { title: 'Seven', n: 7 },
      { title: 'Three', n: 3 },
      { title: 'Ten', n: 10 },
    ],
    asks: ['a: title,n Ten,10 Seven,7 Go.'],
  },
  {
    title: 'ref overrides the table',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[tables.t]
table_name = "posts"
columns = ["title", "n"]
limit = 3
format = "json"
[acts]
a = [{ ref = "tables.t", limit = 1, order_by = "n DESC", format = "md", where = "n < 9" }, "Go."]
`,
    posts: [
      { title: 'A|B', n: 1 },
      { title: 'C', n: 7 },
    ],
    asks: ['a: | title | n | | --- | --- | | C | 7 | Go.'],
  },
  {
    title: 'missing table',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
[acts]
a = ["tables.t", "Go."]
b = ["tables.t"]
[tables.t]
table_name = "nothing_there"
`,
    asks: ['a: Go.'],
  },
  {
    title: '24.1 inline acts with comments',
    toml: `# top
acts = [ # all
  # the first
  { name = "a", inputs = ["One."] }, # after a
  # the second
  { inputs = [{ text = "Two {{a}}." }], temperature = 0.5 }, # after 2
] # end
[narrative]
name = "n" # its name
skip_content_generation = true
`,
    asks: ['a: One.', 'act_2: Two <a>.'],
  },
  {
    title: '24.1 inline acts on one line',
    toml: `acts = [{ name = "a", prompt = "One." }, { name = "b", inputs = [{ text = "Two." }] }]
[narrative]
name = "n"
skip_content_generation = true
`,
    asks: ['a: One.', 'b: Two.'],
  },
  {
    title: '24.1 with a toc of its own',
    toml: `[narrative]
name = "n"
skip_content_generation = true
[toc]
order = ["b", "a"]
[[acts]]
name = "a"
prompt = "One."
[[acts]]
name = "b"
prompt = "Two."
`,
    asks: ['b: Two.', 'a: One.'],
  },
  {
    title: '24.2 root header',
    toml: `# mine
name = "make"
skip_content_generation = true
temperature = 0.2

[[acts]]
name = "create" # c

[[acts.inputs]]
type = "bot_command"
platform = "discord"
command = "channels.create"
guild_id = "1"
name = "room"
kind = "text"
store_as = "ROOM_ID"

[[acts]]
name = "say"
[[acts.inputs]]
text = "In \${STATE:ROOM_ID}"
`,
    asks: ['say: Result of "create": {"id":"#","name":"room","kind":"text","position":1} In #'],
    does: ['channels.create {"guild_id":"1","name":"room","kind":"text"}'],
  },
  {
    title: '24.2 metadata with toc and acts',
    toml: `[metadata]
name = "m"
description = "d"
[toc]
order = ["a"]
[acts]
a = "One."
`,
    asks: ['a: One.'],
  },
  {
    title: '24.2 metadata beside array acts',
    toml: `[metadata]
name = "m"
[[acts]]
name = "a"
prompt = "One."
`,
    asks: ['a: One.'],
  },
  {
    title: '24.3 steps',
    toml: `[metadata]
title = "Daily Question!"
[config.gemini]
model = "gemini-2.0-flash"
max_tokens = 300
[[steps]] # sys
[steps.context]
role = "system"
content = "You write short questions."
[[steps]] # ask
[steps.context]
role = "user"
content = "Ask about tools."
[[steps]]
processor = "bot"
description = "send it"
command = "messages.send"
[steps.args]
channel_id = "7"
content = "\${steps[0].result.text}"
[[steps]]
[steps.bot_commands]
command = "messages.pin"
[steps.bot_commands.args]
channel_id = "\${prev.channel_id}"
message_id = "\${prev.id}"
`,
    asks: ['step_1: Ask about tools.'],
    does: ['messages.send {"channel_id":"7","content":"<step_1>"}', 'messages.pin {"channel_id":"7","message_id":"#"}'],
  },
  {
    title: '24.3 inline steps',
    toml: `metadata = { name = "q" }
steps = [ # all
  { context = { role = "system", content = "Be short." } }, # sys
  # then
  { context = { role = "user", content = "Ask." } },
  { processor = "bot", command = "messages.send", args = { channel_id = "7", content = "\${steps[1].result.text}" } },
]
`,
    asks: ['step_1: Ask.'],
    does: ['messages.send {"channel_id":"7","content":"<step_1>"}'],
  },
  {
    title: '24.4 array of narratives',
    toml: `[shared]
model = "gemini-2.0-flash"
[act.first]
prompt = "First."
[act.to_json] # how
type = "generate"
prompt = "Make JSON of: {content} using {schema} and {json} but {not} {\\"k\\": 1}"
[[narrative]]
name = "as_json"
description = "format"
toc = ["first", "to_json"]
skip_content_generation = true
[narrative.context]
schema = "{ title: string }"
content = "{previous_output}"
[narrative.output]
target_table = "docs"
mode = "inference"
`,
    asks: ['first: First.', 'to_json: Make JSON of: using { title: string } and <first> but {not} {"k": 1}'],
  },
  {
    title: '24.4 two narratives, one runs the other',
    toml: `[act.a]
prompt = "First {x}."
[act.call]
narrative = "two"
[act.b]
prompt = "Second {previous_output}."
[[narrative]]
name = "one"
toc = ["a", "call"]
skip_content_generation = true
[narrative.context]
x = "X"
[[narrative]]
name = "two"
toc = ["b"]
skip_content_generation = true
`,
    narrative: 'one',
    asks: ['a: First X.', 'b: Second <a>.'],
  },
  {
    title: '24.5 all at once',
    toml: `[narratives.one]
target_table = "t"
skip_content_generation = true
[narratives.one.toc] # order
order = ["a", "go"]
[narratives.two]
skip_content_generation = true
toc = { order = ["b"] }
[acts.a]
prompt = "A."
[acts.a.config]
model = "gpt-4"
temperature = 1
[acts.b]
prompt = "B."
[acts.go]
narrative = "two"
`,
    narrative: 'one',
    asks: ['a: A.', 'b: B.'],
  },
  {
    title: 'group with a table and a bot',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", ["b", "c"], "d"]
parallel = 1
[tables.t]
table_name = "posts"
columns = ["title"]
[acts]
a = "A."
b = ["tables.t", "B {{a}}."]
c = "C {{previous}}."
d = "D {{b}} {{c}} {{t}}."
`,
    posts: [{ title: 'One' }],
    asks: ['a: A.', 'b: [ { "title": "One" } ] B <a>.', 'c: C <a>.', 'd: D <b> <c> [ { "title": "One" } ].'],
  },
  {
    title: 'vars, when, stop',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b", "c"]
vars = { who = "you", n = { default = "2" } }
[acts.a]
prompt = "Hi {{who}} {{n}}."
stop = "END"
seed = 7
top_p = 0.5
system = "Be {{who}}."
[acts.b]
prompt = "Only if."
when = "a == 'no'"
[acts.c]
prompt = "See {{b}} {% if b %}x{% else %}y{% endif %}"
`,
    inputs: { who: 'me' },
    asks: ['a: Hi me 2.', 'c: See {{b}} y'],
  },
  {
    title: 'extract early, skip last',
    toml: `[narrative]
name = "n"
toc = ["a", "b"]
[acts.a]
prompt = "Rows as JSON."
extract_output = true
[acts.b]
prompt = "Now prose."
skip_content_generation = true
`,
    answers: { a: '[{"k": 1, "s": "x"}, {"k": 2, "t": true}]' },
    stores: { n: 2 },
    asks: ['a: Rows as JSON.', 'b: Now prose.'],
  },
  {
    title: 'a name that is no table name',
    toml: `[narrative]
name = "2 Fast & Furious!"
toc = ["a"]
[acts]
a = "JSON"
`,
    answers: { a: '{"k": 1}' },
    stores: { t_2_fast_furious: 1 },
    asks: ['a: JSON'],
  },
  {
    title: 'security beside everything',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
processors = ["content"]
[security.policy]
allowed_commands = ["messages.send"]
[security.constraints]
guild_id = "\${GUILD_ID}"
[acts]
a = "One."
`,
    asks: ['a: One.'],
  },
  {
    title: 'act names like keywords',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["previous", "state", "env", "prev", "true", "1"]
[acts]
previous = "P."
state = "S {{previous}}."
env = "E {{state}}."
prev = "V {{env}}."
true = "T {{prev}}."
1 = "N {{true}}."
`,
    asks: [
      'previous: P.',
      'state: S <previous>.',
      'env: E <state>.',
      'prev: V <env>.',
      'true: T <prev>.',
      '1: N <true>.',
    ],
  },
  {
    title: 'media by every source',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
[media.m]
base64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
mime = "image/png"
[acts]
a = ["media.m", "See."]
b = [{ type = "document", base64 = "aGk=", mime = "text/plain", filename = "x.txt" }, "Read."]
`,
    asks: ['a: <image image/png> See.', 'b: <document text/plain> Read.'],
  },
  {
    title: 'file input',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[[acts.a.input]]
type = "text"
file = "data/B.md"
[[acts.a.input]]
content = "Use {{file}}."
`,
    files: {
      'data/B.md': `Data {{a}} \${X}`,
    },
    asks: [`a: Data {{a}} \${X} Use {{file}}.`],
  },
  {
    title: '24.3 step context inline in headers',
    toml: `[metadata]
name = "q"
[[steps]]
context = { role = "system", content = "Be short." } # s
[[steps]] # two
# about it
context = { role = "user", content = "Ask." }
[[steps]]
processor = "bot"
command = "messages.send"
args = { channel_id = "7", content = "\${steps[1].result.text}" }
`,
    asks: ['step_1: Ask.'],
    does: ['messages.send {"channel_id":"7","content":"<step_1>"}'],
  },
  {
    title: '24.3 two systems and settings',
    toml: `[metadata]
name = "q"
[[steps]]
[steps.context]
role = "system"
content = "Be short."
[[steps]]
model = "gpt-4"
temperature = 0.1
[steps.context]
role = "user"
content = "Ask."
[[steps]]
[steps.context]
role = "system"
content = "Be long."
[[steps]]
[steps.context]
role = "user"
content = "Tell {{step_1}}."
`,
    asks: ['step_1: Ask.', 'step_3: Tell <step_1>.'],
  },
  {
    title: '24.3 with CRLF, BOM',
    bom: true,
    crlf: true,
    toml: `# top
[metadata]
name = "q"
# one
[[steps]]
[steps.context]
role = "user"
content = """
Ask
long."""
`,
    asks: ['step_0: Ask long.'],
  },
  {
    title: '24.4 inline',
    toml: `narrative = [ # all
  { name = "x", toc = ["a"], skip_content_generation = true, context = { y = "Y" } }, # x
]
[act.a]
prompt = "Say {y}."
`,
    asks: ['a: Say Y.'],
  },
  {
    title: '24.4 inline context in header',
    toml: `[[narrative]]
name = "x"
toc = ["a"]
skip_content_generation = true
context = { y = "Y" } # c
output = { target_table = "t", mode = "inference" }
[act.a]
prompt = "Say {y}."
`,
    asks: ['a: Say Y.'],
  },
  {
    title: '24.1 sub tables, carousels, dotted',
    toml: `[narrative]
name = "n"
skip_content_generation = true
[[acts]]
name = "a"
prompt = "One."
config.model = "gpt-4"
[acts.carousel]
iterations = 2
[[acts]]
name = "my act"
[[acts.inputs]]
type = "bot_command"
platform = "discord"
command = "channels.list"
[acts.inputs.args]
guild_id = "1"
[[acts.inputs]]
text = "Two."
[[acts]]
name = "a"
prompt = "Three {{a}}."
`,
    asks: [
      'a: One.',
      'a: One.',
      'my act: [ { "id": "#", "name": "general", "type": "text", "position": 0, "topic": null, "nsfw": false, "parent_id": null } ] Two.',
      'a_2: Three <a> <a>.',
    ],
    does: ['channels.list {"guild_id":"1"}'],
  },
  {
    title: '24.1 an act that runs a narrative',
    toml: `[narratives.l]
narrative = "sub"
[narrative]
name = "n"
skip_content_generation = true
[[acts]]
name = "a"
inputs = ["narratives.l", "Go."]
[[acts]]
name = "b"
inputs = ["One text"]
`,
    files: {
      'sub.toml': `[narrative]
name = "sub"
skip_content_generation = true
toc = ["x"]
[acts]
x = "Sub."
`,
    },
    asks: ['x: Sub.', 'a: <x> Go.', 'b: One text'],
  },
  {
    title: '24.1 multi line inline table',
    toml: `acts = [
  {
    # named
    name = "a", # why
    inputs = [
      "One.", # first
    ],
  },
]
[narrative]
name = "n"
skip_content_generation = true
`,
    asks: ['a: One.'],
  },
  {
    title: '24.1 inline at the end of the root, root keys behind',
    toml: `acts = [
  { name = "a", prompt = "One." }, # x
]
toc = ["a", "a"]
# speaks of the narrative
[narrative]
name = "n"
skip_content_generation = true
`,
    asks: ['a: One.', 'a: One.'],
  },
  {
    title: '24.2 inline metadata',
    toml: `metadata = { name = "m", description = "d" } # meta
acts = { a = "One." }
toc = ["a"]
`,
    asks: ['a: One.'],
  },
  {
    title: '24.2 metadata at the end',
    toml: `[[acts]]
name = "a"
prompt = "One."
# about
[metadata]
name = "m" # n
skip_content_generation = true
`,
    asks: ['a: One.'],
  },
  {
    title: '24.5 with a link',
    toml: `[narratives.one]
target_table = "t"
skip_content_generation = true
[narratives.one.toc]
order = ["a"]
[narratives.far]
narrative = "sub"
[acts]
a = ["narratives.far", "One."]
`,
    narrative: 'one',
    files: {
      'sub.toml': `[narrative]
name = "sub"
skip_content_generation = true
toc = ["x"]
[acts]
x = "Sub."
`,
    },
    asks: ['x: Sub.', 'a: <x> One.'],
  },
  {
    title: 'narrative as a string in toc with groups in order',
    toml: `[toc]
order = ["a", ["b", "c"]]
[narrative]
name = "n"
skip_content_generation = true
[acts]
a = "A"
b = "B"
c = "C"
`,
    asks: ['a: A', 'b: B', 'c: C'],
  },
  {
    title: 'dates and numbers as arguments',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[acts]
a = "bots.b"
[bots.b]
platform = "discord"
command = "events.create"
guild_id = 123
name = "x"
start_time = 2026-01-01T10:00:00Z
end_time = 2026-01-02T10:00:00Z
`,
    asks: [],
    does: [
      'events.create {"guild_id":123,"name":"x","start_time":"2026-01-01T10:00:00Z","end_time":"2026-01-02T10:00:00Z"}',
    ],
  },
  {
    title: 'big integer as id',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[acts]
a = "bots.b"
[bots.b]
platform = "discord"
command = "messages.send"
channel_id = 1234567890123456789
content = "x"
`,
    asks: [],
    does: ['messages.send {"channel_id":"#","content":"x"}'],
  },
  {
    title: 'budget, security, template, context rows',
    toml: `[narrative]
name = "g"
template = "discord_roles"
toc = { order = ["a", "b"], budget = { rpm_multiplier = 1 } }
[acts]
a = ["Invent one role.", "Second text."]
b = "Give it as one JSON object with required fields."
`,
    answers: { b: '{"id": 1, "guild_id": 2, "name": "x", "color": 1, "position": 1, "permissions": 0}' },
    stores: { g: 1 },
    asks: [
      'a: You make content for Discord, a platform for community chat. Each object you write describes one row of the table discord_roles. Required fields: - id (64-bit integer as a string): 18-digit Discord snowflake of the role - guild_id (64-bit integer as a string): 18-digit Discord snowflake of the guild - name (text, at most 100 characters): title of the role - position (integer) - permissions (64-bit integer as a string): permission bits Optional fields: - color (integer, optional): colour as an integer, default 0 - hoist (boolean, optional): default false - icon (text, at most 255 characters, optional): 32-character hex hash, or null - unicode_emoji (text, at most 100 characters, optional) - managed (boolean, optional): default false - mentionable (boolean, optional): default false - tags (JSON, optional) - created_at (timestamp (ISO 8601), optional): when the record was made - updated_at (timestamp (ISO 8601), optional): when the record was last changed Invent one role. Critical output rules: 1. Answer with JSON only: one object, or an array of objects when several are asked for. 2. No Markdown fence, no comment, no sentence before or after it. 3. Use the field names exactly as they are written above, in double quotes. 4. Leave out an optional field, or set it to null, when there is nothing to say. Second text.',
      'b: Give it as one JSON object with required fields.',
    ],
  },
  {
    title: 'retention of a repeated act',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "a", "b"]
[acts.a]
prompt = "P."
[[acts.a.input]]
type = "table"
table_name = "posts"
columns = ["title"]
history_retention = "summary"
[acts]
b = "B."
`,
    posts: [{ title: 'One' }],
    asks: ['a: [ { "title": "One" } ] P.', 'a: [ { "title": "One" } ] P.', 'b: B.'],
  },
  {
    title: 'act carousel in a narrative carousel with retention',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
carousel = 2
[acts.a]
carousel = 2
[[acts.a.input]]
type = "table"
table_name = "posts"
columns = ["title"]
history_retention = "drop"
[[acts.a.input]]
text = "Again {{a}}"
[acts]
b = "End {{a}}."
`,
    posts: [{ title: 'One' }],
    asks: [
      'a: [ { "title": "One" } ] Again {{a}}',
      'a: [ { "title": "One" } ] Again <a>',
      'b: End <a> <a>.',
      'a: [ { "title": "One" } ] Again {{a}}',
      'a: [ { "title": "One" } ] Again <a>',
      'b: End <a> <a>.',
    ],
  },
  {
    title: 'deep includes',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a"]
[acts]
a = ["narrative:d1", "Top."]
`,
    files: {
      'd1.toml': `[narrative]
name = "d1"
skip_content_generation = true
toc = ["x"]
[acts]
x = ["narrative:d2", "At 1."]
`,
      'd2.toml': `[narrative]
name = "d2"
skip_content_generation = true
toc = ["x"]
[acts]
x = ["narrative:d3", "At 2."]
`,
      'd3.toml': `[narrative]
name = "d3"
skip_content_generation = true
toc = ["x"]
[acts]
x = ["narrative:d4", "At 3."]
`,
      'd4.toml': `[narrative]
name = "d4"
skip_content_generation = true
toc = ["x"]
[acts]
x = ["narrative:d5", "At 4."]
`,
      'd5.toml': `[narrative]
name = "d5"
skip_content_generation = true
toc = ["x"]
[acts]
x = ["narrative:d6", "At 5."]
`,
      'd6.toml': `[narrative]
name = "d6"
skip_content_generation = true
toc = ["x"]
[acts]
x = ["narrative:d7", "At 6."]
`,
      'd7.toml': `[narrative]
name = "d7"
skip_content_generation = true
toc = ["x"]
[acts]
x = "Deepest."
`,
    },
    asks: [
      'x: Deepest.',
      'x: <x> At 6.',
      'x: <x> At 5.',
      'x: <x> At 4.',
      'x: <x> At 3.',
      'x: <x> At 2.',
      'x: <x> At 1.',
      'a: <x> Top.',
    ],
  },
  {
    title: 'empty answers and JSON path in if',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b"]
[acts]
a = "J."
b = "{% if a.ok %}ok {{a.n}}{% else %}not{% endif %} {% if a.none %}n{% else %}none{% endif %} {% if a.list %}l{% else %}empty{% endif %}"
`,
    answers: { a: '{"ok": true, "n": 0, "list": []}' },
    asks: ['a: J.', 'b: ok 0 none empty'],
  },
  {
    title: 'composition first, then text',
    toml: `[narrative.main]
skip_content_generation = true
toc = ["go", "go2", "end"]
[narrative.sub]
skip_content_generation = true
toc = ["s"]
[acts]
s = "Sub."
end = "End."
[acts.go]
narrative = "sub"
[acts.go2]
narrative = "sub"
`,
    narrative: 'main',
    asks: ['s: Sub.', 's: Sub.', 'end: End.'],
  },
  {
    title: 'when and vars',
    toml: `[narrative]
name = "n"
skip_content_generation = true
toc = ["a", "b", "c"]
vars = { who = "you", n = 2 }
[acts.a]
prompt = "Hi {{who}} {{n}}."
stop = "END"
seed = 7
top_p = 0.5
system = "Be {{who}}."
[acts.b]
prompt = "Only if."
when = "a == 'no'"
[acts.c]
prompt = "See {{b}} {% if b %}x{% else %}y{% endif %}"
`,
    inputs: { who: 'me' },
    asks: ['a: Hi me 2.', 'c: See {{b}} y'],
  },
]
