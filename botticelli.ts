// Botticelli: the composition root. The store, the actor tree and what listens to it are put together here.

import { hostname } from 'node:os'
import { auditLogSpec } from './actors/audit-log.ts'
import { openHealthBook } from './actors/bot-health.ts'
import { recordsOf } from './actors/bot-records.ts'
import { botSpec, type Employer } from './actors/bot-runs.ts'
import { callsInFlight } from './actors/calls-in-flight.ts'
import { drain } from './actors/drain.ts'
import { durableInbox } from './actors/durable-inbox.ts'
import { isolatedBotSpec } from './actors/isolated-bot.ts'
import { countFromZero } from './actors/known-series.ts'
import type { ProgressListener } from './actors/progress.ts'
import { type Bots, openRoster, type RosterChange } from './actors/roster.ts'
import { runLog } from './actors/run-log.ts'
import { startRunMetrics } from './actors/run-metrics.ts'
import { createRunner, type RunReport, type RunRequest } from './actors/runner.ts'
import { serverEvents } from './actors/server-events.ts'
import { serverHealth } from './actors/server-health.ts'
import { observeServer } from './actors/server-metrics.ts'
import { type ServerStatus, serverStatus } from './actors/server-status.ts'
import type { Services } from './actors/services.ts'
import { spendingOf } from './actors/spending.ts'
import { statusPage } from './actors/status-page.ts'
import { supervisionLog } from './actors/supervision-log.ts'
import { upkeepSpec } from './actors/upkeep.ts'
import { openWatch } from './actors/watch.ts'
import { createServices, isSameWork, OUTSIDE, type Outside } from './adapters.ts'
import { schedulesOf, settingsOf } from './config/bot-settings.ts'
import type { Config, NotifyConfig } from './config/config.ts'
import { secretsOf } from './config/secrets.ts'
import { takeOver } from './config/take-over.ts'
import { type TelemetryUse, telemetryOptions } from './config/telemetry-options.ts'
import { VERSION } from './config/version.ts'
import type { JsonObject } from './json.ts'
import { type Allowance, openBudgetBook } from './models/budget-book.ts'
import { canonicalCommand } from './platforms/command-aliases.ts'
import { isPublishing } from './platforms/platforms.ts'
import { openStore } from './store/open-store.ts'
import type { Store } from './store/store.ts'
import {
  type ActorRecord,
  type ActorSpec,
  type ActorSystem,
  type ChildSpec,
  type SupervisionEvent,
  startSystem,
  systemClock,
} from './supervisor/index.ts'
import { countActorEvent } from './telemetry/actor-event-metrics.ts'
import { log, onWarning, type WarningListener } from './telemetry/log.ts'
import type { MetricsServerOptions } from './telemetry/metrics-server.ts'
import { providerHealth } from './telemetry/provider-health.ts'
import { hideSecrets } from './telemetry/redaction.ts'
import { inSpan } from './telemetry/spans.ts'
import { countConnection, queryRecorder } from './telemetry/store-metrics.ts'
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
  /** The same for a browser, as HTML. */
  statusPage(): string
  /** All metrics, in the format of Prometheus and as JSON; empty when there are none. */
  metricsText(): Promise<string>
  metricsJson(): Promise<JsonObject>
  /** One for each living actor; a bot's failures are those of its runs as well. */
  records(): readonly ActorRecord[]
  /**
   * Works with another configuration from now on: bots come, go and change, and each run that begins has the models,
   * platforms and narratives of the new one. What runs goes on with what it began with. What a running server cannot
   * change stays as it was, see `takeOver`.
   *
   * @throws BotticelliError for a narrative that cannot be used; nothing has changed then
   */
  reload(next: Config): Promise<RosterChange>
  /** Takes no new work, gives what runs the configured time to finish, then stops. What did not finish is resumed next time. */
  stop(): Promise<void>
}

export interface OpenOptions extends TelemetryUse {
  /** Start the bots and their schedules. Default false: only what is asked for runs. */
  readonly bots?: boolean
  /** Hears of every warning of the log, whether or not one is written. */
  readonly onWarning?: WarningListener
  /** File descriptor that gets one line before the watchdog ends the process. Default none. */
  readonly lastWordsFd?: number
  readonly outside?: Outside
  /** Hears of everything that happens to the actors, their start included. */
  readonly onSupervision?: (event: SupervisionEvent) => void
}

/**
 * Opens the project: telemetry first, then the store, then the actors.
 * @throws BotticelliError when a part cannot start; nothing is left running then
 */
export async function openBotticelli(first: Config, options: OpenOptions = {}): Promise<Botticelli> {
  let config = first
  await using opened = new AsyncDisposableStack()
  const wanted = telemetryOptions(config, options)
  const telemetry = opened.adopt(await startTelemetry(wanted), (each) => each.shutdown())
  const store = opened.adopt(
    openStore(config.database, {
      onQuery: queryRecorder(config.telemetry.storeSpansFromMs),
      onConnection: countConnection,
    }),
    (each) => each.close(),
  )
  store.executions.abandon(isAlive, systemClock.now())
  if (options.onWarning !== undefined) opened.defer(onWarning(options.onWarning))
  const listeners = new Set<ProgressListener>([runLog(config.pipeline)])
  const onProgress: ProgressListener = (event) => {
    for (const listener of listeners) listener(event)
  }
  const denied = new Map<Allowance['period'], Allowance>()
  const calls = callsInFlight(systemClock)
  opened.defer(() => calls.settled())
  const { clock } = options.outside ?? OUTSIDE
  // One for all bots, whatever thread they are in and whatever configuration they began with.
  const budget = openBudgetBook({
    allowances: () => spendingOf(config.models.budgets, store.ledger, clock.now()),
    onDenied: (allowance) => void denied.set(allowance.period, allowance),
  })
  const employ = (from: Config) =>
    createServices(from, {
      ...{ store, onProgress, budget, calls },
      ...(options.outside && { outside: options.outside }),
    })
  let services = employ(config)

  const inbox = durableInbox(store, clock)
  const health = openHealthBook()
  const roster = openRoster(botsOf(config, services), health, specOf)
  const runner = createRunner(services)
  const startedAt = clock.now()
  let isStopping = false
  if (wanted.metrics) {
    meet(roster.bots)
    listeners.add(opened.adopt(measureRuns(), (each) => each.stop()).listener)
  }
  const logged = supervisionLog(roster, clock)
  let running: ActorSystem | undefined
  let watch =
    options.bots && config.notify !== undefined ? openWatch(watchOptions(config.notify), () => running) : undefined
  opened.defer(async () => watch?.close(LAST_WORDS_MS))
  const told = options.bots ? tellEvents() : undefined
  // One for each that listens: what one of them throws, the others tell.
  const listen = [
    logged,
    ...(told ? [(event: SupervisionEvent) => told.hear(event)] : []),
    (event: SupervisionEvent) => watch?.hear(event),
    ...(options.onSupervision ? [options.onSupervision] : []),
    ...(wanted.metrics ? [(event: SupervisionEvent) => countActorEvent(event)] : []),
  ]
  const system = opened.adopt(await startSystem(tree(), { inbox, listen, ...watchdogOf(config, options) }), (each) =>
    each.stop(),
  )
  running = system
  if (options.bots) roster.begin(system, inbox)
  const { pipeline } = config
  if (wanted.metrics)
    opened.defer(
      observeServer({
        system,
        store,
        roster,
        pipeline,
        health,
        now: clock.now,
        collectEveryMs: config.telemetry.collectEveryMs,
        budgets: () => config.models.budgets,
      }),
    )
  const source = serverHealth({
    roster,
    health,
    system,
    store,
    providers: providerHealth,
    isStopping: () => isStopping,
  })
  const metrics = options.bots ? await servePages() : undefined
  if (options.bots) log('app.started', about())

  const whole = opened.move()
  return {
    store,
    system,
    ...(metrics !== undefined && { metricsUrl: metrics.url }),
    run: (request) => runner.run(request),
    onProgress: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    status,
    statusPage: page,
    metricsText: telemetry.metricsText,
    metricsJson: telemetry.metricsJson,
    records: () => recordsOf(system, health),
    reload,
    stop: async () => {
      isStopping = true
      roster.end()
      if (options.bots) log('app.stopping', {})
      await inSpan('shutdown', { parent: 'root' }, () => drain(system, config.drainMs))
      if (options.bots) log('app.stopped', { uptime_secs: Math.round((clock.now() - startedAt) / 1_000) })
      await whole.disposeAsync()
    },
  }

  function status() {
    return serverStatus(
      { now: clock.now(), startedAt, pid: process.pid, posting: config.posting },
      {
        bots: roster.bots,
        store,
        health,
        tables: pipeline,
        records: [...system.records()],
        providers: providerHealth(),
        deadLetters: store.deadLetters.count(),
      },
    )
  }

  /** In start order; stopping goes the other way, so that nobody is told to run while the bots end. */
  function tree() {
    const children: ChildSpec[] = [
      runner.spec,
      {
        id: 'bots',
        strategy: 'one_for_one',
        // Each bot waits longer and longer by itself; one of them is given up only when it cannot even wait.
        intensity: 20 + 10 * roster.bots.length,
        periodMs: 60_000,
        children: roster.specs,
      },
      roster.scheduler,
      ...(options.bots ? [auditLogSpec(services)] : []),
      ...(options.bots ? [upkeepSpec(() => config.retention, services)] : []),
      ...(watch === undefined ? [] : [watch.spec]),
    ]
    return { id: '', strategy: 'one_for_one' as const, intensity: 3, periodMs: 60_000, children }
  }

  async function reload(given: Config): Promise<RosterChange> {
    const next = takeOver(config, given)
    hideSecrets(secretsOf(next))
    const renewed = isSameWork(config, next) ? services : employ(next)
    const bots = botsOf(next, renewed)
    told?.configured(written(next))
    const before = config
    config = next
    services = renewed
    await changeWatch(before.notify, next.notify)
    if (wanted.metrics) meet(bots.bots)
    return roster.change(bots)
  }

  /** The watch of a server that had nobody to tell begins; of one that has nobody any more it tells nobody. */
  async function changeWatch(before: NotifyConfig | undefined, next: NotifyConfig | undefined) {
    if (!options.bots || JSON.stringify(before) === JSON.stringify(next)) return
    if (watch !== undefined) watch.change(watchOptions(next ?? { ...before!, channels: [] }), LAST_WORDS_MS)
    else if (next !== undefined) {
      watch = openWatch(watchOptions(next), () => running)
      await system.startChild('/', watch.spec)
    }
  }

  /** @throws BotticelliError for a narrative that cannot be used */
  function botsOf(from: Config, work: Services): Bots {
    if (!options.bots) return { bots: [], schedules: [], disabled: [], services: work }
    const bots = settingsOf(from)
    // From now on there is a good one to go on with, whatever becomes of the file.
    for (const { narrative, narrativeName } of bots) work.loadNarrative(narrative, narrativeName)
    const disabled = from.bots.filter(({ enabled }) => !enabled).map(({ name }) => name)
    return { bots, schedules: schedulesOf(from), disabled, services: work }
  }

  /** Its end is told when the actors have stopped, as long as the store is open. */
  function tellEvents() {
    const events = serverEvents(store, clock)
    events.started({ version: VERSION, pid: process.pid, bots: roster.bots.map(({ name }) => name) }, written(config))
    opened.defer(() => events.stopped(clock.now() - startedAt))
    return events
  }

  function watchOptions({ channels, repeatMs, mostPerHour, mute, ...limits }: NotifyConfig) {
    const sender = {
      service: config.telemetry.serviceName,
      environment: config.telemetry.environment,
      host: hostname(),
    }
    const notifier = { channels, sender, repeatMs, mostPerHour, mute }
    const now = () => ({ bots: roster.bots, budgets: config.models.budgets, postsLive: config.posting === 'live' })
    return { store, clock, health, notifier, now, denied, ...limits }
  }

  function specOf(name: string, employer: () => Employer): ActorSpec {
    const { thread } = employer().bot
    if (thread === undefined) return botSpec(name, employer)
    return isolatedBotSpec(name, { employer, thread, module: BOT_THREAD, config: () => config, budget })
  }

  /** What is counted of them exists from now on. */
  function meet(bots: Bots['bots']) {
    countFromZero(bots, { services, approvedTable: config.pipeline.approved, nameOf: canonicalCommand, isPublishing })
  }

  function measureRuns() {
    return startRunMetrics({
      pipeline: config.pipeline,
      content: store.content,
      modelOf: (name) => services.findModel(name),
      isAlive: (id) => [...system.records()].some(({ path }) => path.endsWith(`/run-${id}`)),
      bots: roster.bots,
      narratives: roster.bots.map((bot) => services.loadNarrative(bot.narrative, bot.narrativeName).narrative.key),
      now: clock.now,
    })
  }

  function page() {
    return statusPage(status(), source.report(), clock.now())
  }

  /** Metrics and health on one port, or each on its own. @returns where the metrics are */
  async function servePages() {
    const { prometheus, health: healthAt } = config.telemetry
    const serve = async (pages: MetricsServerOptions) => {
      // Node's HTTP server takes a sixth of the start of a command, most of which serve nothing.
      const { startMetricsServer } = await import('./telemetry/metrics-server.ts')
      return opened.adopt(await startMetricsServer(pages), (each) => each.close())
    }
    const healthPages = healthAt && { health: source, status: page }
    const besides = healthAt?.port === undefined ? healthPages : undefined
    if (healthAt?.port !== undefined) await serve({ host: healthAt.host, port: healthAt.port, ...healthPages })
    if (prometheus === undefined) return undefined
    return serve({
      ...prometheus,
      text: telemetry.metricsText,
      openMetrics: telemetry.openMetrics,
      json: telemetry.metricsJson,
      ...besides,
    })
  }

  function about() {
    const { database, posting } = config
    return {
      version: VERSION,
      node: process.versions.node,
      pid: process.pid,
      bots: roster.bots.length,
      database,
      posting,
    }
  }
}

/** What notifications get at the end to go out. */
const LAST_WORDS_MS = 3_000

const BOT_THREAD = new URL(`./bot-thread${import.meta.url.slice(-3)}`, import.meta.url)

/** What somebody has written: without the environment that narratives may read, which differs from shell to shell. */
function written({ environment: _, ...config }: Config): object {
  return config
}

/** Only a server is watched: what a command does is seen by whoever waits for it. */
function watchdogOf({ supervision: { watchdog } }: Config, { bots, lastWordsFd }: OpenOptions) {
  if (!bots || watchdog === undefined) return {}
  return { watchdog: { ...watchdog, ...(lastWordsFd !== undefined && { lastWordsFd }) } }
}

/** Of a process that is gone, what it ran is nobody's any more. */
function isAlive(owner: number): boolean {
  try {
    return process.kill(owner, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
