// Snowflake: Discord's ids. The upper 42 bits are a time, the lower 22 tell things of one millisecond apart.
//
// Also makes the ids of a dry run, which nothing on Discord has.
//
//   I1. The same seed gives the same id, in every process.
//   I2. An imagined id is recognised by itself, without a list: its lower 22 bits are a checksum of the upper ones. A
//       real id passes for one once in four million.

import { createHash } from 'node:crypto'

const DISCORD_EPOCH = 1_420_070_400_000
const LOW_BITS = 22n
const LOW_MASK = (1n << LOW_BITS) - 1n

/** Epoch ms; 0 for what is not an id. */
export function timeOfSnowflake(id: string): number {
  return /^\d{1,20}$/.test(id) ? Number(BigInt(id) >> LOW_BITS) + DISCORD_EPOCH : 0
}

/** The smallest id of a moment, for queries such as "after". */
export function snowflakeAt(time: number, increment = 0): string {
  return String((BigInt(Math.max(0, Math.floor(time) - DISCORD_EPOCH)) << LOW_BITS) | (BigInt(increment) & LOW_MASK))
}

// So that an imagined id has the 19 digits of a real one: its time lies in the years 2023 to 2031.
const FIRST_UPPER = 1n << 38n

export function imaginedId(seed: string): string {
  const upper = FIRST_UPPER + (digest(seed) & (FIRST_UPPER - 1n))
  return String((upper << LOW_BITS) | checksum(upper))
}

export function isImagined(id: string): boolean {
  if (!/^\d{17,20}$/.test(id)) return false
  const value = BigInt(id)
  return (value & LOW_MASK) === checksum(value >> LOW_BITS)
}

function checksum(upper: bigint): bigint {
  return digest(`imagined ${upper}`) & LOW_MASK
}

function digest(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64BE()
}
