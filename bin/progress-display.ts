// Progress display: a run as it goes. On a terminal the act in progress is a live last line, elsewhere there are lines only.

import type { ProgressEvent } from '../actors/progress.ts'
import { withoutStack } from './error-report.ts'
import { duration, isoTime } from './figures.ts'
import type { Io } from './io.ts'
import { oneLine, plainText } from './plain-text.ts'
import { progressLine } from './progress-line.ts'
import { createStreamedText } from './streamed-text.ts'

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const FRAME_MS = 100
const CLEAR_LINE = '\r\x1b[2K'

export interface ProgressDisplay extends Disposable {
  show(event: ProgressEvent): void
  /** A line between those of the progress. */
  tell(line: string): void
  /** True if the text was shown as an answer while it came, and nothing after it. */
  hasShown(text: string): boolean
}

export interface DisplayOptions {
  /** Answers are shown while they come, where there is a terminal for them. */
  readonly streams: boolean
  /** Every event is a line of JSON on stderr instead. */
  readonly events: boolean
}

export function createProgressDisplay(io: Io, { streams, events }: DisplayOptions): ProgressDisplay {
  const live = events ? undefined : io.live
  const current = new Map<string, { readonly key: string; readonly model: string; readonly since: number }>()
  const streamed = createStreamedText({
    write: (text) => live?.write(text),
    head: (id) => live?.write(`${CLEAR_LINE}${io.paintRemark('dim', ` ▸ ${headOf(id)}`)}\n`),
  })
  const timer = live === undefined ? undefined : setInterval(draw, FRAME_MS)
  return {
    show(event) {
      if (events) {
        io.stderr.write(`${JSON.stringify({ at: isoTime(io.now()), ...withoutStacks(event) })}\n`)
        return
      }
      if (event.type === 'answer.text') {
        if (streams && live !== undefined) streamed.add(idOf(event), event.text)
        return
      }
      if (event.type === 'answer.refused' || event.type === 'act.completed' || event.type === 'act.failed')
        streamed.end(idOf(event))
      const line = progressLine(event, io.paintRemark, live?.columns)
      if (line !== undefined) above(line)
      if (event.type === 'act.started') {
        current.set(idOf(event), { key: event.key, model: event.model ?? '', since: io.now() })
      } else if (event.type === 'act.completed' || event.type === 'act.failed') current.delete(idOf(event))
      // Acts of a group that another one took down tell no end of their own.
      else if (event.type === 'execution.failed') {
        for (const id of current.keys()) {
          if (!id.startsWith(`${event.id}/`)) continue
          streamed.end(id)
          current.delete(id)
        }
      }
      draw()
    },
    tell(line) {
      above(line)
      draw()
    },
    hasShown: streamed.hasShown,
    [Symbol.dispose]() {
      clearInterval(timer)
      streamed.interrupt()
      live?.write(CLEAR_LINE)
    },
  }

  function above(line: string): void {
    streamed.interrupt()
    live?.write(CLEAR_LINE)
    io.remark(line)
  }

  function draw(): void {
    const [first, ...others] = current.values()
    if (live === undefined || first === undefined || streamed.isShowing()) return
    const elapsed = io.now() - first.since
    const frame = FRAMES[Math.floor(elapsed / FRAME_MS) % FRAMES.length]
    const more = others.map(({ key }) => `, ${key}`).join('')
    const text = `${(first.key + more).padEnd(20)} ${duration(elapsed)}   ${first.model}`
    live.write(`${CLEAR_LINE} ${frame} ${plainText(text).slice(0, (live.columns || 80) - 4)}`)
  }
}

function withoutStacks(event: ProgressEvent): object {
  return 'error' in event && event.error !== undefined ? { ...event, error: withoutStack(event.error) } : event
}

/** The act's place, without the ids of its executions. */
function headOf(id: string): string {
  return oneLine(id.slice(id.indexOf('/') + 1), 70)
}

function idOf({ executionId, key }: { readonly executionId: string; readonly key: string }): string {
  return `${executionId}/${key}`
}
