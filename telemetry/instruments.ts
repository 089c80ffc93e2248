// Instruments: how the rest of the house gives numbers to the metrics of the instrument table.
//
//   N1. Every call works before, without and after a metrics SDK; without one it does nothing.
//   N2. What is observed stays observed when the SDK is started later, or again.
//   N3. A counter whose labels are all closed lists is there with 0 from the beginning, since an alert on a series
//       that does not exist never fires. For the others the owner calls `count(name, labels, 0)` once it knows the names.

import type { Attributes, Counter, Gauge, Histogram, Meter } from '@opentelemetry/api'
import {
  type CounterName,
  INSTRUMENTS,
  type InstrumentEntry,
  type InstrumentName,
  type LabelsOf,
  type ObservedName,
  type RecordedName,
} from './instrument-table.ts'

/** Adds to a counter. A value of 0 makes the series exist. */
export function count<N extends CounterName>(name: N, labels: LabelsOf<N>, value = 1): void {
  bound?.counters.get(name)?.add(value, given(labels))
}

/** Puts a value into a histogram, or sets a gauge. The value is in the unit of the table. */
export function record<N extends RecordedName>(name: N, value: number, labels: LabelsOf<N>): void {
  bound?.recorders.get(name)?.record(value, given(labels))
}

export interface Observation<N extends InstrumentName> {
  readonly value: number
  readonly labels: LabelsOf<N>
}

/**
 * Gives an observable instrument a source, which is asked whenever the metrics are read. It must be quick: what costs a
 * query is cached by whoever observes.
 *
 * @returns ends the observation
 */
export function observe<N extends ObservedName>(name: N, read: () => Iterable<Observation<N>>): () => void {
  const sources = observers.get(name) ?? new Set<Source>()
  observers.set(name, sources)
  const source = read as Source
  sources.add(source)
  return () => void sources.delete(source)
}

/** Upper bounds of histograms, by instrument. */
export type Buckets = Readonly<Record<string, readonly number[]>>

/**
 * Binds what is counted and recorded to a meter, or with undefined to none. For the start and the end of telemetry.
 *
 * @param buckets in place of those of the table
 */
export function bindInstruments(meter: Meter | undefined, buckets: Buckets = {}): void {
  bound = meter === undefined ? undefined : bind(meter, buckets)
}

/** A number on its way to the thread that exports it. */
export type RelayedNumber = readonly [how: 'count' | 'record', name: InstrumentName, value: number, labels: Attributes]

/** From now on another thread counts and records. */
export function relayInstruments(send: (number: RelayedNumber) => void): void {
  bound = {
    counters: { get: (name) => ({ add: (value, labels) => send(['count', name, value, labels]) }) },
    recorders: { get: (name) => ({ record: (value, labels) => send(['record', name, value, labels]) }) },
  }
}

/** Counts or records a number of another thread. */
export function takeRelayed([how, name, value, labels]: RelayedNumber): void {
  if (how === 'count') bound?.counters.get(name as CounterName)?.add(value, labels)
  else bound?.recorders.get(name as RecordedName)?.record(value, labels)
}

/** What one observable instrument says now. */
export interface Observed {
  readonly name: string
  readonly entry: InstrumentEntry
  readonly points: readonly { readonly value: number; readonly attributes: Attributes }[]
}

/**
 * Asks all sources. One that throws goes to `onError` and costs nobody else their series; of two points with the same
 * labels the later counts.
 */
export function* readObserved(onError: (name: string, thrown: unknown) => void): Iterable<Observed> {
  for (const [name, sources] of observers) {
    const points = new Map<string, Observed['points'][number]>()
    for (const source of sources) {
      try {
        for (const { value, labels } of source()) {
          const attributes = given(labels)
          const key = JSON.stringify(Object.entries(attributes).sort())
          if (points.size < MAX_SERIES || points.has(key)) points.set(key, { value, attributes })
        }
      } catch (thrown) {
        onError(name, thrown)
      }
    }
    yield { name, entry: INSTRUMENTS[name], points: [...points.values()] }
  }
}

/** Most series of one observable instrument: the limit that the SDK sets for the others. */
const MAX_SERIES = 2_000

type Source = () => Iterable<{ readonly value: number; readonly labels: Readonly<Record<string, string | undefined>> }>

interface Bound {
  readonly counters: { get(name: CounterName): { add(value: number, labels: Attributes): void } | undefined }
  readonly recorders: { get(name: RecordedName): { record(value: number, labels: Attributes): void } | undefined }
}

const observers = new Map<ObservedName, Set<Source>>()
let bound: Bound | undefined

function bind(meter: Meter, buckets: Buckets): Bound {
  const counters = new Map<string, Counter>()
  const recorders = new Map<string, Histogram | Gauge>()
  for (const [name, entry] of Object.entries(INSTRUMENTS) as [string, InstrumentEntry][]) {
    const options = { unit: entry.unit, description: entry.help }
    switch (entry.kind) {
      case 'counter': {
        const counter = meter.createCounter(name, options)
        for (const labels of knownLabelSets(entry.labels)) counter.add(0, labels)
        counters.set(name, counter)
        break
      }
      case 'histogram': {
        const advice = { explicitBucketBoundaries: [...(buckets[name] ?? entry.buckets ?? [])] }
        recorders.set(name, meter.createHistogram(name, { ...options, advice }))
        break
      }
      case 'gauge':
        recorders.set(name, meter.createGauge(name, options))
        break
    }
  }
  return { counters, recorders }
}

/** An optional label that is undefined is a label left out, not a series of its own. */
function given(labels: Readonly<Record<string, string | undefined>>): Attributes {
  for (const label in labels) {
    if (labels[label] === undefined) {
      return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined)) as Attributes
    }
  }
  return labels as Attributes
}

/** Every combination of labels, when all of them are closed lists; else none. */
function knownLabelSets(labels: InstrumentEntry['labels']): Attributes[] {
  let sets: Attributes[] = [{}]
  for (const [label, values] of Object.entries(labels)) {
    if (typeof values === 'string') return []
    if (label.endsWith('?')) continue
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })))
  }
  return sets
}
