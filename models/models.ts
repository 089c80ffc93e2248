// Models: finds the model that a narrative names, among the providers that the configuration knows.
//
//   F1. Nothing is loaded or connected until a model is asked.
//   F2. Equal names give the same model, so a scripted one keeps its count of calls.

import type { Clock } from '../supervisor/clock.ts'
import { createBudgetGate } from './budget.ts'
import type { Budget } from './budget-book.ts'
import type { Model, Models } from './model.ts'
import { ModelError } from './model-error.ts'
import { type ModelName, parseModelName } from './model-name.ts'
import { observed } from './observed.ts'
import { createPrices, type PriceOverrides, type Prices } from './prices.ts'
import { createProviderBreakers, type ProviderBreakerOptions } from './provider-breaker.ts'
import { type ProviderSettings, wireOf } from './provider-family.ts'
import { createProviderModel } from './provider-model.ts'
import { FAULTS, parseFault } from './scripted/fault.ts'
import type { ScriptedReply } from './scripted/script.ts'
import { createScriptedModel } from './scripted/scripted-model.ts'
import { withTimeLimit } from './time-limit.ts'

export interface ModelsConfig {
  /** Asked when a narrative names no model. */
  readonly default?: string
  /** Asked instead of whatever a narrative names. */
  readonly override?: string
  /** Longest wait for one answer, in ms; as long as the asker's signal allows without it. */
  readonly timeoutMs?: number
  /** When a provider that is down is left alone. Default never. */
  readonly breaker?: Omit<ProviderBreakerOptions, 'clock'>
  /** By provider: `gemini`, `openai`, `anthropic`, `ollama`. */
  readonly providers?: Readonly<Record<string, ProviderSettings>>
  /** Further servers that speak OpenAI's protocol, by the name that narratives use. */
  readonly servers?: Readonly<Record<string, ProviderSettings & { readonly baseUrl: string }>>
  readonly prices?: PriceOverrides
  /** False: what calls cost is not looked up, and no budget is kept. Default true. */
  readonly costTracking?: boolean
  readonly scripted?: { readonly seed?: string; readonly replies?: readonly ScriptedReply[] }
}

export interface ModelsSetup {
  readonly clock: Clock
  /** Put prompts and answers into spans. Default false. */
  readonly captureContent?: boolean
  /** What calls may cost. Default anything. */
  readonly budget?: Budget
}

export function createModels(config: ModelsConfig, setup: ModelsSetup): Models {
  const { costTracking = true } = config
  const prices = costTracking ? createPrices(config.prices) : UNKNOWN_PRICES
  const budget = costTracking ? setup.budget : undefined
  const gate = budget && createBudgetGate({ budget, prices, now: () => setup.clock.now() })
  const breakers = config.breaker && createProviderBreakers({ ...config.breaker, clock: setup.clock })
  const servers = Object.keys(config.servers ?? {})
  const made = new Map<string, Model>()

  function find(named: string | undefined): Model {
    const name = config.override ?? named ?? config.default
    if (name === undefined)
      throw new ModelError(
        'provider-not-configured',
        'No model is named, and the configuration has no default model.',
        {
          fix: 'Set a default model, such as gemini:gemini-2.5-flash or scripted.',
        },
      )
    const fallback = config.default === undefined ? undefined : parseModelName(config.default, servers)
    const parsed = parseModelName(name, servers, fallback)
    const key = `${parsed.provider}:${parsed.model}`
    const known = made.get(key)
    if (known !== undefined) return known
    const model = make(parsed, config, prices, setup)
    const broken = breakers?.(model) ?? model
    const guarded = gate?.guard(broken) ?? broken
    made.set(key, guarded)
    return guarded
  }

  return { find }
}

const UNKNOWN_PRICES: Prices = { costUsd: async () => undefined }

function make({ provider, model }: ModelName, config: ModelsConfig, prices: Prices, setup: ModelsSetup): Model {
  const { clock } = setup
  if (provider === 'scripted') return observed(limited(makeScripted(model, config, clock), config, clock), setup)
  const settings = config.servers?.[provider] ?? config.providers?.[provider]
  const { baseUrl, schemas, media, load } = wireOf(provider, settings)
  const asked = createProviderModel({
    provider,
    name: model,
    load: () => load(model),
    schemas,
    media,
    secrets: settings?.apiKey === undefined ? [] : [settings.apiKey],
    prices,
    clock,
  })
  return observed(limited(asked, config, clock), { ...setup, baseUrl })
}

function limited(model: Model, { timeoutMs }: ModelsConfig, clock: Clock): Model {
  return timeoutMs === undefined ? model : withTimeLimit(model, { clock, timeoutMs })
}

/** `scripted:7`, `scripted:http:500`, `scripted:7:truncate:60%`; any other name is that of a model it stands in for. */
function makeScripted(model: string, config: ModelsConfig, clock: Clock): Model {
  const [, seed, rest] = /^(\d+)?:?(.*)$/s.exec(model)!
  const fault = rest === '' ? undefined : parseFault(rest!)
  if (fault === undefined && rest !== '' && /^(http|truncate)\b/.test(rest!))
    throw new ModelError('model-unknown', `scripted:${model} names no fault that the scripted model knows.`, {
      fix: `Known faults are ${FAULTS}.`,
    })
  return createScriptedModel({
    ...config.scripted,
    ...(seed !== undefined && { seed }),
    ...(fault !== undefined && { fault }),
    clock,
  })
}
