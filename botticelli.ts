// Botticelli: the composition root. The whole actor tree is here, and every adapter is known here alone.

import { readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { ulid } from 'ulid'
import { type BotHealthBook, openHealthBook } from './actors/bot-health.ts'
import { type BotSettings, botSpec } from './actors/bot-runs.ts'
import { durableInbox } from './actors/durable-inbox.ts'
import { findFile } from './actors/find-file.ts'
import type { ProgressListener } from './actors/progress.ts'
import { recordProgress } from './actors/run-telemetry.ts'
import { createRunner, type RunReport, type RunRequest } from './actors/runner.ts'
import { schedulerSpec } from './actors/scheduler.ts'
import { type ServerStatus, serverStatus } from './actors/server-status.ts'
import type { Services } from './actors/services.ts'
import { logSupervision } from './actors/supervision-log.ts'
import type { BotConfig, Config } from './config/config.ts'
import { createModels } from './models/models.ts'
import { loadNarrative, loadNested } from './narratives/load-file.ts'
import { createDatabasePlatform } from './platforms/database.ts'
import { createDiscord } from './platforms/discord/discord.ts'
import { createPlatforms } from './platforms/platforms.ts'
import { applyPolicy } from './platforms/policy.ts'
import { filterProblem } from './store/filter/filter-problem.ts'
import { openStore } from './store/open-store.ts'
import type { Store } from './store/store.ts'
import { type ActorRecord, type ActorSystem, type ChildSpec, startSystem, systemClock } from './supervisor/index.ts'
import { type ActorMetrics, startActorMetrics } from './telemetry/actor-metrics.ts'
import { startMetricsServer } from './telemetry/metrics-server.ts'
import { startTelemetry } from './telemetry/telemetry.ts'

export interface Botticelli {
  readonly store: Store
  readonly system: ActorSystem
  /** Where Prometheus finds the metrics; undefined when they are not served. */
  readonly metricsUrl?: string
  run(request: RunRequest): Promise<RunReport>
  /** @returns the end of listening */
  onProgress(listener: ProgressListener): () => void
  status(): ServerStatus
  /** Takes no new work, gives what runs the configured time to finish, then stops. What did not finish is resumed next time. */
  stop(): Promise<void>
}

export interface OpenOptions {
  /** Start the bots and their schedules. Default false: only what is asked for runs. */
  readonly bots?: boolean
  /** Where log lines go. No log without it. */
  readonly log?: Writable
  readonly colors?: boolean
}

/**
 * Opens the project: telemetry first, then the store, then the actors.
 * @throws BotticelliError when a part cannot start; nothing is left running then
 */
export async function openBotticelli(config: Config, options: OpenOptions = {}): Promise<Botticelli> {
  await using opened = new AsyncDisposableStack()
  const telemetry = opened.adopt(await startTelemetry(telemetryOptions(config, options)), (each) => each.shutdown())
  const store = opened.adopt(openStore(config.database), (each) => each.close())
  const listeners = new Set<ProgressListener>([recordProgress])
  const services = createServices(config, store, (event) => {
    for (const listener of listeners) listener(event)
  })

  const bots = options.bots ? settingsOf(config) : []
  const health = openHealthBook(bots.map(({ name }) => name))
  const runner = createRunner(services)
  const startedAt = services.clock.now()
  const system = opened.adopt(await startSystem(tree(), { inbox: durableInbox(store, systemClock) }), (each) =>
    each.stop(),
  )
  opened.defer(system.subscribe(logSupervision))
  opened.adopt(observeActors(system, bots, health), (each) => each.stop())
  const { prometheus } = config.telemetry
  const metrics =
    options.bots && prometheus !== undefined
      ? opened.adopt(await startMetricsServer({ ...prometheus, text: () => telemetry.metricsText() }), (each) =>
          each.close(),
        )
      : undefined

  const running = opened.move()
  return {
    store,
    system,
    ...(metrics !== undefined && { metricsUrl: metrics.url }),
    run: (request) => runner.run(request),
    onProgress: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    status: () =>
      serverStatus(
        { now: services.clock.now(), startedAt, pid: process.pid, posting: config.posting },
        {
          bots,
          store,
          health,
          tables: config.pipeline,
          records: [...system.records()],
          deadLetters: system.deadLetters().length,
        },
      ),
    stop: async () => {
      await drain(system, config.drainMs)
      await running.disposeAsync()
    },
  }

  /** In start order; stopping goes the other way, so that nobody is told to run while the bots end. */
  function tree() {
    const children: ChildSpec[] = [
      runner.spec,
      {
        id: 'bots',
        strategy: 'one_for_one',
        intensity: 20,
        periodMs: 60_000,
        children: bots.map((bot) => botSpec(bot, services, health)),
      },
      schedulerSpec(schedulesOf(config), services),
    ]
    return { id: '', strategy: 'one_for_one' as const, intensity: 3, periodMs: 60_000, children }
  }
}

const VERSION: string = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')).version

function telemetryOptions({ telemetry }: Config, { bots = false, log, colors = false }: OpenOptions) {
  const { serviceName, otlpEndpoint, sampleRatio, prometheus } = telemetry
  return {
    serviceName,
    serviceVersion: VERSION,
    otlpEndpoint,
    sampleRatio,
    metrics: bots && prometheus !== undefined,
    ...(log !== undefined && { log: { ...telemetry.log, destination: log, colors } }),
  }
}

/** A bot's failures are those of its runs and of its own life together. */
function observeActors(system: ActorSystem, bots: readonly BotSettings[], health: BotHealthBook): ActorMetrics {
  const botOf = (path: string) => bots.find(({ name }) => path === pathOf(name))
  const metrics = startActorMetrics({
    records: () => Array.from(system.records(), (record) => withHealth(record, botOf(record.path), health)),
    botTypeOf: ({ path }) => botOf(path)?.type,
  })
  const unsubscribe = system.subscribe(({ type, path }) => {
    const ended = type === 'stopped' || type === 'given-up' ? system.record(path) : undefined
    if (ended !== undefined) metrics.retire(ended)
  })
  return {
    ...metrics,
    stop: () => {
      unsubscribe()
      metrics.stop()
    },
  }
}

function withHealth(record: ActorRecord, bot: BotSettings | undefined, health: BotHealthBook): ActorRecord {
  if (bot === undefined) return record
  const { consecutiveFailures, lastSuccessAt, lastFailureAt } = health.of(bot.name)
  return {
    ...record,
    consecutiveFailures: record.consecutiveFailures + consecutiveFailures,
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
    ...(lastFailureAt !== undefined && { lastFailureAt }),
  }
}

function createServices(config: Config, store: Store, onProgress: ProgressListener): Services {
  const models = createModels(config.models, { clock: systemClock })
  const platforms = createPlatforms({
    platforms: [
      createDiscord({ ...config.discord, posting: config.posting, now: systemClock.now }),
      createDatabasePlatform({
        allowed: config.updatableTables,
        tables: {
          update: (change) => store.content.update(change, systemClock.now()),
          once: (key, work) => store.effects.perform(key, work, systemClock.now()),
        },
      }),
    ],
    now: systemClock.now,
  })
  const reading = { base: config.root, checkFilter: filterProblem }
  return {
    store,
    findModel: (name) => models.find(name),
    platformsFor: (policy) => applyPolicy(platforms, policy, config.posting),
    loadNarrative: (file, narrative) => loadNarrative(file, narrative, reading),
    loadNested: (file, input) => loadNested(file, input, reading),
    findFile: (name, narrativeFile) => findFile(name, narrativeFile, [...config.contextPaths, config.root]),
    env: (name) => config.environment[name],
    clock: systemClock,
    processId: process.pid,
    newId: ulid,
    retry: { maxRestarts: config.models.retries, minMs: 1_000, maxMs: 60_000 },
    onProgress,
  }
}

function settingsOf({ bots, pipeline }: Config): BotSettings[] {
  return bots
    .filter(({ enabled }) => enabled)
    .map((bot) => ({
      name: bot.name,
      type: bot.type,
      narrative: bot.narrative,
      followers: bots
        .filter(({ enabled, after }) => enabled && after.includes(bot.name))
        .map(({ name }) => pathOf(name)),
      ...(bot.narrativeName !== undefined && { narrativeName: bot.narrativeName }),
      ...(bot.model !== undefined && { model: bot.model }),
      ...(bot.type === 'curation' && { worksOn: pipeline.drafts }),
      ...(bot.type === 'posting' && { worksOn: pipeline.approved }),
    }))
}

function schedulesOf({ bots }: Config) {
  return bots
    .filter(isScheduled)
    .map(({ name, type, everyMs, onStart }) => ({ bot: name, type, path: pathOf(name), everyMs, onStart }))
}

function isScheduled(bot: BotConfig): bot is BotConfig & { readonly everyMs: number } {
  return bot.enabled && bot.everyMs !== undefined
}

function pathOf(bot: string): string {
  return `/bots/${bot}`
}

/** Ends the schedules, then waits until no bot is at work, or the time is up. */
async function drain(system: ActorSystem, drainMs: number): Promise<void> {
  await system.terminateChild('/', 'scheduler')
  const isBusy = () => [...system.records()].some(({ kind, value }) => kind === 'bot' && value === 'running')
  const deadline = systemClock.now() + drainMs
  while (isBusy() && systemClock.now() < deadline) {
    await new Promise((resolve) => systemClock.setTimeout(() => resolve(undefined), 50))
  }
}
