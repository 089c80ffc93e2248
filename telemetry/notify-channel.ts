// Notify channel: the wire format of each kind of receiver, and one delivery with its retries.
//
//   C1. A delivery ends: four attempts at most, five seconds each, waits of a minute at most between them.
//   C2. Nothing that is told can call people by a mention or hide a link (P9).
//   C3. The URL is a secret: it is in no error and no log line.

import type { JsonObject } from '../json.ts'
import type { Notification } from './notification.ts'
import { redact } from './redaction.ts'
import { retryAfterMs } from './retry-after.ts'
import { TelemetryError } from './telemetry-error.ts'

export const NOTIFY_CHANNELS = ['webhook', 'slack', 'discord'] as const
export type NotifyChannelName = (typeof NOTIFY_CHANNELS)[number]

export interface NotifyChannel {
  readonly name: NotifyChannelName
  readonly url: string
}

/** Who tells it: goes into every message. */
export interface NotifySender {
  readonly service: string
  readonly environment?: string | undefined
  readonly host: string
}

/** What is waited with between attempts. */
export interface NotifyTimers {
  now(): number
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(handle: unknown): void
}

/** The body of a request. A webhook gets everything as JSON, the others a text. */
export function bodyFor(channel: NotifyChannelName, notification: Notification, sender: NotifySender): JsonObject {
  const { title, text, at, since, ...rest } = notification
  const from = [sender.service, sender.environment, sender.host].filter((part) => part !== undefined).join(' · ')
  switch (channel) {
    case 'webhook':
      return {
        ...rest,
        title,
        text,
        at: new Date(at).toISOString(),
        ...(since !== undefined && { since: new Date(since).toISOString() }),
        service: sender.service,
        host: sender.host,
        ...(sender.environment !== undefined && { environment: sender.environment }),
      }
    case 'slack':
      return { text: fitting(`*${short(forSlack(title))}*`, forSlack(text), `_${short(forSlack(from))}_`, 3_000) }
    case 'discord':
      return {
        username: 'Botticelli',
        content: fitting(`**${short(forDiscord(title))}**`, forDiscord(text), `-# ${short(forDiscord(from))}`, 2_000),
        allowed_mentions: { parse: [] },
        flags: SUPPRESS_EMBEDS,
      }
  }
}

const SUPPRESS_EMBEDS = 4

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function forSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function forDiscord(text: string): string {
  return text.replace(/[\\*_~`|<>[\]()#]/g, '\\$&')
}

/** The text between two lines that stay whole, in so many UTF-16 units all together. */
function fitting(head: string, text: string, foot: string, length: number): string {
  return `${head}\n${cut(text, length - head.length - foot.length - 2)}\n${foot}`
}

function short(line: string): string {
  return cut(line, 300)
}

/** Splits no character, and leaves no backslash or half an entity that would change what comes behind. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const kept = text.slice(0, length - 1).replace(/(?:[\uD800-\uDBFF]|\\|&[a-z]{0,3})$/, '')
  return `${kept}…`
}

/**
 * Delivers one body.
 *
 * @throws TelemetryError `notification-failed` after the last attempt, or when the signal is aborted
 */
export async function deliver(
  { name, url }: NotifyChannel,
  body: JsonObject,
  timers: NotifyTimers,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await post(url, body, timers.now(), signal)
    if (outcome === 'taken') return
    if (attempt === ATTEMPTS || outcome.final || signal.aborted) {
      throw new TelemetryError('notification-failed', `The ${name} took no notification: ${outcome.why}.`)
    }
    await pause(Math.min(outcome.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS), timers, signal)
  }
}

const ATTEMPTS = 4
const ATTEMPT_MS = 5_000
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000

type Outcome = 'taken' | { readonly why: string; readonly final: boolean; readonly retryAfterMs?: number }

async function post(url: string, body: JsonObject, now: number, signal: AbortSignal): Promise<Outcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error', // a secret URL leads nowhere else
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    })
    await response.body?.cancel()
    if (response.ok) return 'taken'
    const isBusy = response.status === 429 || response.status === 408
    const retryMs = retryAfterMs(response.headers, now)
    return {
      why: `it answered with status ${response.status}`,
      final: response.status < 500 && !isBusy,
      ...(retryMs !== undefined && retryMs > 0 && { retryAfterMs: retryMs }),
    }
  } catch (thrown) {
    const { message, cause } = thrown as Error
    const { code } = (cause ?? {}) as { readonly code?: string }
    return { why: redact((code ?? message).replaceAll(url, '[its URL]')), final: false }
  }
}

function pause(ms: number, timers: NotifyTimers, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      timers.clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = timers.setTimeout(wake, ms)
    if (signal.aborted) wake()
    else signal.addEventListener('abort', wake, { once: true })
  })
}
