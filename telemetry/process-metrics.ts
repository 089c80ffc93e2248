// Process metrics: memory, processor time, event loop and garbage collection of this process.

import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import { observe, record } from './instruments.ts'

/** Begins to measure; the function that is returned ends it. Node keeps no handle open for it. */
export function startProcessMetrics(): () => void {
  const ends = [...observeProcess(), ...observeEventLoop(), observeHeap(), observeGarbageCollection()]
  return () => {
    for (const end of ends) end()
  }
}

const one = (value: number) => [{ value, labels: {} }] as const

function observeProcess() {
  const startedAt = (Date.now() - process.uptime() * 1_000) / 1_000
  return [
    observe('process.resident_memory', () => one(process.memoryUsage.rss())),
    observe('process.cpu.time', () => {
      const { user, system } = process.cpuUsage() // in microseconds
      return [
        { value: user / 1e6, labels: { 'cpu.mode': 'user' } },
        { value: system / 1e6, labels: { 'cpu.mode': 'system' } },
      ]
    }),
    observe('process.start_time', () => one(startedAt)),
    observe('process.open_fds', () => {
      const open = openFiles()
      return open === undefined ? [] : one(open)
    }),
    observe('process.disk.io', diskBytes),
  ]
}

/** Nothing where the system has no /proc, or does not count. */
function diskBytes() {
  try {
    const counts = readFileSync('/proc/self/io', 'utf8')
    return (['read', 'write'] as const).flatMap((direction) => {
      const bytes = new RegExp(`^${direction}_bytes: (\\d+)$`, 'm').exec(counts)?.[1]
      return bytes === undefined ? [] : [{ value: Number(bytes), labels: { 'disk.io.direction': direction } }]
    })
  } catch {
    return []
  }
}

/** Undefined where the system has no /proc. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length - 1 // without the one that reads
  } catch {
    return undefined
  }
}

function observeEventLoop() {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  let utilization = performance.eventLoopUtilization()
  const seconds = (nanoseconds: number) => (Number.isFinite(nanoseconds) ? one(nanoseconds / 1e9) : [])
  return [
    observe('nodejs.eventloop.utilization', () => {
      const now = performance.eventLoopUtilization()
      const since = performance.eventLoopUtilization(now, utilization)
      utilization = now
      return one(since.utilization)
    }),
    // An empty histogram says 2^63 for its least value.
    observe('nodejs.eventloop.delay.min', () => (delay.count === 0 ? [] : seconds(delay.min))),
    observe('nodejs.eventloop.delay.max', () => seconds(delay.max)),
    observe('nodejs.eventloop.delay.mean', () => seconds(delay.mean)),
    observe('nodejs.eventloop.delay.stddev', () => seconds(delay.stddev)),
    observe('nodejs.eventloop.delay.p50', () => seconds(delay.percentile(50))),
    observe('nodejs.eventloop.delay.p90', () => seconds(delay.percentile(90))),
    observe('nodejs.eventloop.delay.p99', () => {
      const value = seconds(delay.percentile(99))
      delay.reset() // the last of the family in the instrument table, so the next reading begins anew
      return value
    }),
    () => delay.disable(),
  ]
}

function observeHeap() {
  return observe('v8js.memory.heap.used', () =>
    getHeapSpaceStatistics().map(({ space_name, space_used_size }) => ({
      value: space_used_size,
      labels: { 'v8js.heap.space.name': space_name },
    })),
  )
}

/** What Node's documentation promises of an entry of type `gc`, and its types leave out. */
type GarbageCollection = PerformanceEntry & { readonly detail: { readonly kind: number } }

const GC_TYPES = { 1: 'minor', 4: 'major', 8: 'incremental', 16: 'weakcb' } as const

function observeGarbageCollection(): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as GarbageCollection).detail
      const type = GC_TYPES[kind as keyof typeof GC_TYPES]
      if (type !== undefined) record('v8js.gc.duration', entry.duration / 1_000, { 'v8js.gc.type': type })
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}
