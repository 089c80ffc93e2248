// Guard: who may talk to a server that listens on loopback. Any page that a browser shows may try.
//
//   D1. The name that was asked for must be a loopback name with our port, or another site has had its name resolved to us.
//   D2. A page of another origin is refused, whatever it sends along.
//   D3. A token is compared in constant time.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** The status to refuse with; undefined: it may. */
export function refusal(headers: IncomingHttpHeaders, port: number): 403 | 421 | undefined {
  const hosts = LOOPBACK_NAMES.map((name) => `${name}:${port}`)
  if (!hosts.includes(headers.host?.toLowerCase() ?? '')) return 421
  const { origin } = headers
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) return 403
  const site = headers['sec-fetch-site']
  // A person who follows the printed link comes from nowhere.
  return site === undefined || site === 'same-origin' || site === 'none' ? undefined : 403
}

export function isSameToken(given: string | null, token: string): boolean {
  return given !== null && timingSafeEqual(digest(given), digest(token))
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]']

/** Of equal length for every text. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
