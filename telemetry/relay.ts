// Relay: what a thread logs, counts and learns of providers, told to the thread that exports it.
//
//   Z1. A line leaves its thread without secrets, and is written in the span that it was logged in.
//   Z2. Numbers go once a turn of the loop, and before anything else that is told; a thread that is killed loses those
//       of its last turn.
//   Z3. Spans are no business of the relay: each thread sends its own.

import { type RelayedNumber, relayInstruments, takeRelayed } from './instruments.ts'
import { logRelayed, type RelayedLine, relayLog } from './log.ts'
import type { LogExtra } from './log-context.ts'
import { type ProviderEvent, providerEvent, relayProviders } from './provider-health.ts'

export type Relayed =
  | { readonly type: 'line'; readonly line: RelayedLine }
  | { readonly type: 'numbers'; readonly numbers: readonly RelayedNumber[] }
  | { readonly type: 'provider'; readonly event: ProviderEvent }

/** To be called in the thread, once. @param extras what each line of its log is to have @returns sends the numbers that wait */
export function startRelay(send: (relayed: Relayed) => void, extras: readonly LogExtra[]): () => void {
  let numbers: RelayedNumber[] = []
  const flush = () => {
    if (numbers.length === 0) return
    const waiting = numbers
    numbers = []
    send({ type: 'numbers', numbers: waiting })
  }
  const inOrder = (relayed: Relayed) => {
    flush()
    send(relayed)
  }
  relayLog((line) => inOrder({ type: 'line', line }), extras)
  relayProviders((event) => inOrder({ type: 'provider', event }))
  relayInstruments((number) => {
    if (numbers.push(number) === 1) setImmediate(flush)
  })
  return flush
}

/** The other end, for one thread. */
export interface RelayEnd {
  take(relayed: Relayed): void
  /** The thread has ended: what it had begun is over. */
  close(): void
}

export function openRelayEnd(): RelayEnd {
  const asked: string[] = []
  return {
    take(relayed) {
      if (relayed.type === 'line') logRelayed(relayed.line)
      else if (relayed.type === 'numbers') relayed.numbers.forEach(takeRelayed)
      else {
        const { event } = relayed
        if (event.type === 'asked') asked.push(event.provider)
        if (event.type === 'done') asked.splice(asked.indexOf(event.provider), 1)
        providerEvent(event)
      }
    },
    close() {
      for (const provider of asked.splice(0)) providerEvent({ type: 'done', provider })
    },
  }
}
