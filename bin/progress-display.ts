// Progress display: a run as it goes. On a terminal the act in progress is a live last line, elsewhere there are lines only.

import type { ProgressEvent } from '../actors/progress.ts'
import { duration } from './figures.ts'
import type { Io } from './io.ts'
import { progressLine } from './progress-line.ts'

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const FRAME_MS = 100
const CLEAR_LINE = '\r\x1b[2K'

export interface ProgressDisplay extends Disposable {
  show(event: ProgressEvent): void
}

export function createProgressDisplay(io: Io): ProgressDisplay {
  const { live } = io
  let current: { readonly key: string; readonly model: string; readonly since: number } | undefined
  const timer = live === undefined ? undefined : setInterval(draw, FRAME_MS)
  return {
    show(event) {
      const line = progressLine(event, io.paintRemark)
      live?.write(CLEAR_LINE)
      if (line !== undefined) io.remark(line)
      if (event.type === 'act.started') current = { key: event.key, model: event.model ?? '', since: io.now() }
      else if (event.type === 'act.completed' || event.type === 'act.failed') current = undefined
      draw()
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      live?.write(CLEAR_LINE)
    },
  }

  function draw(): void {
    if (live === undefined || current === undefined) return
    const elapsed = io.now() - current.since
    const frame = FRAMES[Math.floor(elapsed / FRAME_MS) % FRAMES.length]
    const text = `${current.key.padEnd(20)} ${duration(elapsed)}   ${current.model}`
    live.write(`${CLEAR_LINE} ${frame} ${text.slice(0, (live.columns || 80) - 4)}`)
  }
}
