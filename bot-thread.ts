// Bot thread: what runs in the thread of a bot with `isolation = "thread"`.
//
// Opens the same adapters as the server, from the same configuration, with a connection of its own to the database. What
// the server has to know is told to it (actors/isolated-bot.ts); spans are sent from here.

import { type HealthChange, openHealthBook } from './actors/bot-health.ts'
import { type Employer, startBot } from './actors/bot-runs.ts'
import { callsInFlight } from './actors/calls-in-flight.ts'
import { durableInbox } from './actors/durable-inbox.ts'
import type { BotAnswer, BotNote, BotQuestion, BotThreadData, BotThreadWork } from './actors/isolated-bot.ts'
import type { ProgressEvent } from './actors/progress.ts'
import type { Config } from './config/config.ts'
import { telemetryOptions } from './config/telemetry-options.ts'
import { farBudget } from './models/far-budget.ts'
import { createServices } from './server/adapters.ts'
import { openStore } from './store/open-store.ts'
import { type Scope, type Start, systemClock, type ThreadPort } from './supervisor/index.ts'
import { hideSecrets } from './telemetry/redaction.ts'
import { startRelay } from './telemetry/relay.ts'
import { queryRecorder } from './telemetry/store-metrics.ts'
import { startTelemetry } from './telemetry/telemetry.ts'
import { currentTraceContext } from './telemetry/trace-context.ts'

/** Called by the thread's host. */
export async function start(scope: Scope, data: unknown, port: ThreadPort): Promise<Start> {
  const { config, bot, memory } = data as BotThreadData<Config>
  const say = (note: BotNote) => port.note(note)
  const telemetry = await startTelemetry(telemetryOptions(config, {}))
  const tellNumbers = startRelay((relayed) => say({ type: 'telemetry', relayed }), config.telemetry.log.extras)
  port.onEnd(async () => {
    tellNumbers()
    await telemetry.shutdown()
  })
  // A turn of this thread may take long; the others must not wait for its lock.
  const store = openStore(config.database, {
    onQuery: queryRecorder(config.telemetry.storeSpansFromMs),
    commitAtOnce: true,
  })
  const calls = callsInFlight(systemClock)
  port.onEnd(async () => {
    await calls.settled()
    store.close()
  })
  const onProgress = (event: ProgressEvent) => {
    // Nobody in the server reads along, and there are many.
    if (event.type === 'answer.text') return
    const trace = currentTraceContext()
    say({ type: 'progress', event, ...(trace && { trace }) })
  }
  // The book of the budgets is the server's: what this bot may spend depends on what the others are spending.
  const budgetOf = ({ models }: Config) =>
    farBudget({
      applies: () => models.budgets.dailyUsd !== undefined || models.budgets.monthlyUsd !== undefined,
      hold: (mostUsd) => port.ask({ mostUsd } satisfies BotQuestion) as Promise<BotAnswer>,
      release: (held) => say({ type: 'release', held }),
    })
  const employ = (from: Config) => createServices(from, { store, onProgress, budget: budgetOf(from), calls })
  const onChange = (change: HealthChange) => say({ type: 'health', change })
  const health = openHealthBook({ known: [memory], onChange })

  let employer: Employer = { bot, health, services: employ(config) }
  port.onNote((note) => {
    const work = note as BotThreadWork<Config>
    hideSecrets(telemetryOptions(work.config, {}).secrets)
    employer = { bot: work.bot, health, services: employ(work.config) }
  })
  // Followers are told in the transaction that completes the run (B5), which is one of this connection.
  port.storeMessages((path) => employer.bot.followers.includes(path), durableInbox(store, systemClock))
  return startBot(bot.name, () => employer, scope)
}
