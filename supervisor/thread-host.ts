// Thread host: the other side of thread-actor.ts, inside the worker thread.
//
// Runs the actor in a small system of its own, at the same path. What it says to paths that are not here goes out.

import { parentPort, workerData } from 'node:worker_threads'
import { serializeError } from '../errors.ts'
import type { ActorSystem, Outside } from './actor-system.ts'
import type { ActorSpec, Scope, Start, SupervisorSpec } from './child-spec.ts'
import type { SupervisionEvent } from './event.ts'
import type { Exit } from './exit.ts'
import type { InboxStore } from './inbox-store.ts'
import { startSystem } from './system.ts'
import {
  type FarState,
  type FromThread,
  reviveError,
  STATES_MS,
  THREAD_BEAT_MS,
  type ThreadData,
  type ThreadPort,
  type ToThread,
} from './thread-protocol.ts'

const { path, incarnation, module, name, data, hungAfterMs, beat } = workerData as ThreadData
const parent = parentPort!
const post = (message: FromThread): void => parent.postMessage(message)

let stored: { readonly to: (path: string) => boolean; readonly inbox: Pick<InboxStore, 'append'> } | undefined
let hearNote: (note: unknown) => void = () => {}
const ends: (() => Promise<void>)[] = []

const asks = new Map<number, PromiseWithResolvers<unknown>>()
let lastAsk = 0

/** Settles with what the other side answers. */
function ask(questionOf: (id: number) => FromThread): Promise<unknown> {
  const waiting = Promise.withResolvers<unknown>()
  post(questionOf(++lastAsk))
  asks.set(lastAsk, waiting)
  return waiting.promise
}

const port: ThreadPort = {
  note: (note) => post({ type: 'note', note }),
  onNote(hear) {
    hearNote = hear
  },
  ask: (question) => ask((id) => ({ type: 'question', id, question })),
  storeMessages(to, inbox) {
    stored = { to, inbox }
  },
  onEnd(run) {
    ends.push(run)
  },
}

const outside: Outside = {
  tell(to, delivered, options) {
    const { meta, ...message } = delivered
    if (stored?.to(to) && !options.control) {
      stored.inbox.append(to, delivered)
      // Not from within the transaction: the other side would not find it yet.
      setImmediate(() => post({ type: 'stored', to }))
      return { accepted: true, id: meta.id }
    }
    const { traceparent, tracestate, correlationId, causationId, id } = meta
    const carried = { correlationId, causationId, traceparent, tracestate }
    post({ type: 'tell', to, message, options: { ...options, ...carried } as never })
    return { accepted: true, id }
  },
  ask: (to, { meta, ...message }, options) =>
    ask((id) => ({ type: 'ask', id, to, message, options: { ...options, correlationId: meta.correlationId } })),
  reply: (meta, result) => post({ type: 'reply', meta, result }),
}

let system: ActorSystem | undefined
let isStopping = false

function hear(event: SupervisionEvent): void {
  if (event.path !== path) {
    // Supervisors above the actor stand for those on the other side; only what is below it is news.
    if (!event.path.startsWith(`${path}/`)) return
    post({ type: 'event', event })
    tellRecords()
    return
  }
  if (event.type === 'ready' || (event.type === 'handled' && event.ok)) post({ type: 'ready' })
  else if (event.type === 'hung' || event.type === 'fault') post({ type: 'event', event })
  else if (event.type === 'dead-letter') {
    post({ type: 'event', event })
    if (event.letter.reason === 'unhandled') post({ type: 'ready' })
  } else if (event.type === 'crashed') void end({ type: 'failed', error: event.error })
  else if (event.type === 'stopped' && !isStopping) void end({ type: 'done', output: undefined })
}

/** The last word, after whatever the module has to bring to an end. */
async function end(word: FromThread): Promise<void> {
  const ended = await Promise.allSettled(ends.splice(0).map((run) => run()))
  for (const one of ended) if (one.status === 'rejected') tellFault(one.reason)
  post(word)
}

function tellFault(error: unknown): void {
  const fault = { type: 'fault', what: 'thread-end', error: serializeError(error) } as const
  post({ type: 'event', event: { at: Date.now(), path, kind: 'thread', incarnation, ...fault } })
}

let recordsAreDue = false

/** Once for all that happens in one turn. */
function tellRecords(): void {
  if (recordsAreDue) return
  recordsAreDue = true
  queueMicrotask(() => {
    recordsAreDue = false
    const records = [...(system?.records() ?? [])].filter((record) => record.path.startsWith(`${path}/`))
    post({ type: 'records', records })
  })
}

let statesAreDue = false

/** States change often, and nobody who looks at another thread sees more than a few a second. */
function tellRecordsSoon(): void {
  if (statesAreDue) return
  statesAreDue = true
  setTimeout(() => {
    statesAreDue = false
    tellRecords()
  }, STATES_MS)
}

/** Shows the state of the actor to the other side, now and whenever it changes. */
function tellStates(): void {
  const ref = [...system!.actors()].find((actor) => actor.path === path)?.ref
  const tell = (snapshot: FarState) => {
    const { value, context } = snapshot
    try {
      post({ type: 'state', state: { value, context } })
    } catch {
      // A context that cannot be cloned is not shown; the state's name can be.
      post({ type: 'state', state: { value } })
    }
  }
  if (ref === undefined) return
  tell(ref.getSnapshot() as FarState)
  ref.subscribe({ next: (snapshot) => tell(snapshot as FarState), error: () => {} })
}

/** The actor below supervisors that stand for the real ones, so that its path is the same on both sides. */
function treeFor(segments: readonly string[], actor: ActorSpec): SupervisorSpec {
  const build = (n: number): SupervisorSpec | ActorSpec =>
    n === segments.length - 1
      ? { ...actor, id: segments[n]! }
      : { id: segments[n]!, strategy: 'one_for_one', restart: 'temporary', intensity: 0, children: [build(n + 1)] }
  return { id: 'root', strategy: 'one_for_one', intensity: 0, children: [build(0)] }
}

type StartInThread = (scope: Scope, data: unknown, port: ThreadPort) => Start | Promise<Start>

async function run(): Promise<void> {
  const counter = new Int32Array(beat)
  const beatNow = () => Atomics.add(counter, 0, 1)
  const { [name]: start } = (await import(module)) as Record<string, StartInThread>
  // From here on standing still is noticed.
  beatNow()
  setInterval(beatNow, THREAD_BEAT_MS)
  if (start === undefined) throw new Error(`${module} exports no ${name}.`)
  const actor: ActorSpec = {
    id: '',
    kind: 'thread',
    restart: 'temporary',
    redeliver: false,
    ...(hungAfterMs !== undefined && { hungAfterMs }),
    start: (scope) => start(scope, data, port),
  }
  const segments = path.split('/').filter((segment) => segment !== '')
  system = await startSystem(treeFor(segments, actor), { outside, listen: hear })
  tellStates()
  tellRecords()
  system.onChange(tellRecordsSoon)
}

/** An order to the actor itself ends this side; one to an actor below it does not. */
async function stop(id: number, who: string, exit: Exit): Promise<void> {
  isStopping ||= who === path
  await system!.stopActor(who, exit)
  if (who === path) await end({ type: 'stopped', id })
  else post({ type: 'stopped', id })
}

function receive(message: ToThread): void {
  if (message.type === 'deliver') system!.forward(path, message.message)
  else if (message.type === 'note') hearNote(message.note)
  else if (message.type === 'stop') void stop(message.id, message.path, message.exit)
  else if (message.type === 'kill') system!.kill(message.path)
  else {
    const waiting = asks.get(message.id)
    asks.delete(message.id)
    if (message.type === 'answer') waiting?.resolve(message.result)
    else waiting?.reject(reviveError(message.error))
  }
}

try {
  await run()
  parent.on('message', receive)
  post({ type: 'started' })
} catch (error) {
  const { cause } = error as { cause?: unknown }
  await end({ type: 'failed', error: serializeError(cause ?? error) })
}
