// narratives new: a narrative to start from, in a file of its own.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { BotticelliError } from '../../errors.ts'
import { targetTable } from '../../narratives/narrative.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const narrativesNew: Run = async (options, io) => {
  const words = options.args[0] ?? ''
  const file = resolve(io.cwd, words.endsWith('.toml') ? words : `${words}.toml`)
  const shown = relative(io.cwd, file)
  if (existsSync(file)) {
    throw new BotticelliError('file-exists', `The file ${shown} exists already, it was not overwritten.`)
  }
  mkdirSync(dirname(file), { recursive: true })
  const name = targetTable({ name: words.replace(/^.*[/\\]/, '').replace(/\.toml$/, '') })
  writeFileSync(file, newNarrative(name), { flag: 'wx' })
  if (io.json) io.printJson({ file, narrative: name })
  else {
    io.print(shown)
    io.remark(`Try it without paying: botticelli run ${shown} --dry-run --input topic=bread`)
  }
  return EXIT.ok
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
items = { type = "object", required = ["title", "content"], additionalProperties = false, properties = { title = { type = "string" }, content = { type = "string" } } }
`
}
