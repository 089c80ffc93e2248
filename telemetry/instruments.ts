// Instruments: how the rest of the house gives numbers to the metrics of the instrument table.
//
//   N1. Every call works whether or not anything is kept; before `startInstruments` and after its end it does nothing.
//   N2. What is observed stays observed when it is started later, or again.
//   N3. A counter or histogram whose labels are all closed lists is there, empty, from the beginning, since an alert on a
//       series that does not exist never fires. Of the others the owner calls `count(name, labels, 0)` or `begin` once
//       it knows the names.

import type { TraceFlags } from '@opentelemetry/api'
import {
  type CounterName,
  type HistogramName,
  INSTRUMENTS,
  type InstrumentEntry,
  type InstrumentName,
  type LabelsOf,
  type ObservedName,
  type RecordedName,
} from './instrument-table.ts'
import {
  type CountedIn,
  type ExampleSpan,
  type Labels,
  type Metric,
  type MetricKind,
  MOST_SERIES,
  type Series,
  SeriesSet,
  seriesOf,
} from './series.ts'
import { activeSpanContext } from './trace-context.ts'

/** Adds to a counter. A value of 0 makes the series exist. */
export function count<N extends CounterName>(name: N, labels: LabelsOf<N>, value = 1): void {
  keeper?.take(name, value, labels)
}

/** Puts a value into a histogram, or sets a gauge. The value is in the unit of the table. */
export function record<N extends RecordedName>(name: N, value: number, labels: LabelsOf<N>): void {
  keeper?.take(name, value, labels)
}

/** Makes a series of a histogram exist, with nothing in it. */
export function begin<N extends HistogramName>(name: N, labels: LabelsOf<N>): void {
  keeper?.take(name, NOTHING, labels)
}

/** Counts nowhere, see series.ts (C3). */
const NOTHING = Number.NaN

/** For who adds to a counter under the same labels all the time: they are looked up once. */
export function counter<N extends CounterName>(name: N, labels: LabelsOf<N>): (value?: number) => void {
  const take = prepared(name, labels)
  return (value = 1) => take(value)
}

/** For who puts values under the same labels into a histogram all the time. */
export function recorder<N extends RecordedName>(name: N, labels: LabelsOf<N>): (value: number) => void {
  return prepared(name, labels)
}

function prepared(name: InstrumentName, labels: Labels): (value: number) => void {
  let series: Series | undefined
  let keptBy: Keeper | undefined
  return (value) => {
    if (keeper !== keptBy) {
      keptBy = keeper
      series = keeper?.find?.(name, labels)
    }
    if (series !== undefined) series.take(value, sampledSpan)
    else keeper?.take(name, value, labels)
  }
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

/** Begins to keep what is counted and recorded, with nothing in it. @param buckets in place of those of the table */
export function startInstruments(buckets: Buckets = {}): Recorded {
  const recorded = new Map<string, SeriesSet>()
  for (const [name, { kind, labels, buckets: usual }] of Object.entries<InstrumentEntry>(INSTRUMENTS)) {
    if (isObserved(kind)) continue
    const series = new SeriesSet(namesOf(labels), MOST_SERIES[kind], seriesOf(kind, buckets[name] ?? usual))
    if (kind !== 'gauge') for (const known of knownLabelSets(labels)) series.take(NOTHING, known)
    recorded.set(name, series)
  }
  const own: Keeper = {
    find: (name, labels) => recorded.get(name)?.find(labels),
    take: (name, value, labels, span = sampledSpan) => recorded.get(name)?.take(value, labels, span),
  }
  keeper = own
  return {
    *read() {
      for (const [name, { points }] of recorded) yield metricOf(name as InstrumentName, points)
    },
    stop() {
      if (keeper === own) keeper = undefined
    },
  }
}

const SAMPLED: TraceFlags.SAMPLED = 1

/** A trace that nobody keeps is no example. */
function sampledSpan(): ExampleSpan | undefined {
  const span = activeSpanContext()
  return span === undefined || (span.traceFlags & SAMPLED) === 0 ? undefined : span
}

export interface Recorded {
  /** Every instrument, those without a series among them. */
  read(): Iterable<Metric>
  stop(): void
}

/** A number on its way to the thread that exports it. */
export type RelayedNumber = readonly [name: InstrumentName, value: number, labels: Labels, span?: ExampleSpan]

/** From now on another thread counts and records. */
export function relayInstruments(send: (number: RelayedNumber) => void): void {
  keeper = {
    take(name, value, labels) {
      const span = sampledSpan()
      send(span ? [name, value, labels, { traceId: span.traceId, spanId: span.spanId }] : [name, value, labels])
    },
  }
}

/** Counts or records a number of another thread. */
export function takeRelayed([name, value, labels, span]: RelayedNumber): void {
  keeper?.take(name, value, labels, () => span)
}

/**
 * Asks all sources. One that throws goes to `onError` and costs nobody else their series; of two points with the same
 * labels the later counts.
 */
export function* readObserved(onError: (name: string, thrown: unknown) => void): Iterable<Metric> {
  for (const [name, sources] of observers) {
    const { kind, labels } = INSTRUMENTS[name]
    const series = new SeriesSet(namesOf(labels), MOST_SERIES.gauge, seriesOf('gauge'), seriesOf(plain(kind)))
    for (const source of sources) {
      try {
        for (const { value, labels } of source()) series.take(value, labels)
      } catch (thrown) {
        onError(name, thrown)
      }
    }
    yield metricOf(name, series.points)
  }
}

type Source = () => Iterable<{ readonly value: number; readonly labels: Labels }>

const observers = new Map<ObservedName, Set<Source>>()
/** Whoever keeps the numbers. */
interface Keeper {
  take(name: InstrumentName, value: number, labels: Labels, span?: CountedIn): void
  /** Where they are kept in this thread. */
  find?(name: InstrumentName, labels: Labels): Series | undefined
}

let keeper: Keeper | undefined

function metricOf(name: InstrumentName, points: Metric['points']): Metric {
  const { kind, unit, help } = INSTRUMENTS[name]
  return { name, kind: plain(kind), unit, help, points }
}

function isObserved(kind: InstrumentEntry['kind']): kind is 'observable-counter' | 'observable-gauge' {
  return kind.startsWith('observable-')
}

function plain(kind: InstrumentEntry['kind']): MetricKind {
  return kind.replace('observable-', '') as MetricKind
}

function namesOf(labels: InstrumentEntry['labels']): string[] {
  return Object.keys(labels).map((label) => label.replace('?', ''))
}

/** Every combination of labels, when all of them are closed lists; else none. */
function knownLabelSets(labels: InstrumentEntry['labels']): Labels[] {
  let sets: Labels[] = [{}]
  for (const [label, values] of Object.entries(labels)) {
    if (typeof values === 'string') return []
    if (label.endsWith('?')) continue
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })))
  }
  return sets
}
