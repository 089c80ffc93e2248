// Cold start: what a person waits for. Real processes of the command line, from their start to their end.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startDiscordDouble } from '../platforms/discord-double.ts'
import { openStore } from '../store/open-store.ts'
import { median } from './median.ts'
import { THREE_STEPS } from './pipeline-engine.ts'

export interface ColdStart {
  /** A process of Node that does nothing, in ms. */
  readonly nodeMs: number
  /** `botticelli run` of one item of three steps, with the scripted model, from nothing to its end. */
  readonly runMs: number
  /** `botticelli run --resume` of a run that was killed in its last step, to its end. */
  readonly resumeMs: number
  /** Calls of the model that the resumed run made. */
  readonly callsWhenResumed: number
}

/** Medians of so many rounds; one more before them fills the compile cache. */
export async function measureColdStart(rounds: number): Promise<ColdStart> {
  const found: ColdStart[] = []
  for (let round = 0; round <= rounds; round++) found.push(await oneRound())
  found.shift()
  const of = (figure: keyof ColdStart) => median(found.map((each) => each[figure]))
  return {
    nodeMs: of('nodeMs'),
    runMs: of('runMs'),
    resumeMs: of('resumeMs'),
    callsWhenResumed: Math.max(...found.map(({ callsWhenResumed }) => callsWhenResumed)),
  }
}

/** The last step asks a platform, where the run is killed while it waits for the answer. */
const FOUR_STEPS = `${THREE_STEPS.replace('"three"]', '"three", "look"]')}
look = "bots.look"

[bots.look]
platform = "discord"
command = "channels.list"
guild_id = "\${DISCORD_GUILD_ID}"
`

async function oneRound(): Promise<ColdStart> {
  let asked = () => {}
  await using discord = await startDiscordDouble({ onRequest: () => asked() })
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-cold-'))
  const environment = { DISCORD_TOKEN: 'x', DISCORD_API_URL: discord.url, DISCORD_GUILD_ID: discord.guildId }
  const start = (...args: string[]) =>
    spawn(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
      stdio: 'ignore',
    })
  writeFileSync(join(folder, 'botticelli.toml'), '[models]\ndefault = "scripted"\n')
  writeFileSync(join(folder, 'three.toml'), THREE_STEPS)
  writeFileSync(join(folder, 'four.toml'), FOUR_STEPS)
  try {
    const nodeMs = await timed(() => start('-e', ''))
    const runMs = await timed(() => start(CLI, 'run', 'three.toml'))
    const killed = start(CLI, 'run', 'four.toml')
    asked = () => void killed.kill('SIGKILL')
    await once(killed, 'exit')
    asked = () => {}
    const { id, calls } = lastRun(folder)
    const resumeMs = await timed(() => start(CLI, 'run', '--resume', id))
    return { nodeMs, runMs, resumeMs, callsWhenResumed: lastRun(folder).calls - calls }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const CLI = resolve(import.meta.dirname, '../bin/botticelli')

async function timed(start: () => ChildProcess): Promise<number> {
  const startedAt = performance.now()
  const [code] = await once(start(), 'exit')
  if (code !== 0) throw new Error(`A process of the benchmark ended with ${code}.`)
  return performance.now() - startedAt
}

function lastRun(folder: string): { readonly id: string; readonly calls: number } {
  using store = openStore(join(folder, '.botticelli', 'botticelli.db'))
  return { id: store.executions.list({ limit: 1 })[0]!.id, calls: store.ledger.totals().calls }
}
