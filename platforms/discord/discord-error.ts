// Discord errors: how a failed request becomes an error with a code, a class and a way out.
//
//   E1. No message and no cause holds the token: it travels in a header, which no error keeps.
//   E2. `retryable` says that the same command with the same key may succeed, and will not have its effect twice.

import { PlatformError } from '../platform-error.ts'
import type { DiscordRequest } from './request.ts'
import { idsIn, isRepeatable, splitRoute } from './request.ts'
import { isImagined } from './snowflake.ts'

const MISSING_ACCESS = 50_001
/** Nothing was sent: the connection never came about. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

/** Thrown where the library would send again what must not be sent twice. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

/** The error of a request that Discord refused, or did not answer. */
export function toPlatformError(thrown: unknown, request: DiscordRequest): PlatformError {
  if (thrown instanceof PlatformError) return thrown
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as Error & {
    status?: number
    code?: number | string
  }
  const isUnreadable = error instanceof SyntaxError && !isRepeatable(request)
  if (error instanceof NoAnswerError || isUnreadable) return uncertain(error, request)
  if (isRateLimitError(error)) return rateLimited(error)
  if (error.status === undefined || error.status >= 500) return unavailable(error, request)
  return refused(error, error.status, request)
}

export function isNotConnected(thrown: unknown): boolean {
  const code = (thrown as { code?: unknown } | undefined)?.code
  return typeof code === 'string' && NOT_CONNECTED.has(code)
}

function refused(error: Error & { code?: number | string }, status: number, request: DiscordRequest): PlatformError {
  const said = `Discord answered ${status} to ${request.route}: ${error.message}.`
  switch (status) {
    case 401:
      return new PlatformError('discord-unauthorized', `Discord refused the token (401).`)
    case 403:
      return forbidden(error, request)
    case 404:
      return notFound(said, request)
    default:
      return new PlatformError('discord-rejected', said.replaceAll('\n', '; '))
  }
}

function forbidden(error: Error & { code?: number | string }, request: DiscordRequest): PlatformError {
  const access = error.code === MISSING_ACCESS ? 'View Channel' : undefined
  const permission = access ?? request.permission
  const needed =
    permission === undefined
      ? 'Discord does not say which permission is missing.'
      : `It needs the permission ${permission}.`
  return new PlatformError('discord-forbidden', `The bot may not do ${request.route} (${error.message}). ${needed}`)
}

function notFound(said: string, request: DiscordRequest): PlatformError {
  const imagined = idsIn(request).find(isImagined)
  if (imagined === undefined) return new PlatformError('discord-not-found', said)
  const why = `The id ${imagined} was made up in a dry run, so nothing on Discord has it.`
  const fix = 'Run the narrative again from its first act, now that posting is live.'
  return new PlatformError('discord-not-found', `${said} ${why}`, { fix })
}

function unavailable(error: Error & { status?: number }, request: DiscordRequest): PlatformError {
  const { method, template } = splitRoute(request.route)
  const why = error.status === undefined ? reasonOf(error) : `it answered ${error.status}`
  const message = `Discord did not carry out ${method} ${template}: ${why}.`
  return new PlatformError('discord-unavailable', message, { cause: error, retryable: true })
}

function uncertain(error: Error, request: DiscordRequest): PlatformError {
  const message = `Discord may or may not have carried out ${request.route}: ${error.message}.`
  return new PlatformError('discord-uncertain', message, { cause: error.cause, retryable: request.findable })
}

/** An error of what was sent again, where the first time had no answer: that one may have been carried out. */
export function uncertainAfter(error: PlatformError, request: DiscordRequest): PlatformError {
  if (error.retryable) return error
  const message = `Discord may or may not have carried out ${request.route}: it did not answer, and then refused it. ${error.message}`
  return new PlatformError('discord-uncertain', message, { cause: error, retryable: true })
}

interface RateLimit {
  readonly retryAfter: number
  readonly timeToReset: number
  readonly global: boolean
  readonly route: string
}

function isRateLimitError(error: Error): error is Error & RateLimit {
  return 'retryAfter' in error && 'timeToReset' in error
}

function rateLimited({ retryAfter, timeToReset, global, route }: RateLimit): PlatformError {
  const waitMs = Math.max(retryAfter, timeToReset, 0)
  const what = global ? 'all requests of this bot' : route
  const message = `Discord limits ${what} and asks to wait ${Math.ceil(waitMs / 1_000)} s.`
  return new PlatformError('discord-rate-limited', message, { retryable: true, retryAfterMs: waitMs })
}

function reasonOf(error: Error): string {
  if (error.name === 'AbortError') return 'it did not answer in time'
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : error.message
}
