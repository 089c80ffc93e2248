// Provider health: how the last calls of each provider of language models went, as health pages tell it.

export interface ProviderHealth {
  readonly provider: string
  /** Calls that failed since the last one that was answered. */
  readonly consecutiveFailures: number
  /** The last call met a rate limit or a spent quota. */
  readonly limited: boolean
  /** What the last call failed with, as a code; none when it was answered. */
  readonly lastError?: string
}

/** A call was answered. */
export function providerAnswered(provider: string): void {
  book.set(provider, { provider, consecutiveFailures: 0, limited: false })
}

/** A call failed. */
export function providerFailed(provider: string, lastError: string, limited: boolean): void {
  const { consecutiveFailures } = book.get(provider) ?? { consecutiveFailures: 0 }
  book.set(provider, { provider, consecutiveFailures: consecutiveFailures + 1, limited, lastError })
}

/** Of the providers that were called so far. */
export function providerHealth(): readonly ProviderHealth[] {
  return [...book.values()]
}

const book = new Map<string, ProviderHealth>()
