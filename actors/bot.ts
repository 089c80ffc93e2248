// Bot: a long-lived actor that runs one narrative whenever it is told to.
//
//   recovering ─▶ idle ─bot.run, content.produced▶ running ─▶ idle
//
//   B1. Before it takes a message it finishes what an earlier life of it left unfinished (P1, P2).
//   B2. A run that fails is counted and told; the bot stays up. Only an error of its own takes the bot down.
//   B3. A run has the id that its message brings: delivered twice, it is still one run.

import { assign, setup } from 'xstate'
import type { Delivered } from '../supervisor/index.ts'
import type { ExecutionOutcome } from './execution-plan.ts'
import { toBeProvided } from './to-be-provided.ts'

export type BotMessage =
  /** A command: run now. `run` is the id of the execution, a ULID. */
  | { readonly type: 'bot.run'; readonly run: string; readonly trigger: 'schedule' | 'manual' }
  /** An event: another bot has stored rows. */
  | { readonly type: 'content.produced'; readonly run: string; readonly by: string; readonly rows: number }
  /** A command: go on with a run that did not complete. */
  | { readonly type: 'bot.resume'; readonly run: string }
  /** Fault injection, for demonstrations and tests: the bot throws in its own transition. */
  | { readonly type: 'bot.crash' }

/** What a run came to; `skipped` when there was nothing to do. */
export type BotRun =
  | { readonly outcome: 'ok'; readonly execution: ExecutionOutcome }
  | { readonly outcome: 'skipped'; readonly reason: string }

interface BotContext {
  readonly bot: string
  readonly runs: number
  readonly failures: number
}

export const botMachine = setup({
  types: {
    context: {} as BotContext,
    input: {} as { readonly bot: string },
    events: {} as Delivered<BotMessage>,
    tags: {} as 'ready',
  },
  actors: {
    /** Finishes every unfinished execution of the bot; a failure of one is counted, not thrown. */
    recover: toBeProvided<void, void>('recover'),
    /** Never throws for a run that failed: that is counted and told by whoever provides it. */
    run: toBeProvided<BotRun | undefined, Delivered<BotMessage>>('run'),
  },
  actions: {
    countRun: assign(({ context }, result: BotRun | undefined) => ({
      runs: context.runs + 1,
      failures: context.failures + (result === undefined ? 1 : 0),
    })),
    throwInjectedError: ({ context }) => {
      throw new Error(`Injected crash of the bot "${context.bot}".`)
    },
  },
}).createMachine({
  id: 'bot',
  context: ({ input }) => ({ bot: input.bot, runs: 0, failures: 0 }),
  on: { 'bot.crash': { actions: 'throwInjectedError' } },
  initial: 'recovering',
  states: {
    recovering: { invoke: { src: 'recover', onDone: 'idle' } },
    idle: {
      tags: 'ready',
      on: { 'bot.run': 'running', 'content.produced': 'running', 'bot.resume': 'running' },
    },
    running: {
      invoke: {
        src: 'run',
        input: ({ event }) => event as Delivered<BotMessage>,
        onDone: { target: 'idle', actions: { type: 'countRun', params: ({ event }) => event.output } },
      },
    },
  },
})
