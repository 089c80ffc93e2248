// One item's story, as `executions trace` tells it: three bots, a person, and a server that was killed in the middle.

import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pipelineProject } from '../../bin/demo/pipeline-project.ts'
import { type DiscordDouble, startDiscordDouble } from '../../platforms/discord-double.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../telemetry/otlp-receiver.ts'
import { makeProject, type Project, until } from './project.ts'

const ROOT = join(import.meta.dirname, '../..')
const LIBRARY = join(ROOT, 'narratives/library')
const HANGS = '[[reply]]\nwhen = { narrative = "feature", act = "refine" }\nfault = "hang"\n'
/** The first post, as the curator has chosen it. */
const POST = 'approved_discord_posts/1'

let project: Project
let discord: DiscordDouble
let receiver: OtlpReceiver

/** The writer is killed while a model keeps it waiting; what a person decides is what the poster waits for. */
beforeAll(async () => {
  discord = await startDiscordDouble()
  receiver = await startOtlpReceiver()
  project = makeProject()
  mkdirSync(join(project.folder, 'narratives'))
  for (const name of readdirSync(LIBRARY).filter((name) => /\.(toml|md)$/.test(name))) {
    copyFileSync(join(LIBRARY, name), join(project.folder, 'narratives', name))
  }
  project.write('script.toml', HANGS)
  project.write(
    'botticelli.toml',
    pipelineProject({ discordUrl: discord.url, writes: 'feature', telemetry: 'metrics = false\nlog_format = "json"' }),
  )
  const environment = {
    DISCORD_TOKEN: 'a-token-for-the-double',
    DISCORD_GUILD_ID: discord.guildId,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    LOG_LEVEL: 'debug',
  }
  const first = project.start(['serve'], environment)
  // Before the question is asked, what came before it may not be on the disk.
  await until(() => /"llm\.request".*"act":"refine"/.test(first.output()), 60_000, first.output)
  await first.kill('SIGKILL')

  project.write('script.toml', '')
  const second = project.start(['serve'], environment)
  await second.says('"event":"content.curated"', 60_000)
  await until(
    () => project.look(({ content }) => content.find({ table: 'approved_discord_posts', id: 1 })) !== undefined,
    10_000,
    second.output,
  )
  await project.botticelli(['content', 'reject', POST, '--note', 'not on a Friday'], environment)
  await project.botticelli(['content', 'approve', POST, '--note', 'Monday is fine'], environment)
  await second.says('"event":"bot.run_completed","target":"bot","bot":"poster"', 30_000)
  expect((await second.kill('SIGTERM')).code).toBe(0)
}, 120_000)

afterAll(async () => {
  project[Symbol.dispose]()
  await receiver.close()
  await discord[Symbol.asyncDispose]()
})

const trace = async (...flags: string[]) => project.botticelli(['executions', 'trace', ...flags])

describe('executions trace', () => {
  test('tells it as the README shows it, in 80 columns', async () => {
    const { code, stdout, stderr } = await trace(POST)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    const [, shown = ''] =
      /\$ bin\/botticelli executions trace approved_discord_posts\/1\n(.*?)\n *```/s.exec(README) ?? []
    expect(plain(stdout)).toBe(plain(shown.replaceAll(/^ {2}/gm, '')))
  })

  test('is one trace over three bots, a restart and two processes, and in the spans the same one', async () => {
    const { nodes, traceId } = JSON.parse((await trace(POST, '--json')).stdout)
    expect(traceId).toMatch(/^[\da-f]{32}$/)
    expect(nodes.map((node: { bot?: string; type?: string }) => node.bot ?? node.type)).toEqual([
      'writer',
      'server.started',
      'curator',
      'content.rejected',
      'content.approved',
      'poster',
    ])
    const names = receiver.spans(traceId).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['invoke_workflow feature', 'discord messages.send']))
    const ofTrace = JSON.parse((await trace(traceId, '--json')).stdout)
    expect(ofTrace.nodes).toEqual(nodes)
  })

  test('tells of no act twice: what was done before the kill was not done again', async () => {
    const events = project.look((store) => store.events.list({ type: 'model.answered', limit: 1_000 }))
    const asked = events.map(({ executionId, key }) => `${executionId} ${key}`)
    expect(new Set(asked).size).toBe(asked.length)
    expect(discord.messages('botticelli')).toHaveLength(1)
  })

  test('of an execution shows what is in it', async () => {
    const [run] = project.look((store) => store.executions.list({ bot: 'curator' }))
    const { stdout } = await trace(run!.id)
    expect(stdout).toContain('curator: curate')
    expect(stdout).toContain(`now ${POST}`)
    expect(stdout).not.toContain('poster')
  })

  test('of nothing says so', async () => {
    for (const id of ['potential_discord_posts/99', '0'.repeat(32), 'nothing']) {
      const { code, stderr } = await trace(id)
      expect(code).toBe(4)
      expect(stderr).toMatch(/^error/)
    }
  })
})

const README = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** Without what differs from run to run. */
function plain(text: string): string {
  return text
    .replaceAll(/\d\d\d\d-\d\d-\d\dT[\d:.]+Z/g, 'T')
    .replaceAll(/\d\d:\d\d:\d\d/g, 'T')
    .replaceAll(/[\da-f]{32}|(?<=trace )[\da-f]{8}(?=…)/g, 'TRACE')
    .replaceAll(/[\d,]+ → [\d,]+ tokens/g, 'TOKENS')
    .replaceAll(/\d+ min \d+ s|[\d.]+ m?s\b/g, 'TIME')
    .replaceAll(/\d+ events/g, 'EVENTS')
    .replaceAll(/version [^,]+, process \d+/g, 'PROCESS')
    .replaceAll(/\w+ (?=(?:approved|rejected) \w+\/\d)/g, 'PERSON ')
    .trim()
}
