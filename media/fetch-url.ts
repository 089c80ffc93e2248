// Fetch URL: the bytes behind an address that a narrative names, and nothing that only this machine can reach.
//
//   U1. The name is resolved here, every address it has is checked, and the connection goes to what was checked: a name
//       that means something else a moment later changes nothing. A host is exempt only where the configuration names it.
//   U2. Redirects are followed by the same rules, a bounded number of times, and never from https to http.
//   U3. Time and bytes are bounded; nothing is unpacked.
//   U4. Errors name the host and path, never a query, a user or a password.

import { lookup as resolve } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './addresses.ts'
import { MediaError } from './media-error.ts'
import { plainType } from './media-type.ts'
import { tooLarge } from './read-bounded.ts'

export interface FetchOptions {
  readonly maxBytes: number
  /** For all of it, redirects included. */
  readonly timeoutMs: number
  /** Hosts that may have private addresses: `files.local`, or `127.0.0.1:8080` for one port alone. */
  readonly privateHosts: readonly string[]
  readonly signal: AbortSignal
  /** All addresses of a name. Default: the system's resolver. */
  readonly addressesOf?: (host: string) => Promise<readonly Address[]>
}

interface Address {
  readonly address: string
  readonly family: number
}

export interface Fetched {
  readonly bytes: Uint8Array
  /** What the server calls it, without parameters. */
  readonly mime: string | undefined
}

const MAX_REDIRECTS = 5

/** @throws MediaError `media-refused`, `media-unreadable`, `media-too-large` */
export async function fetchUrl(written: string, options: FetchOptions): Promise<Fetched> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)])
  let url = parse(written)
  for (let count = 0; count <= MAX_REDIRECTS; count += 1) {
    const answer = await ask(url, signal, options)
    const to = redirectOf(answer)
    if (to === undefined) return await take(answer, url, options.maxBytes, signal)
    answer.destroy()
    const next = parse(to, url)
    if (url.protocol === 'https:' && next.protocol === 'http:') {
      throw new MediaError('media-refused', `${shown(url)} leads from https to http.`)
    }
    url = next
  }
  throw new MediaError('media-unreadable', `${shown(parse(written))} leads on and on.`, { retryable: false })
}

function parse(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  const what = url === undefined ? 'is none' : `begins with "${url.protocol}"`
  throw new MediaError('media-refused', `The address of the media ${what}, and only http and https are fetched.`, {
    fix: 'Write it in full, such as https://example.org/picture.png; or name a file: file = "picture.png".',
  })
}

/** Host and path. */
function shown({ host, pathname }: URL): string {
  return `${host}${pathname}`
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  return [301, 302, 303, 307, 308].includes(statusCode) ? headers.location : undefined
}

// ---------------------------------------------------------------------------- one request

async function ask(url: URL, signal: AbortSignal, options: FetchOptions): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = await checkedAddresses(host, url, signal, options)
  const lookup: LookupFunction = (_, { all }, done) => {
    if (all)
      done(
        null,
        addresses.map(({ address, family }) => ({ address, family })),
      )
    else done(null, addresses[0]!.address, addresses[0]!.family)
  }
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  // No agent: a connection that is kept for others would not be to what was checked. No unpacking: see U3.
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'botticelli' }
  return await new Promise((done, failed) => {
    const asked = request(url, { agent: false, lookup, headers, signal }, done)
    asked.on('error', (cause) => failed(unreadable(url, cause, signal)))
    asked.end()
  })
}

async function checkedAddresses(host: string, url: URL, signal: AbortSignal, options: FetchOptions) {
  const addresses = await resolveHost(host, url, signal, options)
  const isExempt = options.privateHosts.some((allowed) =>
    [host, url.host, hostPort(url)].includes(allowed.toLowerCase()),
  )
  const isPrivate = addresses.some(({ address }) => !isPublicAddress(address))
  if (!isPrivate || isExempt) return addresses
  throw new MediaError('media-refused', `${shown(url)} is on this machine or in a private network.`, {
    fix: `If that is meant, add "${host}" to media.private_hosts in botticelli.toml.`,
  })
}

/** With the port that goes without saying. */
function hostPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}

async function resolveHost(
  host: string,
  url: URL,
  signal: AbortSignal,
  options: FetchOptions,
): Promise<readonly Address[]> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  const aborted = new Promise<never>((_, failed) => {
    signal.addEventListener('abort', () => failed(signal.reason), { once: true })
  })
  try {
    signal.throwIfAborted()
    const found = await Promise.race([(options.addressesOf ?? addressesOf)(host), aborted])
    if (found.length > 0) return found
  } catch (cause) {
    throw unreadable(url, cause, signal)
  }
  throw new MediaError('media-unreadable', `The host of ${shown(url)} has no address.`, { retryable: true })
}

function addressesOf(host: string): Promise<readonly Address[]> {
  return new Promise((done, failed) => {
    resolve(host, { all: true }, (error, found) => (error === null ? done(found) : failed(error)))
  })
}

// ---------------------------------------------------------------------------- the answer

async function take(answer: IncomingMessage, url: URL, maxBytes: number, signal: AbortSignal): Promise<Fetched> {
  const { statusCode = 0, headers } = answer
  if (statusCode < 200 || statusCode > 299) {
    answer.destroy()
    const retryable = statusCode >= 500 || statusCode === 429 || statusCode === 408
    throw new MediaError('media-unreadable', `${shown(url)} answers with the status ${statusCode}.`, { retryable })
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    answer.destroy()
    throw tooLarge(shown(url), maxBytes)
  }
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw tooLarge(shown(url), maxBytes)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof MediaError) throw cause
    throw unreadable(url, cause, signal)
  } finally {
    answer.destroy()
  }
  return {
    bytes: Buffer.concat(chunks),
    mime: plainType(headers['content-type']),
  }
}

/** What whoever asked withdrew stays as it is; anything else may pass. */
function unreadable(url: URL, cause: unknown, signal: AbortSignal): unknown {
  const isOver = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
  if (signal.aborted && !isOver) return signal.reason
  const why = isOver ? 'it took too long' : cause instanceof Error ? cause.message : String(cause)
  return new MediaError('media-unreadable', `${shown(url)} cannot be fetched: ${why}.`, { cause, retryable: true })
}
