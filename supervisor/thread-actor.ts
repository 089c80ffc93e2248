// Thread actor: an actor that runs in a worker thread of its own, seen from this side.
//
// Owns the thread's life. To the supervisor it is an actor like any other: a busy loop, a lack of memory or an error
// over there is a crash here, and the restart is a new thread. Messages cross by structured clone.
//
//   T1. The thread takes one message at a time; this side is ready when that side is.
//   T2. A thread whose loop has not turned for `blockedAfterMs` is killed, whatever it is doing.
//   T3. No thread outlives its incarnation.

import { Worker } from 'node:worker_threads'
import type { ActorLogic, AnyStateMachine, EventObject, Snapshot } from 'xstate'
import type { RunningActor } from './actor-system.ts'
import type { Scope, Start } from './child-spec.ts'
import { type Exit, NORMAL } from './exit.ts'
import { FarActors } from './far-actors.ts'
import type { Beyond, Life } from './life.ts'
import type { Delivered } from './message.ts'
import type { ActorRecord } from './record.ts'
import { ThreadDiedError } from './supervision-error.ts'
import { type FarState, type FromThread, reviveError, type ThreadData, type ToThread } from './thread-protocol.ts'
import { activeTraceFields } from './trace-context.ts'

export interface ThreadOptions {
  /** The module that is loaded in the thread. */
  readonly module: URL
  /** The function in it that starts the actor: `(scope, data, port: ThreadPort) => Start`. Default `start`. */
  readonly name?: string
  /** Handed to it; must survive a structured clone. */
  readonly data?: unknown
  /** Limit of the thread's heap, in MB. Default 128. */
  readonly memoryMb?: number
  /** The thread is killed when its loop stands still for this long, in ms. Default 1,000. */
  readonly blockedAfterMs?: number
  /** As in an actor's specification; watched in the thread. */
  readonly hungAfterMs?: number
  /** The machine that runs over there, where its states are to be drawn here. */
  readonly machine?: AnyStateMachine
  /** Asked before each message: what `port.onNote` is to hear first. Must survive a structured clone; undefined: nothing. */
  news?(): unknown
  /** Hears what the module says with `port.note`. What it throws crashes the actor. */
  onNote?(note: unknown): void
  /** Answers what the module asks with `port.ask`. */
  onAsk?(question: unknown): Promise<unknown>
}

const DEFAULT_MEMORY_MB = 128
const DEFAULT_BLOCKED_AFTER_MS = 1_000
/** A thread that has not begun to load its module by then never will. */
const LONGEST_LOAD_MS = 60_000

/** The `start` of an actor that is to run in a thread: `{ id: 'x', kind: 'bot', start: inThread({ module }) }`. */
export function inThread(options: ThreadOptions): (scope: Scope) => Promise<Start> {
  return async (scope) => {
    const thread = new Thread(scope, options)
    await thread.started
    return { logic: thread.logic() }
  }
}

type ThreadSnapshot = Snapshot<unknown> & FarState & { readonly tags: ReadonlySet<string> }
type ThreadEvent = EventObject & { readonly thread?: FromThread }

const READY: ReadonlySet<string> = new Set(['ready'])
const BUSY: ReadonlySet<string> = new Set()

class Thread implements Beyond {
  readonly started: Promise<void>
  readonly #life: Life
  readonly #options: ThreadOptions
  readonly #worker: Worker
  readonly #beat = new Int32Array(new SharedArrayBuffer(4))
  /** What came before there was an XState actor to hear it. */
  readonly #early: FromThread[] = []
  /** Where messages go: at first to whoever waits for the start, then to the XState actor. */
  #hear: (message: FromThread) => void = () => {}
  #died: (error: Error) => void = () => {}
  #ended = false
  readonly #far: FarActors
  readonly #stops = new Map<number, () => void>()
  #lastStop = 0

  constructor(scope: Scope, options: ThreadOptions) {
    const { module, name = 'start', data, hungAfterMs } = options
    const { memoryMb = DEFAULT_MEMORY_MB, blockedAfterMs = DEFAULT_BLOCKED_AFTER_MS } = options
    this.#life = scope as Life
    this.#life.beyond = this
    this.#far = new FarActors(() => (this.#ended ? undefined : this.#life.ref))
    this.#options = options
    const workerData: ThreadData = {
      path: scope.path,
      incarnation: scope.incarnation,
      module: module.href,
      name,
      data,
      hungAfterMs,
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
        else this.#early.push(message)
      }
    })
    scope.signal.addEventListener('abort', () => this.#end(), { once: true })
    scope.onShutdown(() => this.stop(scope.path, NORMAL))
    this.#watch(blockedAfterMs)
  }

  /** Logic of the actor on this side: it holds what was last told of the state over there. */
  logic(): ActorLogic<ThreadSnapshot, ThreadEvent, undefined> & { readonly gated: true } {
    const { machine } = this.#options
    return {
      ...(machine && { root: machine.root, config: machine.config }),
      gated: true,
      getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined, tags: BUSY }),
      start: (_, { self }) => {
        this.#hear = (thread) => self.send({ type: `thread.${thread.type}`, thread })
        this.#died = (error) => self.send({ type: 'thread.died', error } as never)
        this.#far.show()
        for (const message of this.#early.splice(0)) this.#hear(message)
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
      this.#deliver(event as unknown as Delivered)
      return { ...snapshot, tags: BUSY }
    }
    if (thread.type === 'failed') throw reviveError(thread.error)
    if (thread.type === 'done') return { ...snapshot, status: 'done', output: thread.output } as ThreadSnapshot
    if (thread.type === 'state') return { ...snapshot, ...thread.state, ...this.#nodesOf(thread.state) }
    return thread.type === 'ready' ? { ...snapshot, tags: READY } : snapshot
  }

  /** What XState's machine snapshots say of the states that the actor is in. */
  #nodesOf({ value }: FarState): object {
    const { machine } = this.#options
    if (machine === undefined || value === undefined) return {}
    const { _nodes } = machine.resolveState({ value, context: {} } as never) as unknown as { _nodes: unknown }
    return { _nodes }
  }

  /** What is heard is handled outside of any actor's turn: what goes wrong with it is this actor's crash. */
  #receive(message: FromThread): void {
    if (this.#ended) return
    try {
      this.#take(message)
    } catch (error) {
      this.#end()
      this.#died(error as Error)
    }
  }

  #take(message: FromThread): void {
    const life = this.#life
    life.beat()
    if (message.type === 'tell') life.tell(message.to, message.message, message.options)
    else if (message.type === 'reply') life.reply(message.meta, message.result)
    else if (message.type === 'ask') this.#ask(message)
    else if (message.type === 'question') this.#question(message)
    else if (message.type === 'stopped') this.#stopped(message.id)
    else if (message.type === 'event') life.report(message.event)
    else if (message.type === 'records') this.#far.take(message.records)
    else if (message.type === 'stored') life.stored(message.to)
    else if (message.type === 'note') this.#options.onNote?.(message.note)
    else {
      if (message.type === 'failed' || message.type === 'done') this.#end()
      this.#hear(message)
    }
  }

  /** The span over there is a child of the one that the message is handled in here. */
  #deliver(message: Delivered): void {
    const news = this.#options.news?.()
    if (news !== undefined) this.#post({ type: 'note', note: news })
    this.#post({ type: 'deliver', message: { ...message, meta: { ...message.meta, ...activeTraceFields() } } })
  }

  #ask({ id, to, message, options }: FromThread & { type: 'ask' }): void {
    this.#life.ask(to, message, options).then(
      (result) => this.#answer(id, result),
      (error) => this.#refuse(id, error),
    )
  }

  async #question({ id, question }: FromThread & { type: 'question' }): Promise<void> {
    try {
      this.#answer(id, await this.#options.onAsk?.(question))
    } catch (error) {
      this.#refuse(id, error as Error)
    }
  }

  #answer(id: number, result: unknown): void {
    try {
      this.#post({ type: 'answer', id, result })
    } catch (error) {
      // It cannot be cloned.
      this.#refuse(id, error as Error)
    }
  }

  #refuse(id: number, { name, message, code }: Error & { readonly code?: string }): void {
    this.#post({ type: 'refuse', id, error: { name, message, ...(code !== undefined && { code }) } })
  }

  #post(message: ToThread): void {
    if (!this.#ended) this.#worker.postMessage(message)
  }

  // ------------------------------------------------------------------ what is over there

  records(): readonly ActorRecord[] {
    return this.#far.records
  }

  actors(): Iterable<RunningActor> {
    return this.#far.actors()
  }

  /** Asks an actor over there to end in order, and settles when it has, or when the thread has ended. */
  stop(path: string, exit: Exit): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ended) return resolve()
      this.#stops.set(++this.#lastStop, resolve)
      this.#post({ type: 'stop', id: this.#lastStop, path, exit })
    })
  }

  kill(path: string): void {
    this.#post({ type: 'kill', path })
  }

  #stopped(id: number): void {
    this.#stops.get(id)?.()
    this.#stops.delete(id)
  }

  // ------------------------------------------------------------------ its end

  /** Kills the thread when its loop stands still. */
  #watch(blockedAfterMs: number): void {
    const { clock } = this.#life
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
      if (silentMs >= (last === 0 ? Math.max(blockedAfterMs, LONGEST_LOAD_MS) : blockedAfterMs)) {
        this.#die(`stood still for ${silentMs} ms`, undefined, silentMs)
      } else clock.setTimeout(look, blockedAfterMs / 4)
    }
    clock.setTimeout(look, blockedAfterMs / 4)
  }

  #die(how: string, cause?: unknown, hungForMs?: number): void {
    if (this.#ended) return
    if (hungForMs !== undefined) this.#life.hung(hungForMs)
    this.#end()
    this.#died(
      new ThreadDiedError('thread-died', `The thread of ${this.#life.path} ${how}.`, { cause, retryable: true }),
    )
  }

  #end(): void {
    if (this.#ended) return
    const records = this.#far.records
    this.#far.take([])
    this.#ended = true
    void this.#worker.terminate()
    for (const id of [...this.#stops.keys()]) this.#stopped(id)
    this.#bury(records)
    // It may have stored messages without having had the time to say so.
    this.#life.stored()
  }

  /** What lived over there has ended with the thread; nobody else will say so. */
  #bury(records: readonly ActorRecord[]): void {
    const at = this.#life.clock.now()
    for (const { path, kind, incarnation } of records.toReversed()) {
      this.#life.report({ at, path, kind, incarnation, type: 'stopped', reason: 'killed' })
    }
  }
}
