// One at a time: what is asked for and made where it is missing, by one command at a time in this process.
//
// Bots with threads of their own have a connection to Discord each, so that the lock is in memory that threads share. The
// locks of node:worker_threads would be that, but lose a waiting thread under load (Node 24.21).
//
//   O1. Who has the lock has it for LEASE_S seconds at most: a thread that was killed gives nothing back.
//   O2. Two names may share a lock; they then wait for each other in vain, and no more.

import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

const NAME = 'botticelli.one-at-a-time'
const LOCKS = 256
const LEASE_S = 120
const POLL_MS = 20

/** When each lock was taken, in seconds since the machine began; 0 of one that is free. */
const taken = new Int32Array(shared())

/**
 * @param what is looked at and made; two of the same wait for each other
 * @throws the signal's reason when it is aborted while others are at it
 */
export async function oneAtATime<T>(what: readonly string[], signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const lock = createHash('sha256').update(JSON.stringify(what)).digest().readUInt32BE() % LOCKS
  const since = await take(lock, signal)
  try {
    return await work()
  } finally {
    Atomics.compareExchange(taken, lock, since, 0)
  }
}

async function take(lock: number, signal: AbortSignal): Promise<number> {
  for (;;) {
    signal.throwIfAborted()
    const [now] = process.hrtime()
    const since = Atomics.load(taken, lock)
    const isFree = since === 0 || now - since > LEASE_S
    if (isFree && Atomics.compareExchange(taken, lock, since, now) === since) return now
    await pause(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

/** Threads are begun with what the one has that begins them. */
function shared(): SharedArrayBuffer {
  const known = getEnvironmentData(NAME)
  if (known instanceof SharedArrayBuffer) return known
  const made = new SharedArrayBuffer(LOCKS * Int32Array.BYTES_PER_ELEMENT)
  setEnvironmentData(NAME, made as never)
  return made
}
