// Progress display: a run as it goes. On a terminal the act in progress is a live last line, elsewhere there are lines only.

import type { ProgressEvent } from '../actors/progress.ts'
import { duration } from './figures.ts'
import type { Io } from './io.ts'
import { plainText } from './plain-text.ts'
import { progressLine } from './progress-line.ts'

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const FRAME_MS = 100
const CLEAR_LINE = '\r\x1b[2K'

export interface ProgressDisplay extends Disposable {
  show(event: ProgressEvent): void
  /** A line between those of the progress. */
  tell(line: string): void
}

export function createProgressDisplay(io: Io): ProgressDisplay {
  const { live } = io
  let current: { readonly key: string; readonly model: string; readonly since: number } | undefined
  const timer = live === undefined ? undefined : setInterval(draw, FRAME_MS)
  return {
    show(event) {
      const line = progressLine(event, io.paintRemark)
      if (line !== undefined) above(line)
      if (event.type === 'act.started') current = { key: event.key, model: event.model ?? '', since: io.now() }
      else if (event.type === 'act.completed' || event.type === 'act.failed') current = undefined
      draw()
    },
    tell(line) {
      above(line)
      draw()
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      live?.write(CLEAR_LINE)
    },
  }

  function above(line: string): void {
    live?.write(CLEAR_LINE)
    io.remark(line)
  }

  function draw(): void {
    if (live === undefined || current === undefined) return
    const elapsed = io.now() - current.since
    const frame = FRAMES[Math.floor(elapsed / FRAME_MS) % FRAMES.length]
    const text = `${current.key.padEnd(20)} ${duration(elapsed)}   ${current.model}`
    live.write(`${CLEAR_LINE} ${frame} ${plainText(text).slice(0, (live.columns || 80) - 4)}`)
  }
}
