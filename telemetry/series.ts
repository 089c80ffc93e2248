// Series: the numbers of one instrument, one for each set of label values.
//
//   C1. To count in a series that exists costs one look-up a label and an addition: no text is put together, no object
//       made. It happens in every act many times. Who counts under the same labels again and again keeps the series.
//   C2. An instrument has at most `limit` series. What finds no room counts in the last one, `otel.metric.overflow`.
//   C3. A counter never falls, and what is not a number counts nowhere.
//   C4. A series, and each bucket of a histogram, remembers a span that it was counted in, where there was one: the last,
//       or one that came less than `EXAMPLE_MS` before it. To ask for the span each time would cost more than to count.
//
// https://opentelemetry.io/docs/specs/otel/metrics/sdk/#overflow-attribute

import type { Attributes, SpanContext } from '@opentelemetry/api'

/** Label values by name; one that is undefined is left out. */
export type Labels = Readonly<Record<string, string | undefined>>

export type MetricKind = 'counter' | 'gauge' | 'histogram'

/** Most series of one instrument, by its kind. */
export const MOST_SERIES: Readonly<Record<MetricKind, number>> = { counter: 2_000, gauge: 2_000, histogram: 1_000 }

/** What a histogram holds. */
export interface Distribution {
  /** Upper bounds, ascending. */
  readonly bounds: readonly number[]
  /** Of each bucket alone, and last of what is above all bounds. */
  readonly counts: readonly number[]
  readonly count: number
  readonly sum: number
  /** Infinite as long as nothing was recorded. */
  readonly min: number
  readonly max: number
}

/** Where a number comes from. */
export interface Exemplar {
  readonly traceId: string
  readonly spanId: string
  readonly value: number
  /** Epoch ms. */
  readonly at: number
}

export interface Point {
  readonly attributes: Attributes
  readonly value: number | Distribution
  /** By bucket; of a counter one. A gauge has none. */
  readonly exemplars?: readonly (Exemplar | undefined)[]
}

/** An instrument and its series, as they are read. */
export interface Metric {
  readonly name: string
  readonly kind: MetricKind
  readonly unit: string
  readonly help: string
  readonly points: readonly Point[]
}

/** One number under one set of labels. */
export interface Series extends Point {
  take(value: number, span?: CountedIn): void
}

/** Tells the span that is counted in; undefined where there is none. */
export type CountedIn = () => ExampleSpan | undefined

export type ExampleSpan = Pick<SpanContext, 'traceId' | 'spanId'>

export class SeriesSet {
  readonly #labels: readonly string[]
  readonly #limit: number
  readonly #open: (attributes: Attributes) => Series
  readonly #openOverflow: (attributes: Attributes) => Series
  readonly #root: Branch = new Map()
  readonly #all: Series[] = []
  #overflow: Series | undefined

  /**
   * @param labels the names of all labels that can be given
   * @param openOverflow the same as `open` without it
   */
  constructor(labels: readonly string[], limit: number, open: OpenSeries, openOverflow: OpenSeries = open) {
    this.#labels = labels.length > 0 ? labels : NO_LABEL
    this.#limit = limit
    this.#open = open
    this.#openOverflow = openOverflow
  }

  take(value: number, labels: Labels, span?: CountedIn): void {
    this.find(labels).take(value, span)
  }

  /** The series of these labels; begins one, or gives the overflow, where there is none. */
  find(labels: Labels): Series {
    let found: Branch | Series | undefined = this.#root
    for (const label of this.#labels) {
      found = (found as Branch).get(labels[label])
      if (found === undefined) break
    }
    return (found as Series | undefined) ?? this.#add(labels)
  }

  get points(): readonly Point[] {
    return this.#overflow === undefined ? this.#all : [...this.#all, this.#overflow]
  }

  #add(labels: Labels): Series {
    if (this.#all.length >= this.#limit - 1) {
      this.#overflow ??= this.#openOverflow(OVERFLOW)
      return this.#overflow
    }
    const series = this.#open(given(labels))
    const [last, ...path] = this.#labels.toReversed()
    const branch = path.reduceRight((at: Branch, label) => {
      const next = at.get(labels[label]) ?? new Map()
      at.set(labels[label], next)
      return next as Branch
    }, this.#root)
    branch.set(labels[last!], series)
    this.#all.push(series)
    return series
  }
}

type OpenSeries = (attributes: Attributes) => Series
type Branch = Map<string | undefined, Branch | Series>

/** Stands for the labels of an instrument that has none: nobody gives a value for it. */
const NO_LABEL = ['']
export const OVERFLOW: Attributes = { 'otel.metric.overflow': true }

function given(labels: Labels): Attributes {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined))
}

/** How a series of this kind begins. @param bounds ascending; histograms only */
export function seriesOf(kind: MetricKind, bounds: readonly number[] = []): OpenSeries {
  switch (kind) {
    case 'counter':
      return (attributes) => new Sum(attributes)
    case 'gauge':
      return (attributes) => new Last(attributes)
    case 'histogram':
      return (attributes) => new Buckets(attributes, bounds)
  }
}

class Sum implements Series {
  readonly attributes: Attributes
  readonly exemplars: Exemplar[] = []
  value = 0

  constructor(attributes: Attributes) {
    this.attributes = attributes
  }

  take(value: number, span?: CountedIn): void {
    if (!(value > 0)) return
    this.value += value
    if (span !== undefined) keepExample(this.exemplars, 0, value, span)
  }
}

class Last implements Series {
  readonly attributes: Attributes
  value = 0

  constructor(attributes: Attributes) {
    this.attributes = attributes
  }

  take(value: number): void {
    if (!Number.isNaN(value)) this.value = value
  }
}

class Buckets implements Series {
  readonly attributes: Attributes
  readonly exemplars: (Exemplar | undefined)[] = []
  readonly value: { -readonly [K in keyof Distribution]: Distribution[K] } & { readonly counts: number[] }

  constructor(attributes: Attributes, bounds: readonly number[]) {
    this.attributes = attributes
    const counts = new Array<number>(bounds.length + 1).fill(0)
    this.value = { bounds, counts, count: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }
  }

  take(value: number, span?: CountedIn): void {
    if (Number.isNaN(value)) return
    const into = this.value
    let bucket = 0
    while (bucket < into.bounds.length && value > into.bounds[bucket]!) bucket += 1
    into.counts[bucket]! += 1
    into.count += 1
    into.sum += value
    if (value < into.min) into.min = value
    if (value > into.max) into.max = value
    if (span !== undefined) keepExample(this.exemplars, bucket, value, span)
  }
}

/** C4. */
function keepExample(examples: (Exemplar | undefined)[], place: number, value: number, span: CountedIn): void {
  const at = Date.now()
  const known = examples[place]
  if (known !== undefined && at < known.at + EXAMPLE_MS && at >= known.at) return
  const found = span()
  if (found !== undefined) examples[place] = { traceId: found.traceId, spanId: found.spanId, value, at }
}

const EXAMPLE_MS = 1_000
