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
  /** Of the breaker in front of it; undefined where there is none. */
  readonly circuit?: Circuit
  /** The least share of its limits that is left, 0 to 1, as its last answers said; undefined where they said nothing. */
  readonly limitRemaining?: number
}

/** States of a circuit breaker, as they are exported. */
export const CIRCUIT_VALUES = { closed: 0, open: 1, 'half-open': 2 } as const
type Circuit = keyof typeof CIRCUIT_VALUES

/** What happens to calls of a provider. Each that was `asked` is `done` at some time, whatever came of it. */
export type ProviderEvent = { readonly provider: string } & (
  | { readonly type: 'asked' | 'answered' | 'done' }
  | { readonly type: 'failed'; readonly lastError: string; readonly limited: boolean }
  /** What an answer said of the limits: the least share that is left, 0 to 1. */
  | { readonly type: 'limits'; readonly remaining: number }
  /** The state of its breaker, at first and after each change. */
  | { readonly type: 'breaker'; readonly state: Circuit }
)

/** A call begins, was answered, failed or is over. */
export function providerEvent(event: ProviderEvent): void {
  if (relay !== undefined) relay(event)
  else take(event)
}

/** Of the providers that were called so far. */
export function providerHealth(): readonly ProviderHealth[] {
  return Array.from(book.values(), (known) => {
    const circuit = breakers.get(known.provider)?.state
    const limitRemaining = limits.get(known.provider)
    return {
      ...known,
      ...(circuit !== undefined && { circuit }),
      ...(limitRemaining !== undefined && { limitRemaining }),
    }
  })
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
      break
    }
    case 'limits':
      limits.set(provider, event.remaining)
      break
    case 'breaker': {
      const { state: before, trips = 0, recoveries = 0 } = breakers.get(provider) ?? {}
      breakers.set(provider, {
        state: event.state,
        trips: trips + (event.state === 'open' ? 1 : 0),
        recoveries: recoveries + (event.state === 'closed' && before === 'half-open' ? 1 : 0),
      })
    }
  }
}

let relay: ((event: ProviderEvent) => void) | undefined
const book = new Map<string, ProviderHealth>()
const limits = new Map<string, number>()
/** Of all threads together: the state is what the last of them said. */
const breakers = new Map<string, BreakerFigures>()
/** Calls that wait for their answer, by provider. */
const inflight = new Map<string, number>()

interface BreakerFigures {
  readonly state: Circuit
  readonly trips: number
  readonly recoveries: number
}

const ofBreakers = (figure: (breaker: BreakerFigures) => number) => () =>
  Array.from(breakers, ([target, breaker]) => ({ value: figure(breaker), labels: { target } }))

observe(
  'botticelli.circuit_breaker.state',
  ofBreakers(({ state }) => CIRCUIT_VALUES[state]),
)
observe(
  'botticelli.circuit_breaker.trips',
  ofBreakers(({ trips }) => trips),
)
observe(
  'botticelli.circuit_breaker.recoveries',
  ofBreakers(({ recoveries }) => recoveries),
)
observe('botticelli.llm.inflight', () => Array.from(inflight, ([provider, value]) => ({ value, labels: { provider } })))
