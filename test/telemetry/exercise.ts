// Exercise: gives every instrument of the table a value, so that a test sees all of them come out.

import { INSTRUMENTS, type InstrumentEntry } from '../../telemetry/instrument-table.ts'
import { count, observe, record } from '../../telemetry/instruments.ts'

/** Values that try the escapes of the text format. */
const AWKWARD = 'a "quoted" back\\slash\nand a second line'

/** @returns ends the observations */
export function exerciseAll(): () => void {
  const ends = Object.entries(INSTRUMENTS).map(([name, entry]) => exercise(name, entry))
  return () => {
    for (const end of ends) end?.()
  }
}

function exercise(name: string, entry: InstrumentEntry): (() => void) | undefined {
  const labels = Object.fromEntries(
    Object.entries(entry.labels).map(([label, values]) => [
      label.replace(/\?$/, ''),
      typeof values === 'string' ? AWKWARD : values[0],
    ]),
  )
  // The table is walked, so names and labels are right by construction and not by their types.
  const any = { count, record, observe } as unknown as Record<string, (...args: unknown[]) => (() => void) | undefined>
  switch (entry.kind) {
    case 'counter':
      return any.count?.(name, labels, 2)
    case 'histogram':
    case 'gauge':
      return any.record?.(name, 0.3, labels)
    default:
      return any.observe?.(name, () => [{ value: 1.5, labels }])
  }
}
