// Duration: `"90s"`, `"5m"`, or a number of seconds.

import type { Keys } from './keys.ts'
import { reportType } from './keys.ts'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** What a timer holds; longer ones would fire at once. */
const LONGEST_MS = 2_147_483_647

/** In ms, from 1. */
export function readDuration(keys: Keys, name: string): number | undefined {
  const node = keys.node(name)
  if (node === undefined) return undefined
  const ms =
    node.is === 'integer' || node.is === 'float'
      ? node.value * 1_000
      : node.is === 'string'
        ? parseDuration(node.value)
        : undefined
  if (ms !== undefined && ms >= 1 && ms <= LONGEST_MS) return Math.round(ms)
  return reportType(keys.report, node, 'a duration of up to 24 days, such as "90s" or "5m"')
}

function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)$/.exec(text.trim()) ?? []
  return number === undefined ? undefined : Number(number) * UNITS[unit!]!
}
