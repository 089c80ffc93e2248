// Thread host: the other side of thread-actor.ts, inside the worker thread.
//
// Runs the actor in a small system of its own, at the same path. What it says to paths that are not here goes out.

import { parentPort, workerData } from 'node:worker_threads'
import { serializeError } from '../errors.ts'
import type { ActorSpec, Start, SupervisorSpec } from './child-spec.ts'
import type { SupervisionEvent } from './event.ts'
import type { Scope } from './scope.ts'
import { type ActorSystem, type Outside, startSystem } from './system.ts'
import { type FromThread, reviveError, THREAD_BEAT_MS, type ThreadData, type ToThread } from './thread-protocol.ts'

const { path, module, name, data, beat } = workerData as ThreadData
const port = parentPort!
const post = (message: FromThread): void => port.postMessage(message)

const asks = new Map<number, PromiseWithResolvers<unknown>>()
let lastAsk = 0

const outside: Outside = {
  tell(to, { meta, ...message }, options) {
    const { traceparent, tracestate, correlationId, causationId, id } = meta
    const carried = { correlationId, causationId, traceparent, tracestate }
    post({ type: 'tell', to, message, options: { ...options, ...carried } as never })
    return { accepted: true, id }
  },
  ask(to, { meta, ...message }, options) {
    const waiting = Promise.withResolvers<unknown>()
    asks.set(++lastAsk, waiting)
    post({ type: 'ask', id: lastAsk, to, message, options: { ...options, correlationId: meta.correlationId } })
    return waiting.promise
  },
  reply: (meta, result) => post({ type: 'reply', meta, result }),
}

function hear(event: SupervisionEvent): void {
  if (event.path !== path) {
    // Supervisors above the actor stand for those on the other side; only what is below it is news.
    if (event.path.startsWith(`${path}/`)) post({ type: 'event', event })
    return
  }
  if (event.type === 'handled' && event.ok) post({ type: 'ready' })
  else if (event.type === 'dead-letter') {
    post({ type: 'event', event })
    if (event.letter.reason === 'unhandled') post({ type: 'ready' })
  } else if (event.type === 'crashed') post({ type: 'failed', error: event.error })
  else if (event.type === 'stopped') post({ type: 'done', output: undefined })
}

/** The actor below supervisors that stand for the real ones, so that its path is the same on both sides. */
function treeFor(segments: readonly string[], actor: ActorSpec): SupervisorSpec {
  const build = (n: number): SupervisorSpec | ActorSpec =>
    n === segments.length - 1
      ? { ...actor, id: segments[n]! }
      : { id: segments[n]!, strategy: 'one_for_one', restart: 'temporary', intensity: 0, children: [build(n + 1)] }
  return { id: 'root', strategy: 'one_for_one', intensity: 0, children: [build(0)] }
}

async function run(): Promise<ActorSystem> {
  const counter = new Int32Array(beat)
  const beatNow = () => Atomics.add(counter, 0, 1)
  setInterval(beatNow, THREAD_BEAT_MS)
  const { [name]: start } = (await import(module)) as Record<string, (scope: Scope, data: unknown) => Start>
  // From here on standing still is noticed.
  beatNow()
  if (start === undefined) throw new Error(`${module} exports no ${name}.`)
  const actor: ActorSpec = {
    id: '',
    kind: 'thread',
    restart: 'temporary',
    redeliver: false,
    start: (scope) => start(scope, data),
  }
  const segments = path.split('/').filter((segment) => segment !== '')
  return startSystem(treeFor(segments, actor), { outside, listen: hear })
}

try {
  const system = await run()
  port.on('message', (message: ToThread) => {
    if (message.type === 'deliver') system.forward(path, message.message)
    else if (message.type === 'answer') asks.get(message.id)?.resolve(message.result)
    else if (message.type === 'refuse') asks.get(message.id)?.reject(reviveError(message.error))
    else void system.stopActor(path).then(() => post({ type: 'stopped' }))
    if (message.type === 'answer' || message.type === 'refuse') asks.delete(message.id)
  })
  post({ type: 'started' })
} catch (error) {
  const { cause } = error as { cause?: unknown }
  post({ type: 'failed', error: serializeError(cause ?? error) })
}
