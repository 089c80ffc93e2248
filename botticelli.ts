// Botticelli: the server of a project. Its parts, in the order in which they begin, and the tree of its actors.

import { auditLogSpec } from './actors/audit-log.ts'
import { openHealthBook } from './actors/bot-health.ts'
import { recordsOf } from './actors/bot-records.ts'
import { botSpec, type Employer } from './actors/bot-runs.ts'
import { drain } from './actors/drain.ts'
import { durableInbox } from './actors/durable-inbox.ts'
import { isolatedBotSpec } from './actors/isolated-bot.ts'
import type { ProgressListener } from './actors/progress.ts'
import { openRoster, type RosterChange } from './actors/roster.ts'
import { createRunner, type RunReport, type RunRequest } from './actors/runner.ts'
import { serverEvents } from './actors/server-events.ts'
import { serverHealth } from './actors/server-health.ts'
import { type ServerStatus, serverStatus } from './actors/server-status.ts'
import { spendingOf } from './actors/spending.ts'
import { supervisionLog } from './actors/supervision-log.ts'
import { upkeepSpec } from './actors/upkeep.ts'
import { botsOf } from './config/bot-settings.ts'
import type { Config } from './config/config.ts'
import { secretsOf } from './config/secrets.ts'
import { takeOver } from './config/take-over.ts'
import { VERSION } from './config/version.ts'
import type { JsonObject } from './json.ts'
import { isSameWork } from './server/adapters.ts'
import { type FoundationOptions, layFoundation } from './server/foundation.ts'
import { startMeasuring } from './server/measuring.ts'
import { checkPorts, servePages } from './server/pages.ts'
import { openWatching } from './server/watching.ts'
import type { Store } from './store/store.ts'
import {
  type ActorRecord,
  type ActorSpec,
  type ActorSystem,
  type SupervisionEvent,
  type SupervisorSpec,
  startSystem,
} from './supervisor/index.ts'
import { log } from './telemetry/log.ts'
import type { BrowserPage } from './telemetry/metrics-server.ts'
import { providerHealth } from './telemetry/provider-health.ts'
import { hideSecrets } from './telemetry/redaction.ts'
import { inSpan } from './telemetry/spans.ts'

export interface Botticelli {
  readonly store: Store
  readonly system: ActorSystem
  /** Where Prometheus finds the metrics; undefined when they are not served. */
  readonly metricsUrl?: string
  /** A narrative that somebody asks for, beside the bots. */
  run(request: RunRequest): Promise<RunReport>
  /** @returns the end of listening */
  onProgress(listener: ProgressListener): () => void
  status(): ServerStatus
  /** The same for a browser, as HTML; undefined where nobody makes the page. */
  statusPage(): string | undefined
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

export interface OpenOptions extends Omit<FoundationOptions, 'bots'> {
  /** File descriptor that gets one line before the watchdog ends the process. Default none. */
  readonly lastWordsFd?: number
  /** Makes the page for a browser that is served on `/status`; none without it. */
  readonly page?: (status: ServerStatus, health: 'healthy' | 'degraded' | 'unhealthy', now: number) => BrowserPage
  /** Hears of everything that happens to the actors, their start included. */
  readonly onSupervision?: (event: SupervisionEvent) => void
}

/**
 * Starts the server of a project with its bots and their schedules.
 * @throws BotticelliError when a part cannot start; nothing is left running then
 */
export async function openBotticelli(first: Config, options: OpenOptions = {}): Promise<Botticelli> {
  let config = first
  const current = () => config
  await using opened = new AsyncDisposableStack()
  const base = await layFoundation(current, { ...options, bots: true }, opened)
  const { store, telemetry, clock, employ } = base
  let services = employ(config)
  const startedAt = clock.now()
  let isStopping = false

  const health = openHealthBook()
  const roster = openRoster(botsOf(config, services), health, specOf)
  const runner = createRunner(services)
  const inbox = durableInbox(store, clock, roster.expects)
  const measured = { config: current, services: () => services, roster, health }
  const measuring = base.isMeasured ? startMeasuring(base, measured, opened) : undefined
  const watching = opened.adopt(openWatching(current, base, { roster, health }), (each) => each.close())
  const events = openEvents()

  await checkPorts(config.telemetry)
  const { onSupervision } = options
  const system = opened.adopt(
    await startSystem(tree(), {
      inbox,
      // One for each that listens: what one of them throws, the others tell.
      listen: [
        supervisionLog(roster, clock),
        events.hear,
        watching.hear,
        ...(onSupervision ? [onSupervision] : []),
        ...(measuring ? [measuring.hear] : []),
      ],
      ...watchdogOf(config, options),
    }),
    (each) => each.stop(),
  )
  watching.begin(system)
  roster.begin(system, inbox)
  if (measuring !== undefined) opened.defer(measuring.observe(system))
  const source = serverHealth({
    ...{ roster, health, system, store },
    providers: providerHealth,
    isStopping: () => isStopping,
  })
  const makePage = options.page
  const page = makePage && (() => makePage(status(), source.report().status, clock.now()))
  const metricsUrl = await servePages(config.telemetry, { telemetry, health: source, status: page }, opened)
  tellStart()

  const whole = opened.move()
  return {
    store,
    system,
    ...(metricsUrl !== undefined && { metricsUrl }),
    run: (request) => runner.run(request),
    onProgress: base.onProgress,
    status,
    statusPage: () => page?.().html,
    metricsText: telemetry.metricsText,
    metricsJson: telemetry.metricsJson,
    records: () => recordsOf(system, health),
    reload,
    stop,
  }

  /** In start order; stopping goes the other way, so that nobody is told to run while the bots end. */
  function tree(): SupervisorSpec {
    return {
      id: '',
      strategy: 'one_for_one',
      intensity: 3,
      periodMs: 60_000,
      children: [
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
        auditLogSpec(services),
        upkeepSpec(() => config.retention, services),
        ...watching.specs,
      ],
    }
  }

  function specOf(name: string, employer: () => Employer): ActorSpec {
    const { thread } = employer().bot
    if (thread === undefined) return botSpec(name, employer)
    return isolatedBotSpec(name, { employer, thread, module: BOT_THREAD, config: current, budget: base.budget })
  }

  async function reload(given: Config): Promise<RosterChange> {
    const next = takeOver(config, given)
    hideSecrets(secretsOf(next))
    const renewed = isSameWork(config, next) ? services : employ(next)
    const bots = botsOf(next, renewed)
    events.configured(written(next))
    const before = config
    config = next
    services = renewed
    await watching.reconfigured(before)
    measuring?.meet(bots.bots)
    return roster.change(bots)
  }

  async function stop(): Promise<void> {
    isStopping = true
    roster.end()
    log('app.stopping', {})
    await inSpan('shutdown', { parent: 'root' }, () => drain(system, config.drainMs))
    await system.stop({ withinMs: AFTER_DRAIN_MS })
    log('app.stopped', { uptime_secs: Math.round((clock.now() - startedAt) / 1_000) })
    await whole.disposeAsync()
  }

  function status(): ServerStatus {
    return serverStatus(
      { now: clock.now(), startedAt, pid: process.pid, posting: config.posting },
      {
        bots: roster.bots,
        store,
        health,
        tables: config.pipeline,
        records: [...system.records()],
        providers: providerHealth(),
        deadLetters: store.deadLetters.count(),
        spending: spendingOf(config.models.budgets, store.ledger, clock.now(), base.denied),
      },
    )
  }

  /** Its end is told when the actors have stopped, as long as the store is open. */
  function openEvents() {
    const told = serverEvents(store, clock)
    told.started({ version: VERSION, pid: process.pid, bots: roster.bots.map(({ name }) => name) }, written(config))
    opened.defer(() => told.stopped(clock.now() - startedAt))
    return told
  }

  function tellStart(): void {
    const { database, posting } = config
    const { pid, versions } = process
    log('app.started', { version: VERSION, node: versions.node, pid, bots: roster.bots.length, database, posting })
  }
}

/** What is still at work when the time to finish is over is ended by force. */
const AFTER_DRAIN_MS = 1_000

const BOT_THREAD = new URL(`./bot-thread${import.meta.url.slice(-3)}`, import.meta.url)

/** What somebody has written: without the environment that narratives may read, which differs from shell to shell. */
function written({ environment: _, ...config }: Config): object {
  return config
}

function watchdogOf({ supervision: { watchdog } }: Config, { lastWordsFd }: OpenOptions) {
  if (watchdog === undefined) return {}
  return { watchdog: { ...watchdog, ...(lastWordsFd !== undefined && { lastWordsFd }) } }
}
