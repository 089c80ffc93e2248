// narratives new: a narrative to start from, in a file of its own, with its test: a small one, or a copy of one from the
// library. Where the schema for editors lies beside it or above, the narrative names it.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { BotticelliError } from '../../errors.ts'
import { targetTable } from '../../narratives/narrative.ts'
import { nearest } from '../../narratives/nearest.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type Part, partsOf, type Shipped, shippedNarratives } from '../library.ts'

/** What docs/narratives.md says to save the output of `narratives schema` as. */
const SCHEMA_FILE = 'narrative.schema.json'

export const narrativesNew: Run = async (options, io) => {
  const file = resolve(io.cwd, `${(options.args[0] ?? '').replace(/\.toml$/, '')}.toml`)
  const [folder, stem] = [dirname(file), basename(file, '.toml')]
  const from = options.text('from')
  const parts = from === undefined ? smallParts(stem) : partsOf(findShipped(from), stem)
  const written = parts.filter(({ to, isShared }) => !isShared || !existsSync(join(folder, to)))
  for (const { to } of written) refuseExisting(join(folder, to), io)
  mkdirSync(folder, { recursive: true })
  const schema = schemaLine(folder, io)
  for (const { to, text } of written) {
    writeFileSync(join(folder, to), to === `${stem}.toml` ? schema + text : text, { flag: 'wx' })
  }
  const shown = written.map(({ to }) => join(folder, to))
  if (io.json) io.printJson({ file, narrative: from === undefined ? targetTable({ name: stem }) : stem, files: shown })
  else {
    for (const path of shown) io.print(relative(io.cwd, path))
    const words = relative(io.cwd, file)
    if (from === undefined) {
      io.remark(`Try it without paying: botticelli run ${words} --dry-run --input topic=bread`)
      io.remark(`Record its test:       botticelli narratives test ${words} --record`)
    } else io.remark(`Change it, and see what its test says: botticelli narratives test ${words}`)
  }
  return EXIT.ok
}

function findShipped(name: string): Shipped {
  const all = shippedNarratives()
  const found = all.find((each) => each.name === name.replace(/\.toml$/, ''))
  if (found !== undefined) return found
  const names = all.map((each) => each.name)
  const meant = nearest(name, names)
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
  throw new BotticelliError('not-found', `The library has no narrative "${name}".${hint}`, {
    fix: `It has ${names.join(', ')}: botticelli narratives library says what they do.`,
  })
}

function refuseExisting(path: string, io: Io): void {
  if (!existsSync(path)) return
  const message = `The file ${relative(io.cwd, path)} exists already, it was not overwritten.`
  throw new BotticelliError('file-exists', message)
}

/** Names the schema for editors that lies nearest, beside the narrative or above it in the project; empty without one. */
function schemaLine(folder: string, io: Io): string {
  for (let at = folder; ; at = dirname(at)) {
    const schema = join(at, SCHEMA_FILE)
    const path = relative(folder, schema).replaceAll('\\', '/')
    if (existsSync(schema)) return `#:schema ${path.startsWith('.') ? path : `./${path}`}\n`
    if (at === io.cwd || at === dirname(at)) return ''
  }
}

function smallParts(stem: string): readonly Pick<Part, 'to' | 'text' | 'isShared'>[] {
  const name = targetTable({ name: stem })
  return [
    { to: `${stem}.toml`, text: newNarrative(name), isShared: false },
    { to: `${stem}.test.toml`, text: newTest(stem, name), isShared: false },
  ]
}

function newNarrative(name: string): string {
  return `# What may change from run to run: botticelli run FILE --input topic=…
# All keys: docs/narratives.md

[narrative]
name = "${name}"
description = "Writes three posts about a topic."
target = "${name}"
toc = ["ideas", "posts"]

[narrative.vars]
topic = { description = "what the posts are about" }

[acts]
ideas = "Give three ideas for short posts about {{topic}}."

[acts.posts]
prompt = "Write the posts as JSON, one object for each: title, content."

[acts.posts.schema]
type = "array"
minItems = 3
maxItems = 3
items = { type = "object", required = ["title", "content"], additionalProperties = false, properties = { title = { type = "string" }, content = { type = "string" } } }
`
}

function newTest(stem: string, table: string): string {
  const words = /^[\w.-]+$/.test(stem) ? stem : `"${stem}"`
  return `# What ${stem}.toml is held to, on recorded answers: botticelli narratives test ${words}
# The first time, and after changes of a prompt: botticelli narratives test ${words} --record
# All keys: docs/narrative-tests.md

[[case]]
name = "three posts about bread"
vars.topic = "bread"

[case.expect]
ran = ["ideas", "posts"]
tokens = { at_most = 5000 }

[case.expect.tables.${table}]
count = 3

[case.expect.tables.${table}.each]
title = { length = { at_least = 1, at_most = 120 } }
content = { length = { at_least = 20 }, not_contains = ["As an AI", "TODO"] }

[[case]]
name = "without a topic nothing is asked"
expect.error = "input-missing"
expect.calls = 0
`
}
