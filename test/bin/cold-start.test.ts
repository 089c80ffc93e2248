// Cold start: what `run` loads. Each module costs a third of a millisecond and Node's HTTP forty, and nobody sees in a
// file that what it imports is dear; times differ from machine to machine, lists do not.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeProject, type Project } from '../end-to-end/project.ts'

let project: Project
let loaded: readonly string[]

beforeAll(async () => {
  project = makeProject()
  project.write('botticelli.toml', '[models]\ndefault = "scripted"\n')
  project.write(
    'say.toml',
    '[narrative]\nname = "say"\nskip_content_generation = true\n[toc]\norder = ["a"]\n[acts]\na = "Hello"\n',
  )
  const list = join(project.folder, 'loaded.json')
  // Tells at the end what was loaded; of Node's own modules those that somebody asked for.
  const hook = project.write(
    'hook.mjs',
    `import { registerHooks } from 'node:module'
import { writeFileSync } from 'node:fs'
const seen = new Set()
registerHooks({ load(url, context, next) { seen.add(url); return next(url, context) } })
process.on('exit', () => writeFileSync(${JSON.stringify(list)}, JSON.stringify([...seen])))`,
  )
  const { code, stderr } = await project.botticelli(['run', 'say.toml'], { NODE_OPTIONS: `--import ${hook}` })
  if (code !== 0) throw new Error(stderr)
  const root = `file://${resolve(import.meta.dirname, '../..')}/`
  loaded = (JSON.parse(readFileSync(list, 'utf8')) as string[]).map((url) => url.replace(root, ''))
}, 60_000)
afterAll(() => project[Symbol.dispose]())

test('a run is seen whole', () => {
  expect(loaded).toEqual(expect.arrayContaining(['bin/commands/run.ts', 'actors/execution.ts', 'store/open-store.ts']))
})

test.for<[what: string, pattern: RegExp]>([
  ['HTTP', /^node:(?:http|https|http2|tls|net)$/],
  ['telemetry that is off', /@opentelemetry\/(?!api\/)|node_modules\/(?:pino|sonic-boom)\//],
  ['exporters and servers', /^telemetry\/(?:tracing|metrics|metrics-server|otlp-\w+|sentry)\.ts$/],
  ['SDKs of providers', /node_modules\/(?:ai|@ai-sdk|zod|@pydantic)\//],
  ['the SDK of Discord', /node_modules\/@?discord/],
  ['the console', /^console\/|node_modules\/ws\//],
  ['reading of media', /node_modules\/(?:file-type|strtok3)\/|^media\/fetch-url\.ts$/],
  ['another command', /^bin\/commands\/(?!run\.ts)|^bin\/rehearsal\.ts$/],
  ['help', /^bin\/(?:help|topics)\.ts$/],
])('a run of an offline narrative loads nothing of %s', ([, pattern]) => {
  expect(loaded.filter((url) => pattern.test(url))).toEqual([])
})
