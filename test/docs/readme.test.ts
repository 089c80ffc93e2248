// README: every command in it is run. What installs or tests the project itself is run on a fresh clone (.ci/fresh-clone).

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import { makeProject } from '../end-to-end/project.ts'
import { startProviderServer } from '../models/provider-server.ts'
import { startOtlpReceiver } from '../telemetry/otlp-receiver.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const CLONE = readFileSync(join(ROOT, '.ci/fresh-clone'), 'utf8')

const blocks = (language: string) =>
  [...README.matchAll(/^( *)```(\w+)\n(.*?)^\1```/gms)].flatMap(([, indent = '', kind, text = '']) =>
    kind === language ? [text.replaceAll(new RegExp(`^${indent}`, 'gm'), '')] : [],
  )
const commands = blocks('sh').flatMap((block) => block.trim().split('\n'))

const project = makeProject()
const close = new AsyncDisposableStack()
const port = 20_000 + (process.pid % 20_000)
let env: Record<string, string> = {}

beforeAll(async () => {
  const answer = '[{"slogan":"Rise and shine","mood":"warm","words":3}]'
  const provider = close.use(await startProviderServer(answer))
  const discord = close.use(await startDiscordDouble())
  const traces = close.use(await startOtlpReceiver())
  env = {
    GEMINI_API_KEY: 'a-key-for-the-double',
    GEMINI_BASE_URL: provider.urls.gemini,
    DISCORD_TOKEN: 'a-token-for-the-double',
    DISCORD_API_URL: discord.url,
    DISCORD_GUILD_ID: discord.guildId,
    BOTTICELLI_METRICS_PORT: String(port),
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
  }
  const [hello = '', config = ''] = blocks('toml')
  project.write('hello.toml', hello)
  project.write('botticelli.toml', config)
  mkdirSync(join(project.folder, 'narratives'))
  cpSync(join(ROOT, 'narratives/library'), join(project.folder, 'narratives/library'), { recursive: true })
  symlinkSync(join(ROOT, 'bin'), join(project.folder, 'bin'))
})

afterAll(async () => {
  project[Symbol.dispose]()
  await close.disposeAsync()
})

test('there are commands in it', () => {
  expect(commands.length).toBeGreaterThan(10)
})

// In the order of the page: a command may need what one before it has made.
describe('command', { shuffle: false }, () => {
  test.for(commands)('%s', async (line) => {
    if (line.startsWith('npm ')) {
      expect(CLONE.split('\n').map((each) => each.trim())).toContain(line)
      return
    }
    const words = line.replace(/^\w+=\S+ /, '').split(' ')
    if (line.includes('9464') || line.includes(' actors ')) {
      const server = project.start(['serve'], env)
      await server.says('ready in')
      expect(await seen(words)).toMatch(/botticelli_bot_|curator/)
      expect((await server.kill('SIGTERM')).code).toBe(0)
      return
    }
    expect(words[0]).toBe('bin/botticelli')
    const args = words.slice(1)
    if (args[0] === 'serve') {
      const server = project.start(args, env)
      await server.says('ready in')
      expect((await server.kill('SIGTERM')).code).toBe(0)
      return
    }
    const { code, stderr } = await project.botticelli(args, env)
    expect({ code, stderr }).toMatchObject({ code: 0 })
  })
})

/** What a command shows of the server that runs. */
async function seen([program = '', ...args]: readonly string[]): Promise<string> {
  if (program !== 'curl') return (await project.botticelli(args, env)).stdout
  return execFileSync(
    'curl',
    args.map((word) => word.replace('9464', String(port))),
    { encoding: 'utf8' },
  )
}
