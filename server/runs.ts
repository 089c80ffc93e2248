// Runs: narratives that somebody asks for, without a server: no bots, no schedules, and only what those runs need.

import { durableInbox } from '../actors/durable-inbox.ts'
import type { ProgressListener } from '../actors/progress.ts'
import { createRunner, type RunReport, type RunRequest } from '../actors/runner.ts'
import { supervisionLog } from '../actors/supervision-log.ts'
import type { Config } from '../config/config.ts'
import type { Store } from '../store/store.ts'
import { startSystem } from '../supervisor/index.ts'
import { type FoundationOptions, layFoundation } from './foundation.ts'

export interface Runs {
  readonly store: Store
  run(request: RunRequest): Promise<RunReport>
  /** @returns the end of listening */
  onProgress(listener: ProgressListener): () => void
  stop(): Promise<void>
}

/**
 * Opens the project for runs.
 * @throws BotticelliError when a part cannot start; nothing is left running then
 */
export async function openRuns(config: Config, options: Omit<FoundationOptions, 'bots'> = {}): Promise<Runs> {
  await using opened = new AsyncDisposableStack()
  const base = await layFoundation(() => config, options, opened)
  const { store, clock, onProgress } = base
  const services = base.employ(config)
  const runner = createRunner(services)
  const measuring = base.isMeasured ? await measure() : undefined
  const tree = { id: '', strategy: 'one_for_one', intensity: 3, periodMs: 60_000, children: [runner.spec] } as const
  const system = opened.adopt(
    await startSystem(tree, {
      inbox: durableInbox(store, clock),
      listen: [supervisionLog(NOBODY, clock), ...(measuring ? [measuring.hear] : [])],
    }),
    (each) => each.stop(),
  )
  if (measuring !== undefined) opened.defer(measuring.observe(system))

  const whole = opened.move()
  return { store, run: runner.run, onProgress, stop: () => whole.disposeAsync() }

  async function measure() {
    const measuring = await import('./measuring.ts')
    return measuring.startMeasuring(base, { config: () => config, services: () => services, roster: NOBODY }, opened)
  }
}

const NOBODY = { bots: [], schedules: [] } as const
