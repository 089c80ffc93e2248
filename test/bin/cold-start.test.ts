// Cold start: what commands load. Each module costs a third of a millisecond and Node's HTTP forty, and nobody sees in a
// file that what it imports is dear; times differ from machine to machine, lists do not.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import { makeProject } from '../end-to-end/project.ts'

const HTTP = /^node:(?:http|https|http2|tls|net)$/

const NARRATIVE = `
[narrative]
name = "say"
skip_content_generation = true
[toc]
order = ["a"]
[acts]
a = "Hello"
`

const WITH_DISCORD = `${NARRATIVE}
[bots.look]
platform = "discord"
command = "channels.list"
guild_id = "\${DISCORD_GUILD_ID}"
`.replace('"Hello"', '"bots.look"')

describe('a run of an offline narrative', () => {
  let loaded: readonly string[]
  let asked: readonly string[]
  beforeAll(async () => {
    ;({ loaded, asked } = await loadedBy(NARRATIVE))
  }, 60_000)

  test('is seen whole', () => {
    expect(loaded).toEqual(
      expect.arrayContaining(['bin/commands/run.ts', 'actors/execution.ts', 'store/open-store.ts']),
    )
  })

  test('does not ask the disk where our own files are', () => {
    expect(asked).toEqual([])
  })

  // Raise it for what every run needs, and look first whether it does.
  test('opens 410 files at most', () => {
    expect(loaded.filter((url) => !url.startsWith('node:')).length).toBeLessThanOrEqual(410)
  })

  test.for<[what: string, pattern: RegExp]>([
    ['HTTP', HTTP],
    ['child processes', /^node:child_process$/],
    ['telemetry that is off', /@opentelemetry\/|node_modules\/(?:pino|sonic-boom)\//],
    ['exporters and servers', /^telemetry\/(?:tracing|metrics|metrics-server|otlp-\w+|sentry)\.ts$/],
    ['SDKs of providers', /node_modules\/(?:ai|@ai-sdk|zod|@pydantic)\//],
    ['the SDK of Discord', /node_modules\/@?discord/],
    ['the console, but for who asks', /^console\/(?!operator\.ts$)|node_modules\/ws\//],
    ['reading of media', /node_modules\/(?:file-type|strtok3)\/|^media\/fetch-url\.ts$/],
    [
      'a server',
      /^botticelli\.ts$|^server\/(?:measuring|pages|watching)\.ts$|^actors\/(?:bot|roster|scheduler|watch|upkeep|server-\w+)\.ts$/,
    ],
    ['what only mistakes need', /node_modules\/(?:toml-eslint-parser|eslint-visitor-keys|jsonrepair)\/|^node:readline/],
    ['schedules', /node_modules\/croner\//],
    ['another command', /^bin\/commands\/(?!run\.ts)|^bin\/rehearsal\.ts$/],
    ['help', /^bin\/(?:help|topics)\.ts$/],
  ])('loads nothing of %s', ([, pattern]) => {
    expect(loaded.filter((url) => pattern.test(url))).toEqual([])
  })
})

test('a run that asks Discord loads no HTTP client beside fetch', async () => {
  await using discord = await startDiscordDouble()
  const environment = { DISCORD_TOKEN: 'x', DISCORD_API_URL: discord.url, DISCORD_GUILD_ID: discord.guildId }
  const { loaded } = await loadedBy(WITH_DISCORD, environment)
  expect(loaded.some((url) => url.includes('@discordjs/rest/'))).toBe(true)
  expect(loaded.filter((url) => HTTP.test(url) || url.includes('node_modules/undici/'))).toEqual([])
}, 60_000)

interface Loading {
  /** Our files by their path, packages by their URL, of Node's own modules those that somebody asked for. */
  readonly loaded: readonly string[]
  /** Our files that Node was asked to find. */
  readonly asked: readonly string[]
}

/** What \`run\` loads. */
async function loadedBy(narrative: string, environment: Record<string, string> = {}): Promise<Loading> {
  using project = makeProject()
  project.write('botticelli.toml', '[models]\ndefault = "scripted"\n')
  project.write('say.toml', narrative)
  const list = join(project.folder, 'loaded.json')
  const hook = project.write(
    'hook.mjs',
    `import { registerHooks } from 'node:module'
import { writeFileSync } from 'node:fs'
const loaded = new Set()
const asked = []
registerHooks({
  resolve(specifier, context, next) {
    if (/^\\.\\.?\\/.*\\.ts$/.test(specifier)) asked.push(specifier)
    return next(specifier, context)
  },
  load(url, context, next) {
    loaded.add(url)
    return next(url, context)
  },
})
process.on('exit', () => writeFileSync(${JSON.stringify(list)}, JSON.stringify({ loaded: [...loaded], asked })))`,
  )
  const { code, stderr } = await project.botticelli(['run', 'say.toml'], {
    ...environment,
    NODE_OPTIONS: `--import ${pathToFileURL(hook)}`,
  })
  if (code !== 0) throw new Error(stderr)
  const root = `${pathToFileURL(resolve(import.meta.dirname, '../..')).href}/`
  const { loaded, asked } = JSON.parse(readFileSync(list, 'utf8')) as Loading
  return { loaded: loaded.map((url) => url.replace(root, '')), asked }
}
