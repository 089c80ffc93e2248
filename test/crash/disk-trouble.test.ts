// A disk or a lock that does not let the server write at all, for as long as the server lives: it says so and stays up,
// and once that has passed the work gets done as if nothing had been.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import { until } from '../end-to-end/project.ts'
import { cannotFail } from './failing-disk.ts'
import { startModelDouble } from './model-double.ts'
import { makePipelineProject, type PipelineProject, PLAIN } from './pipeline-project.ts'
import { isDone, verify } from './scenario.ts'

const CLI = resolve(import.meta.dirname, '../../bin/cli.ts')

async function status(project: PipelineProject) {
  const child = spawn(process.execPath, [CLI, 'status', '--exit-status', '--json'], { cwd: project.folder })
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { code: code as number, ...JSON.parse(stdout) }
}

/** How the server is started; undefined: another process holds the lock. */
type Trouble = Parameters<PipelineProject['serve']>[0]

function lock({ database }: PipelineProject): Disposable {
  const connection = new Database(database, { timeout: 20_000 })
  connection.exec('begin immediate')
  return { [Symbol.dispose]: () => void connection.close() }
}

// The first calls make the tables; what fails comes within the first run.
test.for<[title: string, code: string, trouble: Trouble]>([
  ['a disk that flushes nothing', 'store-io', { disk: { calls: ['fsync', 'fdatasync'], error: 'EIO', first: 40 } }],
  ['a disk without room', 'store-full', { disk: { calls: ['pwrite64'], error: 'ENOSPC', first: 250 } }],
  ['a lock that another process never lets go of', 'store-busy', undefined],
])(
  '%s is told, and nothing is lost, paid or posted twice',
  { timeout: 60_000 },
  async ([, code, trouble], { skip }) => {
    const reason = trouble && cannotFail()
    skip(reason !== undefined, reason)
    await using model = await startModelDouble()
    await using discord = await startDiscordDouble({ guilds: ['crash'] })
    const env = {
      OPENAI_API_KEY: 'key-of-the-double',
      OPENAI_BASE_URL: model.url,
      DISCORD_TOKEN: 'token-of-the-double',
      DISCORD_API_URL: discord.url,
      DISCORD_GUILD_ID: discord.guildId,
    }
    await using project = makePipelineProject(env, PLAIN)
    const server = project.serve(trouble)
    await until(
      () => server.output().includes('ready in'),
      20_000,
      () => server.output(),
    )
    using held = trouble === undefined ? lock(project) : undefined
    await until(
      () => server.output().includes(`"${code}"`),
      20_000,
      () => server.output(),
    )
    const seen = await status(project)
    expect(seen).toMatchObject({ code: 1, running: true, database: { code, fix: expect.any(String) } })
    expect(seen.worries[0]).toContain(project.database)
    expect(seen.bots).toHaveLength(3)
    await server.kill('SIGKILL')
    held?.[Symbol.dispose]()

    const healed = project.serve()
    onTestFinished(() => void healed.process.kill('SIGKILL'))
    await until(
      () => isDone(project),
      30_000,
      () => healed.output(),
    )
    await healed.kill('SIGTERM')
    const posts = discord.messages('crash').map(({ content }) => String(content))
    expect(verify(project, { kind: PLAIN, model, posts, kills: 1, lostAnswers: 0 })).toEqual([])
  },
)
