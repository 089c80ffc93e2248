// Thread actor: an actor that runs in a worker thread of its own, seen from this side.
//
// Owns the thread's life. To the supervisor it is an actor like any other: a busy loop, a lack of memory or an error
// over there is a crash here, and the restart is a new thread. Messages cross by structured clone.
//
//   T1. The thread takes one message at a time; this side is ready when that side is.
//   T2. A thread whose loop has not turned for `hungAfterMs` is killed, whatever it is doing.
//   T3. No thread outlives its incarnation.

import { Worker } from 'node:worker_threads'
import type { ActorLogic, EventObject, Snapshot } from 'xstate'
import type { Start } from './child-spec.ts'
import type { Life } from './life.ts'
import type { Delivered } from './message.ts'
import type { Scope } from './scope.ts'
import { ThreadDiedError } from './supervision-error.ts'
import { type FromThread, reviveError, type ThreadData, type ToThread } from './thread-protocol.ts'

export interface ThreadOptions {
  /** The module that is loaded in the thread. */
  readonly module: URL
  /** The function in it that starts the actor: `(scope, data) => Start`. Default `start`. */
  readonly name?: string
  /** Handed to it; must survive a structured clone. */
  readonly data?: unknown
  /** Limit of the thread's heap, in MB. Default 128. */
  readonly memoryMb?: number
  /** The thread is killed when its loop stands still for this long, in ms. Default 1,000. */
  readonly hungAfterMs?: number
}

const DEFAULT_MEMORY_MB = 128
const DEFAULT_HUNG_AFTER_MS = 1_000

/** The `start` of an actor that is to run in a thread: `{ id: 'x', kind: 'bot', start: inThread({ module }) }`. */
export function inThread(options: ThreadOptions): (scope: Scope) => Promise<Start> {
  return async (scope) => {
    const thread = new Thread(scope, options)
    await thread.started
    return { logic: thread.logic() }
  }
}

type ThreadSnapshot = Snapshot<unknown> & { readonly tags: ReadonlySet<string> }
type ThreadEvent = EventObject & { readonly thread?: FromThread }

const READY: ReadonlySet<string> = new Set(['ready'])
const BUSY: ReadonlySet<string> = new Set()

class Thread {
  readonly started: Promise<void>
  readonly #scope: Scope
  readonly #worker: Worker
  readonly #beat = new Int32Array(new SharedArrayBuffer(4))
  /** Where messages go: at first to whoever waits for the start, then to the XState actor. */
  #hear: (message: FromThread) => void = () => {}
  #died: (error: Error) => void = () => {}
  #ended = false
  #stopped: (() => void) | undefined

  constructor(scope: Scope, options: ThreadOptions) {
    const { module, name = 'start', data, memoryMb = DEFAULT_MEMORY_MB, hungAfterMs = DEFAULT_HUNG_AFTER_MS } = options
    this.#scope = scope
    const workerData: ThreadData = {
      path: scope.path,
      incarnation: scope.incarnation,
      module: module.href,
      name,
      data,
      beat: this.#beat.buffer as SharedArrayBuffer,
    }
    this.#worker = new Worker(new URL(`./thread-host${import.meta.url.slice(-3)}`, import.meta.url), {
      workerData,
      name: scope.path,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
    this.#worker.on('message', (message: FromThread) => this.#receive(message))
    this.#worker.on('error', (error) => this.#die('ended by an error', error))
    this.#worker.on('exit', (code) => this.#die(`ended with exit code ${code}`))
    this.started = new Promise((resolve, reject) => {
      this.#died = reject
      this.#hear = (message) => {
        if (message.type === 'started') resolve()
        else if (message.type === 'failed') reject(reviveError(message.error))
      }
    })
    scope.signal.addEventListener('abort', () => this.#end(), { once: true })
    scope.onShutdown(() => this.#stop())
    this.#watch(hungAfterMs)
  }

  /** Logic of the actor on this side: it holds no state but whether the thread takes messages. */
  logic(): ActorLogic<ThreadSnapshot, ThreadEvent, undefined> & { readonly gated: true } {
    return {
      gated: true,
      getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined, tags: READY }),
      start: (_, { self }) => {
        this.#hear = (thread) => self.send({ type: `thread.${thread.type}`, thread })
        this.#died = (error) => self.send({ type: 'thread.died', error } as never)
      },
      transition: (snapshot, event) => this.#transition(snapshot, event),
      getPersistedSnapshot: (snapshot) => snapshot,
    }
  }

  #transition(snapshot: ThreadSnapshot, event: ThreadEvent): ThreadSnapshot {
    const { thread } = event
    if (event.type === 'xstate.stop') {
      this.#end()
      return { ...snapshot, status: 'stopped' } as ThreadSnapshot
    }
    if (event.type === 'thread.died') throw (event as unknown as { error: Error }).error
    if (thread === undefined) {
      this.#post({ type: 'deliver', message: event as unknown as Delivered })
      return { ...snapshot, tags: BUSY }
    }
    if (thread.type === 'failed') throw reviveError(thread.error)
    if (thread.type === 'done') return { ...snapshot, status: 'done', output: thread.output } as ThreadSnapshot
    return thread.type === 'ready' ? { ...snapshot, tags: READY } : snapshot
  }

  #receive(message: FromThread): void {
    const scope = this.#scope
    if (this.#ended) return
    if (message.type === 'tell') scope.tell(message.to, message.message, message.options)
    else if (message.type === 'reply') scope.reply(message.meta, message.result)
    else if (message.type === 'ask') this.#ask(message)
    else if (message.type === 'stopped') this.#stopped?.()
    else if (message.type === 'event') (scope as Life).report(message.event)
    else {
      if (message.type === 'failed' || message.type === 'done') this.#end()
      this.#hear(message)
    }
  }

  #ask({ id, to, message, options }: FromThread & { type: 'ask' }): void {
    this.#scope.ask(to, message, options).then(
      (result) => this.#post({ type: 'answer', id, result }),
      (error) =>
        this.#post({ type: 'refuse', id, error: { name: error.name, message: error.message, code: error.code } }),
    )
  }

  #post(message: ToThread): void {
    if (!this.#ended) this.#worker.postMessage(message)
  }

  /** Kills the thread when its loop stands still. */
  #watch(hungAfterMs: number): void {
    const { clock } = this.#scope
    let last = Atomics.load(this.#beat, 0)
    let seenAt = clock.now()
    const look = () => {
      if (this.#ended) return
      const beat = Atomics.load(this.#beat, 0)
      if (beat !== last) {
        last = beat
        seenAt = clock.now()
      }
      const silentMs = clock.now() - seenAt
      // A thread that has never beaten is still being loaded; its start has no other limit than its supervisor's patience.
      if (last !== 0 && silentMs >= hungAfterMs) this.#die(`stood still for ${silentMs} ms`)
      else clock.setTimeout(look, hungAfterMs / 4)
    }
    clock.setTimeout(look, hungAfterMs / 4)
  }

  #die(how: string, cause?: unknown): void {
    if (this.#ended) return
    this.#end()
    this.#died(
      new ThreadDiedError('thread-died', `The thread of ${this.#scope.path} ${how}.`, { cause, retryable: true }),
    )
  }

  /** Asks the actor over there to end in order. */
  #stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#stopped = resolve
      this.#post({ type: 'stop' })
    })
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    void this.#worker.terminate()
  }
}
