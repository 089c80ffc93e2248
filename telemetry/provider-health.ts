// Provider health: how the last calls of each provider of language models went, as health pages tell it.

import { observe } from './instruments.ts'

export interface ProviderHealth {
  readonly provider: string
  /** Calls that failed since the last one that was answered. */
  readonly consecutiveFailures: number
  /** The last call met a rate limit or a spent quota. */
  readonly limited: boolean
  /** What the last call failed with, as a code; none when it was answered. */
  readonly lastError?: string
}

/** What happens to calls of a provider. Each that was `asked` is `done` at some time, whatever came of it. */
export type ProviderEvent = { readonly provider: string } & (
  | { readonly type: 'asked' | 'answered' | 'done' }
  | { readonly type: 'failed'; readonly lastError: string; readonly limited: boolean }
)

/** A call begins, was answered, failed or is over. */
export function providerEvent(event: ProviderEvent): void {
  if (relay !== undefined) relay(event)
  else take(event)
}

/** Of the providers that were called so far. */
export function providerHealth(): readonly ProviderHealth[] {
  return [...book.values()]
}

/** From now on another thread keeps the book. */
export function relayProviders(send: (event: ProviderEvent) => void): void {
  relay = send
}

function take(event: ProviderEvent): void {
  const { provider } = event
  switch (event.type) {
    case 'asked':
      inflight.set(provider, (inflight.get(provider) ?? 0) + 1)
      break
    case 'done':
      inflight.set(provider, (inflight.get(provider) ?? 1) - 1)
      break
    case 'answered':
      book.set(provider, { provider, consecutiveFailures: 0, limited: false })
      break
    case 'failed': {
      const { consecutiveFailures } = book.get(provider) ?? { consecutiveFailures: 0 }
      const { lastError, limited } = event
      book.set(provider, { provider, consecutiveFailures: consecutiveFailures + 1, limited, lastError })
    }
  }
}

let relay: ((event: ProviderEvent) => void) | undefined
const book = new Map<string, ProviderHealth>()
/** Calls that wait for their answer, by provider. */
const inflight = new Map<string, number>()

observe('botticelli.llm.inflight', () => Array.from(inflight, ([provider, value]) => ({ value, labels: { provider } })))
