// Prices: what an answer costs, in US dollars.
//
// Overrides of the configuration come first, then the table that @pydantic/genai-prices brings along (no network).
//
//   P1. A model without a known price costs `undefined`, never 0: a budget must not take ignorance for a gift.

import type { Usage } from './model.ts'

/** US dollars per million tokens. */
interface Price {
  readonly inputPerMillion: number
  readonly outputPerMillion: number
  /** Default: the price of other input. */
  readonly cachedInputPerMillion?: number
}

/** By `provider:model` or `model`. */
export type PriceOverrides = Readonly<Record<string, Price>>

export interface Prices {
  /** @param at when the answer came: prices change with time */
  costUsd(provider: string, model: string, usage: Usage, at: Date): Promise<number | undefined>
}

export function createPrices(overrides: PriceOverrides = {}): Prices {
  return {
    async costUsd(provider, model, usage, at) {
      const price = overrides[`${provider}:${model}`] ?? overrides[model]
      if (price !== undefined) return priced(price, usage)
      if (FREE.has(provider)) return 0
      return listed(provider, model, usage, at)
    },
  }
}

/** Run on one's own machine, or not run at all. */
const FREE: ReadonlySet<string> = new Set(['ollama', 'scripted'])

function priced(price: Price, usage: Usage): number {
  const cached = usage.cachedInput ?? 0
  const input = (usage.input - cached) * price.inputPerMillion
  const cachedInput = cached * (price.cachedInputPerMillion ?? price.inputPerMillion)
  return (input + cachedInput + usage.output * price.outputPerMillion) / 1_000_000
}

async function listed(provider: string, model: string, usage: Usage, timestamp: Date): Promise<number | undefined> {
  const { calcPrice } = await import('@pydantic/genai-prices')
  const tokens = {
    input_tokens: usage.input,
    output_tokens: usage.output,
    ...(usage.cachedInput !== undefined && { cache_read_tokens: Math.min(usage.cachedInput, usage.input) }),
  }
  const found = calcPrice(tokens, model, { providerId: LISTED_AS[provider] ?? provider, timestamp })
  return found?.total_price
}

const LISTED_AS: Readonly<Record<string, string>> = { gemini: 'google' }
