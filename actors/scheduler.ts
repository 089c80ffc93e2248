// Scheduler: tells bots to run when they are due.
//
//   S1. When a bot is due next is in the store before anyone waits for it: a restart neither forgets nor repeats it.
//   S2. Of the times that passed while nobody ran, one run is caught up; the rest are skipped.
//   S3. Due times are counted from the last due time, not from its run: they do not drift.

import { fromCallback } from 'xstate'
import type { ActorSpec, Scope } from '../supervisor/index.ts'
import { record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import type { BotMessage } from './bot.ts'
import type { BotType } from './bot-runs.ts'
import type { Services } from './services.ts'

export interface Schedule {
  readonly bot: string
  readonly type: BotType
  /** Path of the bot. */
  readonly path: string
  readonly everyMs: number
  /** True: the first run is due at once. */
  readonly onStart: boolean
}

/** Timers of the platform hold at most 2^31 - 1 ms; longer waits are taken in steps. */
const LONGEST_WAIT_MS = 2_147_483_647

export function schedulerSpec(schedules: readonly Schedule[], services: Services): ActorSpec {
  return {
    id: 'scheduler',
    kind: 'scheduler',
    start: (scope) => ({
      logic: fromCallback(() => {
        const stops = schedules.map((schedule) => keepRunning(schedule, services, scope))
        return () => {
          for (const stop of stops) stop()
        }
      }),
    }),
  }
}

/** Waits for each due time in turn, until it is stopped. */
function keepRunning(schedule: Schedule, services: Services, scope: Scope): () => void {
  const { store } = services
  const { clock } = scope
  const first = clock.now() + (schedule.onStart ? 0 : schedule.everyMs)
  let dueAt = store.schedules.next(schedule.bot) ?? first
  store.schedules.setNext(schedule.bot, dueAt)
  let timer = wait()
  return () => clock.clearTimeout(timer)

  function wait(): unknown {
    return clock.setTimeout(
      () => {
        if (clock.now() >= dueAt) fire()
        timer = wait()
      },
      Math.min(Math.max(dueAt - clock.now(), 0), LONGEST_WAIT_MS),
    )
  }

  function fire(): void {
    const now = clock.now()
    const lagMs = now - dueAt
    const next = dueAt + Math.ceil((lagMs + 1) / schedule.everyMs) * schedule.everyMs
    store.together(() => {
      store.schedules.setNext(schedule.bot, next)
      scope.tell(schedule.path, { type: 'bot.run', run: services.newId(), trigger: 'schedule' } as BotMessage)
    })
    dueAt = next
    record('botticelli.schedule.lag', lagMs / 1000, { bot_type: schedule.type })
    log('schedule.triggered', { bot: schedule.bot, lag_ms: lagMs })
  }
}
