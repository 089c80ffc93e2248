// Engine routes: what a running server does to its executions and dead letters when a command asks.

import { pathOfBot } from '../actors/roster.ts'
import type { Botticelli } from '../botticelli.ts'
import type { Routes } from '../console/control.ts'
import type { Exit } from '../supervisor/index.ts'

export interface ChangeAnswer {
  readonly done: boolean
  /** Why not, as a sentence. */
  readonly reason?: string
}

/** No normal end, which would be that of a run that has completed. */
const CANCELLED: Exit = { is: 'shutdown', why: 'cancelled' }

/** @param app the server, as soon as it runs */
export function engineRoutes(app: () => Botticelli | undefined): Routes {
  const change = (query: URLSearchParams, work: (app: Botticelli, id: string) => ChangeAnswer): ChangeAnswer => {
    const server = app()
    return server === undefined
      ? { done: false, reason: 'The server is starting.' }
      : work(server, query.get('id') ?? '')
  }
  return {
    'POST /v1/dead-letters/redrive': (query) =>
      change(query, ({ store, system }, id) => {
        const to = store.deadLetters.find(id)?.to
        if (to !== undefined && system.record(to) === undefined) return { done: false, reason: `${to} does not run.` }
        return system.redrive(id).accepted ? { done: true } : { done: false, reason: `There is no dead letter ${id}.` }
      }),
    'POST /v1/executions/resume': (query) =>
      change(query, ({ store, system }, id) => {
        const bot = store.executions.find(id)?.bot
        const isAtWork = system.record(pathOfRun(id, bot)) !== undefined
        if (isAtWork) return { done: false, reason: 'It is at work.' }
        const told = bot !== undefined && system.tell(pathOfBot(bot), { type: 'bot.resume', run: id } as never).accepted
        return told ? { done: true } : { done: false, reason: 'Its bot does not run.' }
      }),
    'POST /v1/executions/cancel': (query) =>
      change(query, ({ store, system }, id) => {
        const path = pathOfRun(id, store.executions.find(id)?.bot)
        if (system.record(path) !== undefined) void system.stopActor(path, CANCELLED)
        return { done: true }
      }),
  }
}

function pathOfRun(id: string, bot: string | undefined): string {
  return bot === undefined ? `/runs/run-${id}` : `${pathOfBot(bot)}/run-${id}`
}
