// Event history: what happened to the actors lately, and what happens from now on, as lines for people and programs.
//
//   H1. Bounded: messages do not push out what is rarer, such as crashes and restarts.
//   H2. A line is without the payload of any message, and no error in it holds a secret.
//   H3. A reader that is slow is told how many lines it missed.

import type { SupervisionEvent } from '../supervisor/index.ts'
import { redactWithin } from '../telemetry/redaction.ts'
import type { Follow, LineSink } from './follow.ts'

/** A supervision event as it is shown; what more it says depends on its type. */
export interface EventLine {
  /** Epoch ms. */
  readonly at: number
  readonly path: string
  readonly kind: string
  readonly incarnation: number
  readonly type: SupervisionEvent['type']
  readonly error?: ErrorLine
  readonly [detail: string]: unknown
}

export interface ErrorLine {
  readonly name: string
  readonly code?: string
  readonly message: string
}

export interface EventHistory {
  /** To be called with every event. */
  readonly record: (event: SupervisionEvent) => void
  /** The latest lines of the path and of all below it, oldest first. */
  recent(path: string, limit?: number): readonly EventLine[]
  /** The latest lines as JSON; then, if `goesOn`, those to come. */
  follow(path: string, goesOn: boolean): Follow
}

/** Kept of events that come with every message, and as many of all others. */
const KEPT = 500
const MOST_MESSAGE_LENGTH = 500
const FREQUENT: ReadonlySet<SupervisionEvent['type']> = new Set(['message', 'handled'])

export function createEventHistory(): EventHistory {
  let count = 0
  const frequent: Numbered[] = []
  const rare: Numbered[] = []
  const readers = new Set<(line: EventLine) => void>()

  function recent(path: string, limit = KEPT): EventLine[] {
    const all = [...frequent, ...rare].filter(({ line }) => isWithin(line.path, path))
    return all
      .sort((a, b) => a.number - b.number)
      .slice(-limit)
      .map(({ line }) => line)
  }

  return {
    record: (event) => {
      const line = lineOf(event)
      const kept = FREQUENT.has(event.type) ? frequent : rare
      kept.push({ number: count++, line })
      if (kept.length > KEPT) kept.shift()
      for (const read of readers) read(line)
    },
    recent,
    follow: (path, goesOn) => (sink) => {
      const reader = new Reader(sink)
      for (const line of recent(path)) reader.read(line)
      const read = (line: EventLine) => {
        if (isWithin(line.path, path)) reader.read(line)
      }
      if (goesOn) readers.add(read)
      else sink.end()
      return { drained: () => reader.drained(), close: () => readers.delete(read) }
    },
  }
}

interface Numbered {
  readonly number: number
  readonly line: EventLine
}

/** One who reads, at its own pace. */
class Reader {
  readonly #sink: LineSink
  #isFull = false
  #missed = 0

  constructor(sink: LineSink) {
    this.#sink = sink
  }

  read(line: EventLine): void {
    if (this.#isFull) this.#missed++
    else this.#isFull = !this.#sink.write(JSON.stringify(line))
  }

  drained(): void {
    this.#isFull = false
    if (this.#missed === 0) return
    const missed = this.#missed
    this.#missed = 0
    this.#isFull = !this.#sink.write(JSON.stringify({ missed }))
  }
}

/** Whether a path is another one, or below it. */
function isWithin(path: string, top: string): boolean {
  return path === top || top === '/' || path.startsWith(`${top}/`)
}

function lineOf(event: SupervisionEvent): EventLine {
  if (event.type === 'dead-letter') {
    const { letter, ...rest } = event
    const { id, reason, message, errors } = letter
    const error = errors.at(-1)
    return {
      ...rest,
      reason,
      messageType: message.type,
      messageId: id,
      attempts: message.meta.attempt,
      ...(error && { error: errorLine(error) }),
    }
  }
  return 'error' in event && event.error ? { ...event, error: errorLine(event.error) } : (event as EventLine)
}

/** An error without its stack, and without secrets. */
export function errorLine({ name, code, message }: ErrorLine): ErrorLine {
  return { name, ...(code !== undefined && { code }), message: redactWithin(message, MOST_MESSAGE_LENGTH) }
}
