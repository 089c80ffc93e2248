// Measuring: the numbers of a process whose metrics somebody reads: of its runs, its actors and its store.

import { type BotHealthBook, openHealthBook } from '../actors/bot-health.ts'
import { countFromZero } from '../actors/known-series.ts'
import { pathOfBot, type Roster } from '../actors/roster.ts'
import { startRunMetrics } from '../actors/run-metrics.ts'
import { observeServer } from '../actors/server-metrics.ts'
import type { Services } from '../actors/services.ts'
import type { Config } from '../config/config.ts'
import { canonicalCommand } from '../platforms/command-aliases.ts'
import { isPublishing } from '../platforms/platforms.ts'
import type { ActorSystem, SupervisionEvent } from '../supervisor/index.ts'
import { countActorEvent } from '../telemetry/actor-event-metrics.ts'
import { count } from '../telemetry/instruments.ts'
import type { Foundation } from './foundation.ts'

export interface Measured {
  readonly config: () => Config
  readonly services: () => Services
  readonly roster: Pick<Roster, 'bots' | 'schedules'>
  /** Without it no bot has ever run. */
  readonly health?: BotHealthBook
}

export interface Measuring {
  /** To be given to the system as its listener. */
  readonly hear: (event: SupervisionEvent) => void
  /** What is counted of these bots exists from now on. */
  meet(bots: Roster['bots']): void
  /** From now on the actors are looked at when the metrics are read. @returns the end of it */
  observe(system: ActorSystem): () => void
}

/** @param opened gets what has to be closed when the actors have stopped */
export function startMeasuring(
  { store, clock, onProgress }: Foundation,
  { config, services, roster, health = openHealthBook() }: Measured,
  opened: AsyncDisposableStack,
): Measuring {
  const { pipeline, telemetry } = config()
  const meet = (bots: Roster['bots']) => {
    const approvedTable = config().pipeline.approved
    countFromZero(bots, { services: services(), approvedTable, nameOf: canonicalCommand, isPublishing })
  }
  let system: ActorSystem | undefined
  meet(roster.bots)
  const runs = startRunMetrics({
    pipeline,
    content: store.content,
    modelOf: (name) => services().findModel(name),
    isAlive: (id) => [...(system?.records() ?? [])].some(({ path }) => path.endsWith(`/run-${id}`)),
    bots: roster.bots,
    narratives: roster.bots.map((bot) => services().loadNarrative(bot.narrative, bot.narrativeName).narrative.key),
    now: clock.now,
  })
  opened.defer(() => runs.stop())
  opened.defer(onProgress(runs.listener))
  return {
    hear: (event) => {
      countActorEvent(event)
      countRestart(event, roster.bots)
    },
    meet,
    observe(started) {
      system = started
      return observeServer({
        system,
        store,
        roster,
        pipeline,
        health,
        now: clock.now,
        collectEveryMs: telemetry.collectEveryMs,
        budgets: () => config().models.budgets,
      })
    },
  }
}

function countRestart(event: SupervisionEvent, bots: Roster['bots']): void {
  if (event.type !== 'restarting') return
  const bot = bots.find(({ name }) => pathOfBot(name) === event.path)
  if (bot === undefined) return
  count('botticelli.bot.restarts', { bot: bot.name, bot_type: bot.type, reason: event.cause })
}
