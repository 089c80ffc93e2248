// Control: the socket on which a running server answers to commands of the same project. It is also its lock.
//
// HTTP over a Unix socket that only its owner may open.
//
//   K1. Of a project at most one server holds the socket; a second one is refused with the first one's process id.
//   K2. A socket that a killed server left behind is not in the way of the next one.

import { createHash } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BotticelliError } from '../errors.ts'
import { inSpan } from '../telemetry/spans.ts'
import { withLogFields } from '../telemetry/surroundings.ts'
import { type Follow, linesOf, sendLines } from './follow.ts'
import { counted } from './open-streams.ts'
import { operatorName } from './operator.ts'

/** The server cannot be reached, or there is one already. */
class ControlError extends BotticelliError {}

/** By method and path, such as `GET /v1/status`; the answer, or what it settles with, is sent as JSON. */
export type Routes = Readonly<Record<string, (query: URLSearchParams) => unknown>>

/** By path: what is sent as lines for as long as the one who asked listens. */
export type Streams = Readonly<Record<string, (query: URLSearchParams) => Follow>>

/** The longest path that every system takes for a socket, in bytes. */
const LONGEST_PATH = 103
const ANSWER_MS = 2_000
const CLAIM_TRIES = 40
const CLAIM_WAIT_MS = 50
/** Longer than anyone looks whether the socket is taken, who waits ANSWER_MS for it at most. */
const CLAIM_MS = 10_000

/**
 * Opens the socket.
 * @throws ControlError `server-running` when another process has it, `state-not-writable`
 */
export async function openControl(stateDir: string, routes: Routes, streams: Streams = {}): Promise<AsyncDisposable> {
  const path = socketPath(stateDir)
  makeFolder(dirname(path))
  const claim = await claimStart(`${path}.claim`)
  try {
    const other = await ask<{ pid: number }>(path, 'GET', '/v1/server').catch(refuseUnlessDead)
    if (other !== undefined) throw running(other.pid)
    rmSync(path, { force: true })
    const server = serve({ 'GET /v1/server': () => ({ pid: process.pid }), ...routes }, streams)
    await listen(server, path)
    return { [Symbol.asyncDispose]: () => close(server) }
  } finally {
    claim[Symbol.dispose]()
  }
}

/**
 * Asks the running server.
 * @returns undefined when none runs
 * @throws ControlError `server-unreachable` when one holds the socket and does not answer
 */
export async function askServer<T>(stateDir: string, method: 'GET' | 'POST', route: string): Promise<T | undefined> {
  return ask<T>(socketPath(stateDir), method, route)
}

/**
 * Follows a stream of the running server, until its end or `signal`.
 * @returns its lines; undefined when no server runs
 * @throws ControlError `server-unreachable`
 */
export async function followServer(
  stateDir: string,
  route: string,
  signal: AbortSignal,
): Promise<AsyncIterable<string> | undefined> {
  const socket = socketPath(stateDir)
  const message = await open(socket, 'GET', route, signal)
  if (message === undefined) return undefined
  if (message.statusCode === 200) return linesOf(message, signal)
  message.destroy()
  throw unreachable(socket, new Error(`it answered with status ${message.statusCode}`))
}

/** In the state folder; where that path is too long for a socket, in the folder for temporary files. */
function socketPath(stateDir: string): string {
  const path = join(stateDir, 'run', 'control.sock')
  if (Buffer.byteLength(path) <= LONGEST_PATH) return path
  const short = createHash('sha256').update(realPath(stateDir)).digest('hex').slice(0, 16)
  return join(tmpdir(), `botticelli-${process.getuid?.()}`, `${short}.sock`)
}

/** The same by whatever links it is reached, also while it is still to be made. */
function realPath(folder: string): string {
  if (existsSync(folder)) return realpathSync(folder)
  const parent = dirname(folder)
  return parent === folder ? folder : join(realPath(parent), basename(folder))
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw notWritable(folder, cause)
  }
}

function notWritable(folder: string, cause: unknown): ControlError {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const fix = 'Free some space.'
    return new ControlError('state-not-writable', `The disk of the folder ${folder} is full (${code}).`, { cause, fix })
  }
  return new ControlError('state-not-writable', `The folder ${folder} cannot be written to (${code}).`, {
    cause,
    fix: `Make this folder writable for whoever runs Botticelli, or set state_dir to one that is: ${folder}`,
  })
}

// ---------------------------------------------------------------------------- the lock

/** Of two servers that start at the same moment, one at a time looks whether the socket is taken. */
async function claimStart(path: string): Promise<Disposable> {
  for (let tries = 0; tries < CLAIM_TRIES; tries += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 })
      return { [Symbol.dispose]: () => rmSync(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        rmSync(path, { force: true })
        throw notWritable(dirname(path), error)
      }
    }
    if (isHeld(path)) await sleep(CLAIM_WAIT_MS)
    else rmSync(path, { force: true })
  }
  throw running(ownerOf(path))
}

/** A claim is held for a moment: an old one was left behind, whoever has that process id today. */
function isHeld(path: string): boolean {
  const madeAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (madeAt === undefined || Math.abs(Date.now() - madeAt) > CLAIM_MS) return false
  const owner = ownerOf(path)
  // One without a name yet is being written.
  return owner === undefined || isAlive(owner)
}

function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A server that does not answer is one all the same: its socket is not taken from it. */
function refuseUnlessDead(error: unknown): never {
  if (error instanceof ControlError) throw running(undefined, error)
  throw error
}

function running(pid: number | undefined, cause?: unknown): ControlError {
  const which = pid === undefined ? 'A server' : `A server (process ${pid})`
  return new ControlError('server-running', `${which} already runs for this project.`, {
    ...(cause !== undefined && { cause }),
    fix:
      pid === undefined
        ? 'See "botticelli status"; only one server may run for a project.'
        : `Use the running one (botticelli status), or stop it: kill ${pid}`,
  })
}

// ---------------------------------------------------------------------------- the wire

function serve(routes: Routes, streams: Streams): Server {
  return createServer(async (message, response) => {
    try {
      const { pathname, searchParams } = new URL(message.url ?? '/', 'http://control')
      const route = routes[`${message.method} ${pathname}`]
      const follow = message.method === 'GET' ? streams[pathname]?.(searchParams) : undefined
      if (follow !== undefined) {
        sendLines(response, counted('control', follow))
        return
      }
      const answer = route && (await perform(message, pathname, () => route(searchParams)))
      response.writeHead(route === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(route === undefined ? { error: 'no such route' } : (answer ?? null)))
    } catch (error) {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: String(error) }))
    }
  })
}

/**
 * What a person asks for to be done is a trace: the request, and in it the command, by name of who asked. The socket is
 * open to its owner alone, so that the name is taken as it comes. Questions are not traced.
 */
function perform(message: IncomingMessage, path: string, work: () => unknown): unknown {
  if (message.method !== 'POST') return work()
  const { traceparent, [USER_HEADER]: given } = message.headers
  const user = typeof given === 'string' ? decodeURIComponent(given).slice(0, MOST_USER_LENGTH) : 'unknown'
  const parent = typeof traceparent === 'string' ? { traceparent } : 'root'
  const command = path.split('/').slice(2).join(' ')
  const attributes = { 'http.request.method': 'POST', 'http.route': path, 'url.path': path }
  return withLogFields({ user }, () =>
    inSpan(`POST ${path}`, { kind: 'server', attributes, parent }, async (request) => {
      const status = (code: number) => request.setAttribute('http.response.status_code', code)
      status(500)
      const of = { 'botticelli.command': command, 'enduser.id': user }
      const answer = await inSpan(`command ${command}`, { attributes: of }, (span) => {
        span.addEvent('message_received')
        return work()
      })
      status(200)
      return answer
    }),
  )
}

const USER_HEADER = 'x-botticelli-user'
const MOST_USER_LENGTH = 100

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  chmodSync(path, 0o600)
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

async function ask<T>(socket: string, method: string, route: string): Promise<T | undefined> {
  const message = await open(socket, method, route, AbortSignal.timeout(ANSWER_MS))
  if (message === undefined) return undefined
  try {
    const answer = JSON.parse(await textOf(message)) as T & { readonly error?: string }
    if (message.statusCode === 200) return answer
    throw failedThere(socket, answer.error ?? `status ${message.statusCode}`)
  } catch (cause) {
    throw cause instanceof ControlError ? cause : unreachable(socket, cause)
  }
}

function failedThere(socket: string, why: string): ControlError {
  return new ControlError('server-unreachable', `The server at ${socket} could not do that: ${why}`)
}

/** The beginning of the answer; undefined when there is no server. */
function open(
  socket: string,
  method: string,
  route: string,
  signal: AbortSignal,
): Promise<IncomingMessage | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage | undefined>()
  const headers = { [USER_HEADER]: encodeURIComponent(operatorName()) }
  request({ socketPath: socket, method, path: route, headers, signal }, resolve)
    .on('error', (error: NodeJS.ErrnoException) => {
      // No socket, or one that nobody listens on: no server.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTSOCK') resolve(undefined)
      else reject(unreachable(socket, error))
    })
    .end()
  return promise
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function unreachable(socket: string, cause: unknown): ControlError {
  return new ControlError('server-unreachable', `The server at ${socket} does not answer.`, { cause })
}
