// Latency: percentiles of what took time, and what has become slower. Pure.

import type { Latency } from '../store/store.ts'

export interface LatencyLine {
  readonly kind: Latency['kind']
  readonly name: string
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** Of the time before, where there were enough to compare with. */
  readonly p95Before?: number
  /** It takes clearly longer than before: see `SLOWER`. */
  readonly isSlower: boolean
  /** Share that took no longer than the objective. */
  readonly within?: number
}

/** A p95 counts as slower from so many samples on each side, this many times the earlier one and so many ms more. */
const SLOWER = { samples: 10, times: 1.5, ms: 100 }

/** @param objectiveMs of what share no longer than that is told */
export function compareLatencies(
  now: readonly Latency[],
  before: readonly Latency[],
  objectiveMs: number | undefined,
): readonly LatencyLine[] {
  const earlier = grouped(before)
  return [...grouped(now)].map(([key, { kind, name, sorted }]) => {
    const known = earlier.get(key)?.sorted ?? []
    const p95 = percentile(sorted, 0.95)
    const p95Before = known.length < SLOWER.samples ? undefined : percentile(known, 0.95)
    const isSlower =
      p95Before !== undefined &&
      sorted.length >= SLOWER.samples &&
      p95 >= p95Before * SLOWER.times &&
      p95 - p95Before >= SLOWER.ms
    return {
      kind,
      name,
      count: sorted.length,
      p50: percentile(sorted, 0.5),
      p95,
      p99: percentile(sorted, 0.99),
      ...(p95Before !== undefined && { p95Before }),
      isSlower,
      ...(objectiveMs !== undefined && { within: sorted.filter((ms) => ms <= objectiveMs).length / sorted.length }),
    }
  })
}

interface Group {
  readonly kind: Latency['kind']
  readonly name: string
  /** Ascending. */
  readonly sorted: readonly number[]
}

const KINDS: readonly Latency['kind'][] = ['narrative', 'act', 'model', 'command']

/** Narratives first, then by name. */
function grouped(latencies: readonly Latency[]): ReadonlyMap<string, Group> {
  const groups = [...Map.groupBy(latencies, ({ kind, name }) => `${KINDS.indexOf(kind)} ${name}`)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )
  return new Map(
    groups.map(([key, members]) => {
      const { kind, name } = members[0]!
      return [key, { kind, name, sorted: members.map(({ ms }) => ms).sort((a, b) => a - b) }]
    }),
  )
}

/** The least value that this share of them does not exceed: nearest rank. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}
