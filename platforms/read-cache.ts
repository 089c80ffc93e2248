// Read cache: answers of read commands, for as long as whoever asks allows.
//
//   K1. Only successful reads are kept. A write is never answered from here, and does not change what is kept.
//   K2. The longest unused answer makes room for a new one.

import type { Json, JsonObject } from '../json.ts'
import { forgetOldest } from './forget-oldest.ts'
import type { Command, CommandOutcome } from './platform.ts'

export interface ReadCache {
  /** Kept not longer ago than `maxAgeMs`. */
  get(command: Command, maxAgeMs: number): { readonly outcome: CommandOutcome; readonly ageMs: number } | undefined
  set(command: Command, outcome: CommandOutcome): void
}

/** @param capacity answers kept at most */
export function createReadCache(capacity: number, now: () => number): ReadCache {
  // A Map keeps the order of insertion: the first key is the longest unused one.
  const kept = new Map<string, { readonly outcome: CommandOutcome; readonly at: number }>()
  return {
    get(command, maxAgeMs) {
      const key = keyOf(command)
      const entry = kept.get(key)
      if (entry === undefined || now() - entry.at >= maxAgeMs) return undefined
      kept.delete(key)
      kept.set(key, entry)
      return { outcome: entry.outcome, ageMs: now() - entry.at }
    },
    set(command, outcome) {
      const key = keyOf(command)
      kept.delete(key)
      kept.set(key, { outcome, at: now() })
      forgetOldest(kept, capacity)
    },
  }
}

function keyOf({ platform, command, args }: Command): string {
  return JSON.stringify([platform, command, sorted(args)])
}

/** The same arguments in another order are the same question. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const object = value as JsonObject
  return Object.fromEntries(
    Object.keys(object)
      .toSorted()
      .map((key) => [key, sorted(object[key]!)]),
  )
}
