// Open streams: how many look at the server at this moment, and how much they were sent.

import type { StreamKind } from '../telemetry/instrument-table.ts'
import { observe } from '../telemetry/instruments.ts'
import type { Follow } from './follow.ts'

interface Counts {
  open: number
  sent: number
}

const streams: Readonly<Record<StreamKind, Counts>> = {
  control: { open: 0, sent: 0 },
  inspector: { open: 0, sent: 0 },
}
const each = Object.entries(streams) as [StreamKind, Counts][]

observe('botticelli.stream.connections.active', () =>
  each.map(([kind, { open }]) => ({ value: open, labels: { kind } })),
)
observe('botticelli.stream.messages', () =>
  each.map(([kind, { sent }]) => ({ value: sent, labels: { kind, direction: 'sent' } })),
)

/** The same, counted from its beginning to its close. */
export function counted(kind: StreamKind, follow: Follow): Follow {
  const counts = streams[kind]
  return (sink) => {
    counts.open++
    let isOpen = true
    const following = follow({
      write(line) {
        counts.sent++
        return sink.write(line)
      },
      end: () => sink.end(),
    })
    return {
      drained: () => following.drained(),
      close() {
        if (isOpen) counts.open--
        isOpen = false
        following.close()
      },
    }
  }
}
