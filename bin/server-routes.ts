// Server routes: what a running server answers on its control socket.

import { ulid } from 'ulid'
import { pathOfBot } from '../actors/roster.ts'
import { sendToBot } from '../actors/send.ts'
import type { ServerStatus } from '../actors/server-status.ts'
import type { Botticelli } from '../botticelli.ts'
import { type BotConfig, LOG_LEVELS } from '../config/config.ts'
import type { Routes } from '../console/control.ts'
import { BotticelliError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { systemClock } from '../supervisor/index.ts'
import { type LogLevels, log, logLevels, setLogLevel } from '../telemetry/log.ts'
import { LOG_TARGETS } from '../telemetry/log-event-table.ts'
import { boundFields } from '../telemetry/surroundings.ts'
import type { HotReload, Reloaded } from './hot-reload.ts'

/** `ready` is false while the server starts: nothing but that is known then. */
export type StatusAnswer =
  | { readonly ready: false }
  /** `reload` is the last one; absent as long as there was none. */
  | (ServerStatus & { readonly ready: true; readonly reload?: Reloaded })
export interface StatusPageAnswer {
  readonly html: string
}
export interface MetricsAnswer {
  /** In the format of Prometheus; empty where the server has none. */
  readonly text: string
}
export interface ApprovedAnswer {
  /** Names of the bots that post now. */
  readonly told: readonly string[]
}

/**
 * @param app the server, as soon as it runs
 * @param bots as they are configured now
 * @param hot what reloads it, where anything does
 */
export function serverRoutes(
  app: () => Botticelli | undefined,
  bots: () => readonly BotConfig[],
  hot: () => HotReload | undefined = () => undefined,
): Routes {
  const audited = (action: string, subject: string, details: JsonObject) => {
    const by = boundFields().user ?? 'unknown'
    app()?.store.audit.add({ by, action, subject, details, at: systemClock.now() })
  }
  return {
    'GET /v1/status': (): StatusAnswer => {
      const status = app()?.status()
      const reload = hot()?.last()
      return status === undefined ? { ready: false } : { ready: true, ...status, ...(reload && { reload }) }
    },
    'GET /v1/status-page': (): StatusPageAnswer | null => {
      const html = app()?.statusPage()
      return html === undefined ? null : { html }
    },
    'GET /v1/metrics': async (): Promise<MetricsAnswer | null> => {
      const text = await app()?.metricsText()
      return text === undefined ? null : { text }
    },
    'GET /v1/metrics.json': async () => (await app()?.metricsJson()) ?? null,
    'POST /v1/reload': async (): Promise<Reloaded | undefined> => {
      const done = await hot()?.reload('command')
      if (done !== undefined) audited('server.reload', 'server', { outcome: done.outcome })
      return done
    },
    'GET /v1/log-level': logLevels,
    'POST /v1/log-level': (query): LogLevels | undefined => {
      const { level, target } = changeLogLevel(query)
      audited('server.log-level', target ?? 'server', { level })
      return logLevels()
    },
    'POST /v1/approved': (): ApprovedAnswer => ({ told: tellPosters(app(), bots()) }),
  }
}

/** A level or part that nobody knows changes nothing. @throws BotticelliError `usage` */
function changeLogLevel(query: URLSearchParams) {
  const level = LOG_LEVELS.find((known) => known === query.get('level'))
  const target = query.get('target') ?? undefined
  if (level === undefined || (target !== undefined && !LOG_TARGETS.includes(target))) {
    throw new BotticelliError('usage', `A log level is ${LOG_LEVELS.join(', ')}.`)
  }
  setLogLevel(level, target)
  log('telemetry.log_level_changed', { to: level, ...(target !== undefined && { of: target }) })
  return { level, target }
}

/** Posting bots without a schedule run when something was approved; the others keep to their times. */
function tellPosters(app: Botticelli | undefined, bots: readonly BotConfig[]): string[] {
  if (app === undefined) return []
  const waiting = bots.filter((bot) => bot.enabled && bot.type === 'posting' && bot.timetable === undefined)
  return waiting.flatMap(({ name }) => {
    const message = { type: 'content.produced', run: ulid(), by: 'review', rows: 1 } as const
    const { accepted } = sendToBot(pathOfBot(name), message, (path, told) => app.system.tell(path, told))
    return accepted ? [name] : []
  })
}
