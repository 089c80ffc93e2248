// Recorded span: a span from its beginning to its end, as the exporter reads it.
//
// Ours, since the SDK's looks at each value several times and reckons with pairs of seconds and nanoseconds while the
// work waits: here an act pays for a few plain fields, and what an exporter needs is worked out when it is sent.
//
//   P1. After its end a span does not change.
//   P2. At most `MAX_ATTRIBUTES`, `MAX_EVENTS` and `MAX_LINKS`; what is more is counted. Values that are too long are cut
//       by the outbox, after it has looked for secrets.

import type {
  Attributes,
  AttributeValue,
  Exception,
  HrTime,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api'
import { SpanStatusCode } from '@opentelemetry/api'
import type { InstrumentationScope } from '@opentelemetry/core'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'

/** What all spans of a process have in common. */
export interface Origin {
  readonly resource: Resource
  readonly instrumentationScope: InstrumentationScope
  /** Is given each span when it ends. */
  onEnd(span: ReadableSpan): void
}

export interface Beginning {
  readonly name: string
  readonly kind: SpanKind
  readonly context: SpanContext
  readonly parent: SpanContext | undefined
  readonly attributes: Attributes
  readonly links: Link[]
  /** Epoch ms; now without it. */
  readonly startedAt: number | undefined
}

export class RecordedSpan implements Span, ReadableSpan {
  name: string
  readonly kind: SpanKind
  readonly parentSpanContext?: SpanContext
  readonly attributes: Attributes = {}
  readonly links: Link[]
  status: SpanStatus = { code: SpanStatusCode.UNSET }
  ended = false
  droppedAttributesCount = 0
  droppedEventsCount = 0
  droppedLinksCount = 0
  readonly #origin: Origin
  readonly #context: SpanContext
  readonly #events: { readonly name: string; readonly attributes: Attributes; readonly at: number }[] = []
  #attributesCount = 0
  /** Epoch ms. */
  readonly #startedAt: number
  /** What is added to the process's own clock, which never goes back, to have epoch ms. */
  readonly #offset: number
  #durationMs = 0

  constructor(origin: Origin, { name, kind, context, parent, attributes, links, startedAt }: Beginning) {
    this.#origin = origin
    this.#context = context
    this.name = name
    this.kind = kind
    if (parent !== undefined) this.parentSpanContext = parent
    this.links = links.slice(0, MAX_LINKS)
    this.droppedLinksCount = links.length - this.links.length
    const now = Date.now()
    this.#startedAt = startedAt ?? now
    this.#offset = now - performance.now()
    this.setAttributes(attributes)
  }

  get resource(): Resource {
    return this.#origin.resource
  }

  get instrumentationScope(): InstrumentationScope {
    return this.#origin.instrumentationScope
  }

  get startTime(): HrTime {
    return toHrTime(this.#startedAt)
  }

  get endTime(): HrTime {
    return toHrTime(this.#startedAt + this.#durationMs)
  }

  get duration(): HrTime {
    return toHrTime(this.#durationMs)
  }

  get events() {
    return this.#events.map(({ name, attributes, at }) => ({ name, attributes, time: toHrTime(at) }))
  }

  spanContext(): SpanContext {
    return this.#context
  }

  isRecording(): boolean {
    return !this.ended
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (this.ended || value === undefined || value === null) return this
    if (!(key in this.attributes)) {
      if (this.#attributesCount >= MAX_ATTRIBUTES) {
        this.droppedAttributesCount += 1
        return this
      }
      this.#attributesCount += 1
    }
    this.attributes[key] = value
    return this
  }

  setAttributes(attributes: Attributes): this {
    for (const key in attributes) this.setAttribute(key, attributes[key]!)
    return this
  }

  addEvent(name: string, attributes: Attributes | TimeInput = {}): this {
    if (this.ended) return this
    if (this.#events.length >= MAX_EVENTS) this.droppedEventsCount += 1
    else this.#events.push({ name, attributes: { ...(attributes as Attributes) }, at: this.#now() })
    return this
  }

  addLink(link: Link): this {
    return this.addLinks([link])
  }

  addLinks(links: Link[]): this {
    if (this.ended) return this
    const room = links.slice(0, MAX_LINKS - this.links.length)
    this.links.push(...room)
    this.droppedLinksCount += links.length - room.length
    return this
  }

  setStatus({ code, message }: SpanStatus): this {
    if (this.ended || code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) return this
    this.status = { code, ...(code === SpanStatusCode.ERROR && message !== undefined && { message }) }
    return this
  }

  updateName(name: string): this {
    if (!this.ended) this.name = name
    return this
  }

  recordException(exception: Exception): void {
    const { name, message, stack } = typeof exception === 'string' ? { message: exception } : exception
    this.addEvent('exception', {
      ...(name !== undefined && { 'exception.type': name }),
      ...(message !== undefined && { 'exception.message': message }),
      ...(stack !== undefined && { 'exception.stacktrace': stack }),
    })
  }

  end(): void {
    if (this.ended) return
    this.#durationMs = Math.max(0, this.#now() - this.#startedAt)
    this.ended = true
    this.#origin.onEnd(this)
  }

  #now(): number {
    return performance.now() + this.#offset
  }
}

const MAX_ATTRIBUTES = 64
const MAX_EVENTS = 64
const MAX_LINKS = 128

function toHrTime(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1_000)
  return [seconds, Math.floor((ms - seconds * 1_000) * 1e6)]
}
