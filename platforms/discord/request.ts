// Request: one call of Discord's API, as the commands make it and an API carries it out.

import type { Json } from '../../json.ts'
import type { Method, RequestParts, Route } from './command.ts'

export interface DiscordRequest {
  readonly route: Route
  /** Values for the names in the route's braces, among others. */
  readonly params: Readonly<Record<string, unknown>>
  readonly parts: RequestParts
  readonly signal: AbortSignal
  /** The permission that the command says it needs, for the error that tells of its lack. */
  readonly permission: string | undefined
  /** True when an earlier attempt may have carried it out already. */
  readonly mayBeDone: boolean
  /** True when the command can look for its effect before it is sent again. */
  readonly findable: boolean
}

export interface DiscordApi {
  /** @throws PlatformError; the signal's reason when it is aborted */
  request(request: DiscordRequest): Promise<Json>
}

export function splitRoute(route: Route): { method: Method; template: string } {
  const [method, template] = route.split(' ') as [Method, string]
  return { method, template }
}

/** What stands in the braces of the route, in order. */
export function idsIn({ route, params }: DiscordRequest): readonly string[] {
  return [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    const value = params[name!]
    if (typeof value !== 'string' || value === '') throw new TypeError(`${route} lacks the value of {${name}}`)
    return value
  })
}

export function pathOf(request: DiscordRequest): `/${string}` {
  const ids = [...idsIn(request)]
  return splitRoute(request.route).template.replaceAll(/\{\w+\}/g, () =>
    encodeURIComponent(ids.shift()!),
  ) as `/${string}`
}

export function isRead(request: DiscordRequest): boolean {
  return request.route.startsWith('GET ')
}

/** False for what would be done twice if it were sent twice. */
export function isRepeatable({ route, parts }: DiscordRequest): boolean {
  return !route.startsWith('POST ') || parts.repeatable === true
}

/** True for a creation that Discord carries out once, as long as it remembers the nonce. */
export function isOnceOnly(request: DiscordRequest): boolean {
  return request.route.startsWith('POST ') && isRepeatable(request) && request.findable
}

/** Copies without the undefined values. */
export function definedOnly<T>(values: Readonly<Record<string, T | undefined>> = {}): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== undefined))
}

/** A query as it is written into a URL. */
export function textsOf(query: RequestParts['query']): Record<string, string> {
  return Object.fromEntries(Object.entries(definedOnly(query)).map(([key, value]) => [key, String(value)]))
}
