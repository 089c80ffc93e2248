// Loop watchdog: a second thread that watches the event loop of this one.
//
// Owns the shared memory between the two. A loop that is blocked cannot notice it itself: timers, promises and signals
// all wait for it. The thread sees the missing beat, and the path of the actor whose turn it was.
//
//   W1. A block is reported once, when the loop runs again; past the hard limit the process is ended, so that whatever
//       runs it starts it anew. That is safe where mailboxes and the journal are in a store.
//   W2. Nothing is watched while a debugger is attached: a breakpoint looks like a block.

import { url as inspectorUrl } from 'node:inspector'
import { Worker } from 'node:worker_threads'

export interface WatchdogOptions {
  /** A block of this length, in ms, is noticed. Default 100. */
  readonly limitMs?: number
  /** A block of this length ends the process with SIGKILL. Default never. */
  readonly hardLimitMs?: number
  /** File descriptor that gets one line of JSON before such an end. Default none. */
  readonly lastWordsFd?: number
}

export interface LoopBlock {
  /** The actor whose turn it was; undefined when the loop was blocked by something else. */
  readonly path: string | undefined
  /** How long after the last sign of life it was noticed, in ms. */
  readonly noticedAfterMs: number
}

const BEAT_MS = 10
/** Places in the shared memory: the number of the last beat, the length of the path, then its bytes. */
const BEAT = 0
const PATH_LENGTH = 1
const PATH_OFFSET_BYTES = 8
const LONGEST_PATH_BYTES = 1_016

export class LoopWatchdog {
  readonly #words: Int32Array
  readonly #path: Uint8Array
  readonly #encoder = new TextEncoder()
  readonly #timer: NodeJS.Timeout
  readonly #worker: Worker

  /** @param onError hears of the end of the watching thread by an error: nothing is watched from then on */
  constructor(options: WatchdogOptions, onBlock: (block: LoopBlock) => void, onError: (error: unknown) => void) {
    const shared = new SharedArrayBuffer(PATH_OFFSET_BYTES + LONGEST_PATH_BYTES)
    this.#words = new Int32Array(shared, 0, 2)
    this.#path = new Uint8Array(shared, PATH_OFFSET_BYTES)
    this.#timer = setInterval(() => this.#beat(), BEAT_MS)
    this.#timer.unref()
    const entry = new URL(`./loop-watchdog-thread${import.meta.url.slice(-3)}`, import.meta.url)
    this.#worker = new Worker(entry, { workerData: { shared, limitMs: 100, ...options }, name: 'loop-watchdog' })
    this.#worker.unref()
    this.#worker.on('message', onBlock)
    this.#worker.on('error', onError)
  }

  /** Settles when the thread has begun to watch. */
  ready(): Promise<void> {
    return new Promise((resolve) => this.#worker.once('online', resolve))
  }

  /** Notes whose turn it is. */
  enter(path: string): void {
    const { written } = this.#encoder.encodeInto(path, this.#path)
    Atomics.store(this.#words, PATH_LENGTH, written)
  }

  leave(): void {
    Atomics.store(this.#words, PATH_LENGTH, 0)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#worker.terminate()
  }

  #beat(): void {
    // 0 means: not watched.
    const next = inspectorUrl() === undefined ? (Atomics.load(this.#words, BEAT) % 1_000_000_000) + 1 : 0
    Atomics.store(this.#words, BEAT, next)
  }
}
