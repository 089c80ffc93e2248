// Demo story: what the demo sees happen, told as it happens. Every figure was measured or counted in this run.

import type { ProgressEvent } from '../../actors/progress.ts'
import type { SerializedError } from '../../errors.ts'
import type { SupervisionEvent } from '../../supervisor/index.ts'
import { duration } from '../figures.ts'
import type { Io } from '../io.ts'
import { oneLine } from '../plain-text.ts'

/** With it, every line fits into 80 columns. */
const NAME_WIDTH = 9

/** What the story remembers for the end. */
export interface Seen {
  /** Acts that failed and were tried again. */
  readonly failed: readonly string[]
  /** Acts that were taken from the journal instead of being asked again. */
  readonly replayed: readonly string[]
  /** From the kill to the new start. */
  readonly healedMs: number | undefined
}

export class DemoStory {
  readonly #io: Io
  readonly #marks = new Map<string, string>()
  readonly #failed: string[] = []
  readonly #replayed: string[] = []
  #killedAt: number | undefined
  #healedMs: number | undefined

  constructor(io: Io) {
    this.#io = io
  }

  get seen(): Seen {
    return { failed: this.#failed, replayed: this.#replayed, healedMs: this.#healedMs }
  }

  /** A numbered step begins. */
  step(number: number, name: string, text: string): void {
    const { paint } = this.#io
    this.say(` ${paint('dim', `[${number}/5]`)} ${paint('bold', name.padEnd(NAME_WIDTH))} ${text}`)
  }

  /** A line within a step. */
  line(name: string, text: string): void {
    this.say(`       ${name.padEnd(NAME_WIDTH)} ${text}`)
  }

  say(line = ''): void {
    if (!this.#io.json) this.#io.print(line)
  }

  killed(): void {
    this.#killedAt = this.#io.now()
    this.line(this.#io.paint('red', 'crash'.padEnd(NAME_WIDTH)), 'the curator is killed in the middle of its run')
  }

  progress(event: ProgressEvent): void {
    const { paint } = this.#io
    if (event.type === 'act.completed' && event.actType !== 'narrative') {
      if (event.replayed) this.#replayed.push(event.act)
      const mark = event.replayed ? paint('cyan', '✓ (kept)') : paint('green', '✓')
      this.#mark(event.executionId, `${event.act} ${mark}`)
    } else if (event.type === 'act.failed') {
      if (event.willRetry) this.#failed.push(event.act)
      this.#mark(event.executionId, `${event.act} ${paint('red', '✗')}`)
      this.line('', paint('yellow', oneLine(`${event.act} ✗ ${deepest(event.error).message}`, 60)))
    } else if (event.type === 'execution.completed') {
      const marks = this.#marks.get(event.id)
      if (marks !== undefined) this.line(event.narrative, `${marks} ${paint('dim', duration(event.durationMs))}`)
    } else if (event.type === 'execution.failed') {
      this.line(event.narrative, `failed: ${oneLine(event.error.message, 200)}`)
    }
  }

  supervision(event: SupervisionEvent): void {
    if (event.path !== '/bots/curator' || this.#killedAt === undefined || this.#healedMs !== undefined) return
    if (event.type !== 'started') return
    this.#healedMs = event.at - this.#killedAt
    const text = `its supervisor starts it again after ${duration(this.#healedMs)} (incarnation ${event.incarnation})`
    this.line(this.#io.paint('green', 'healed'.padEnd(NAME_WIDTH)), text)
  }

  #mark(execution: string, mark: string): void {
    const before = this.#marks.get(execution)
    this.#marks.set(execution, before === undefined ? mark : `${before} ${mark}`)
  }
}

/** The cause of the cause: what came from outside. */
function deepest(error: SerializedError): SerializedError {
  return error.cause === undefined ? error : deepest(error.cause)
}
