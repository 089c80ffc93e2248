// Sentry: sends errors of the log to Sentry, or to anything that takes its envelopes.
//
// Ours, since the library for it weighs more than all other telemetry together: 20 MB on the disk and 38 MB and a
// quarter of a second at the start (@sentry/node-core 10.78, its light part), for one POST an error.
//
//   E1. Whoever logs never waits. At most `MAX_WAITING` events wait; more are dropped and counted.
//   E2. Of errors that are the same one a minute is sent, with the number of the others.
//   E3. When Sentry asks to wait, nothing is sent meanwhile. What cannot be sent is not tried again: the log has it.
//
// https://develop.sentry.dev/sdk/data-model/envelopes/

import { randomUUID } from 'node:crypto'
import { context, trace } from '@opentelemetry/api'
import { ExportResultCode } from '@opentelemetry/core'
import { openExportAccount } from './export-account.ts'
import { onWarning } from './log.ts'
import { LOG_EVENTS } from './log-event-table.ts'
import { retryAfterMs } from './retry-after.ts'
import { type ErrorLine, fingerprintOf, type ReportedBy, sentryEvent } from './sentry-event.ts'

export interface SentryOptions extends ReportedBy {
  /** `https://KEY@HOST/PROJECT` */
  readonly dsn: string
  readonly timeoutMs: number
  /** Epoch ms. */
  readonly now: () => number
}

export interface Sentry {
  /** Sends what waits. */
  flush(): Promise<void>
  stop(): Promise<void>
}

export function startSentry(options: SentryOptions): Sentry {
  const { now } = options
  const { url, auth } = addressOf(options.dsn, options.release)
  const account = openExportAccount({
    signal: 'errors',
    instrument: 'botticelli.error_reports',
    endpoint: url,
    now: () => performance.now(),
  })
  const repeats = openMinutes(now)
  const waiting: string[] = []
  let quietUntil = 0
  let working: Promise<void> | undefined

  function report(line: ErrorLine): void {
    const leftOut = repeats.take(fingerprintOf(line).join('\n'))
    if (leftOut === undefined) return
    const id = randomUUID().replaceAll('-', '')
    waiting.push(envelopeOf(id, sentryEvent(line, options, id, now(), leftOut), now()))
    if (waiting.length > MAX_WAITING) lose('too many wait', waiting.shift())
    working ??= work()
  }

  async function work(): Promise<void> {
    await undefined // the one who logs goes on first
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (now() < quietUntil) lose('Sentry asked to wait', next)
      else await send(next)
    }
    working = undefined
  }

  async function send(body: string): Promise<void> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-sentry-envelope', 'X-Sentry-Auth': auth },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutMs),
      })
      await response.body?.cancel()
      if (response.status === 429 || response.status === 503) quietUntil = now() + quietMs(response.headers, now())
      if (!response.ok) throw new Error(`it answered with status ${response.status}`)
      account.settle(1, { code: ExportResultCode.SUCCESS })
    } catch (thrown) {
      const { message, cause } = thrown as Error
      lose((cause as { readonly code?: string } | undefined)?.code ?? message, body)
    }
  }

  function lose(why: string, body: string | undefined): void {
    if (body !== undefined) account.settle(1, { code: ExportResultCode.FAILED, error: new Error(why) })
  }

  const end = onWarning((event, message, read) => {
    if (LOG_EVENTS[event].level !== 'error' && !REPORTED_WARNINGS.has(event)) return
    const span = trace.getSpanContext(context.active())
    report({ event, message, fields: read(), traceId: span?.traceId, spanId: span?.spanId })
  })
  return {
    flush: async () => working,
    async stop() {
      end()
      await working
      account.close()
    },
  }
}

/** A crash is healed, so that the log only warns of it; somebody should mend it all the same. */
const REPORTED_WARNINGS: ReadonlySet<string> = new Set(['actor.crashed'])
const MAX_WAITING = 30

function addressOf(dsn: string, release: string): { readonly url: string; readonly auth: string } {
  const { protocol, host, username, pathname } = new URL(dsn)
  const [, path, project] = /^(.*)\/(\d+)$/.exec(pathname) ?? ['', '', '']
  return {
    url: `${protocol}//${host}${path}/api/${project}/envelope/`,
    auth: `Sentry sentry_version=7, sentry_client=${release.replace('@', '/')}, sentry_key=${username}`,
  }
}

function envelopeOf(id: string, event: object, at: number): string {
  const body = JSON.stringify(event)
  const header = { event_id: id, sent_at: new Date(at).toISOString() }
  return `${JSON.stringify(header)}\n${JSON.stringify({ type: 'event', length: Buffer.byteLength(body) })}\n${body}\n`
}

/** `X-Sentry-Rate-Limits: 60:error:organization, …`, in seconds, or `Retry-After`; a minute where neither says more. */
function quietMs(headers: Headers, now: number): number {
  const limits = (headers.get('x-sentry-rate-limits') ?? '').split(',')
  const seconds = limits.map((limit) => Number.parseInt(limit, 10)).filter((value) => value > 0)
  return Math.max(...seconds.map((value) => value * 1_000), retryAfterMs(headers, now) ?? 0) || MINUTE_MS
}

/** E2. */
function openMinutes(now: () => number) {
  const seen = new Map<string, { readonly at: number; leftOut: number }>()
  return {
    take(key: string): number | undefined {
      const known = seen.get(key)
      if (known !== undefined && now() - known.at < MINUTE_MS) {
        known.leftOut += 1
        return undefined
      }
      seen.delete(key)
      seen.set(key, { at: now(), leftOut: 0 })
      if (seen.size > MAX_KEYS) seen.delete(seen.keys().next().value!)
      return known?.leftOut ?? 0
    },
  }
}

const MINUTE_MS = 60_000
const MAX_KEYS = 500
