// New id: ULIDs of one process, in the order in which they were made.

import { randomFillSync } from 'node:crypto'
import { monotonicFactory } from 'ulid'

/** A new ULID. Sorts behind those before it, also within a millisecond. @see https://github.com/ulid/spec */
export const newId: () => string = monotonicFactory(random)

/** An id takes 16 random characters: asked for one by one they would cost more than the rest of it. */
const POOL = new Uint8Array(1_024)
let used = POOL.length

/** 0 to 1. */
function random(): number {
  if (used === POOL.length) {
    randomFillSync(POOL)
    used = 0
  }
  return POOL[used++]! / 256
}
