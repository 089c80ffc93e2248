// Isolated bot: a bot that works in a thread of its own, as the server sees it.
//
// Owns what the two sides say to each other beside messages: progress, health, and the telemetry of the thread. The
// thread's side is bot-thread.ts.
//
//   I1. To everyone else the bot is one like any other: its runs are logged, counted and shown by the server.
//   I2. What it knew of its runs is given to its next life.
//   I3. What it holds back of the budgets is held here, with what everybody else does, and given back when it ends.
//   I4. What a bot does is looked up when a run begins: a changed configuration goes over before the message that asks
//       for the run.

import type { ActorSpec } from '../supervisor/index.ts'
import { inThread } from '../supervisor/index.ts'
import { errorTypeOf } from '../telemetry/error-type.ts'
import { openRelayEnd, type Relayed } from '../telemetry/relay.ts'
import { type TraceContext, withTraceContext } from '../telemetry/trace-context.ts'
import { botMachine } from './bot.ts'
import type { BotMemory, HealthChange } from './bot-health.ts'
import { type BotSettings, botChild, type Employer, type ThreadLimits } from './bot-runs.ts'
import type { ProgressEvent } from './progress.ts'

/** What the thread tells. */
export type BotNote =
  | { readonly type: 'progress'; readonly event: ProgressEvent; readonly trace?: TraceContext }
  | { readonly type: 'health'; readonly change: HealthChange }
  | { readonly type: 'telemetry'; readonly relayed: Relayed }
  /** A call is over, and what it did cost is in the ledger. */
  | { readonly type: 'release'; readonly held: number }

/** What the thread asks before a call of a model: may it cost this much? */
export interface BotQuestion {
  readonly mostUsd: number
}

/** The number under which the amount is held, or why it is not. */
export type BotAnswer = { readonly held: number } | { readonly refused: string }

/** Where the server keeps what calls may cost. */
interface Budget {
  hold(mostUsd: number): Promise<() => void>
}

/** What the thread works with: given at its start, and again before the first run after a change. */
export interface BotThreadWork<Config> {
  readonly config: Config
  readonly bot: BotSettings
}

/** What the thread is started with. */
export interface BotThreadData<Config> extends BotThreadWork<Config> {
  readonly memory: BotMemory
}

export interface Isolation<Config> {
  readonly employer: () => Employer
  readonly thread: ThreadLimits
  /** What is loaded in the thread. */
  readonly module: URL
  /** As it is now. */
  readonly config: () => Config
  /** One for all bots: an amount that a thread asks for is held here. */
  readonly budget: Budget
}

export function isolatedBotSpec<Config>(
  name: string,
  { employer, thread, module, config, budget }: Isolation<Config>,
): ActorSpec {
  const work = (): BotThreadWork<Config> => ({ config: config(), bot: employer().bot })
  return {
    ...botChild(name),
    start(scope) {
      const { health } = employer()
      const relay = openRelayEnd()
      const holds = holdFor(budget, scope.signal)
      scope.signal.addEventListener('abort', () => relay.close(), { once: true })
      const hear = (note: BotNote) => {
        if (note.type === 'telemetry') relay.take(note.relayed)
        else if (note.type === 'health') health.take(note.change)
        else if (note.type === 'release') holds.release(note.held)
        else withTraceContext(note.trace, () => employer().services.onProgress(note.event))
      }
      let known = work()
      const news = () => {
        const now = work()
        if (now.config === known.config && now.bot === known.bot) return undefined
        known = now
        return now
      }
      const { hungAfterMs } = known.bot
      return inThread({
        module,
        data: { ...known, memory: health.memoryOf(name) } satisfies BotThreadData<Config>,
        machine: botMachine,
        news,
        onNote: (note) => hear(note as BotNote),
        onAsk: (question) => holds.hold(question as BotQuestion),
        ...thread,
        ...(hungAfterMs !== undefined && { hungAfterMs }),
      })(scope)
    },
  }
}

/** Holds amounts for a thread until it says that they are not needed any more, or has ended. */
function holdFor(budget: Budget, signal: AbortSignal) {
  const held = new Map<number, () => void>()
  let last = 0
  const release = (number: number) => {
    held.get(number)?.()
    held.delete(number)
  }
  signal.addEventListener(
    'abort',
    () => {
      for (const number of [...held.keys()]) release(number)
    },
    { once: true },
  )
  return {
    release,
    async hold({ mostUsd }: BotQuestion): Promise<BotAnswer> {
      try {
        const giveBack = await budget.hold(mostUsd)
        held.set(++last, giveBack)
      } catch (error) {
        if (errorTypeOf(error) !== 'budget-reached') throw error
        return { refused: (error as Error).message }
      }
      const number = last
      // The thread may have ended meanwhile.
      if (signal.aborted) release(number)
      return { held: number }
    },
  }
}
