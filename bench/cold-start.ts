// Cold start: what a person waits for. Real processes of the command line, from their start to their end.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from '../build.ts'
import { startDiscordDouble } from '../platforms/discord-double.ts'
import { openStore } from '../store/open-store.ts'
import { median } from './median.ts'
import { THREE_STEPS } from './pipeline-engine.ts'

export interface ColdStart {
  /** A process of Node that does nothing, in ms. */
  readonly nodeMs: number
  readonly checkout: Starts
  /** The same from the files of `npm run build`. */
  readonly package: Starts
}

interface Starts {
  /** `botticelli run` of one item of three steps, with the scripted model, from nothing to its end. */
  readonly runMs: number
  /** `botticelli run --resume` of a run that was killed in its last step, to its end. */
  readonly resumeMs: number
  /** Calls of the model that the resumed run made. */
  readonly callsWhenResumed: number
}

/** Medians of so many rounds, in which all take turns; one more before them fills the compile cache. */
export async function measureColdStart(rounds: number): Promise<ColdStart> {
  using built = await buildPackage()
  const found: ColdStart[] = []
  for (let round = 0; round <= rounds; round++) {
    found.push({ nodeMs: await nothing(), checkout: await oneRound(CHECKOUT), package: await oneRound(built.launcher) })
  }
  found.shift()
  return {
    nodeMs: median(found.map(({ nodeMs }) => nodeMs)),
    checkout: medians(found.map(({ checkout }) => checkout)),
    package: medians(found.map((each) => each.package)),
  }
}

function medians(starts: readonly Starts[]): Starts {
  return {
    runMs: median(starts.map(({ runMs }) => runMs)),
    resumeMs: median(starts.map(({ resumeMs }) => resumeMs)),
    callsWhenResumed: Math.max(...starts.map(({ callsWhenResumed }) => callsWhenResumed)),
  }
}

const ROOT = resolve(import.meta.dirname, '..')
const CHECKOUT = join(ROOT, 'bin/botticelli')

/** Beside the packages of the checkout, as `npm install` would put it. */
async function buildPackage(): Promise<Disposable & { readonly launcher: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-package-'))
  await build(join(folder, 'dist'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return {
    launcher: join(folder, 'dist/bin/botticelli'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function nothing(): Promise<number> {
  return timed(() => spawn(process.execPath, ['-e', ''], { stdio: 'ignore' }))
}

/** The last step asks a platform, where the run is killed while it waits for the answer. */
const FOUR_STEPS = `${THREE_STEPS.replace('"three"]', '"three", "look"]')}
look = "bots.look"

[bots.look]
platform = "discord"
command = "channels.list"
guild_id = "\${DISCORD_GUILD_ID}"
`

async function oneRound(launcher: string): Promise<Starts> {
  let asked = () => {}
  await using discord = await startDiscordDouble({ onRequest: () => asked() })
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-cold-'))
  const environment = { DISCORD_TOKEN: 'x', DISCORD_API_URL: discord.url, DISCORD_GUILD_ID: discord.guildId }
  const start = (...args: string[]) =>
    spawn(process.execPath, [launcher, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
      stdio: 'ignore',
    })
  writeFileSync(join(folder, 'botticelli.toml'), '[models]\ndefault = "scripted"\n')
  writeFileSync(join(folder, 'three.toml'), THREE_STEPS)
  writeFileSync(join(folder, 'four.toml'), FOUR_STEPS)
  try {
    const runMs = await timed(() => start('run', 'three.toml'))
    const killed = start('run', 'four.toml')
    asked = () => void killed.kill('SIGKILL')
    await once(killed, 'exit')
    asked = () => {}
    const { id, calls } = lastRun(folder)
    const resumeMs = await timed(() => start('run', '--resume', id))
    return { runMs, resumeMs, callsWhenResumed: lastRun(folder).calls - calls }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

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
