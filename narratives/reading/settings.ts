// Settings: model settings, carousels, budgets and retention, wherever in a file they stand.

import { type Budget, type Carousel, type ModelSettings, RETENTIONS, type Retention } from '../narrative.ts'
import { didYouMean } from '../nearest.ts'
import type { TomlNode, TomlTable } from '../toml-tree.ts'
import { readDuration } from './duration.ts'
import { Keys, reportType } from './keys.ts'
import { present } from './present.ts'
import { keyOf, type Report } from './report.ts'

/** Settings of the model in a table that may hold other keys as well. */
export function readModelSettings(keys: Keys): ModelSettings {
  const settings = {
    model: keys.string('model'),
    temperature: keys.number('temperature'),
    maxTokens: keys.count('max_tokens'),
    topP: readTopP(keys),
    stop: readStop(keys),
    seed: keys.count('seed'),
    timeoutMs: readDuration(keys, 'timeout'),
  }
  const { temperature } = settings
  if (temperature !== undefined && (temperature < 0 || temperature > 2)) {
    const node = keys.node('temperature')!
    keys.report.warn('temperature-range', node, `A temperature of ${temperature} lies outside 0 to 2.`)
  }
  return present(settings)
}

function readTopP(keys: Keys): number | undefined {
  const topP = keys.number('top_p')
  if (topP === undefined || (topP >= 0 && topP <= 1)) return topP
  return reportType(keys.report, keys.node('top_p')!, 'a number from 0 to 1')
}

/** One text or several. */
function readStop(keys: Keys): readonly string[] | undefined {
  return keys.table.entries.get('stop')?.is === 'string' ? [keys.string('stop')!] : keys.strings('stop')
}

/** `carousel = 3`, or the table. */
export function readCarousel(node: TomlNode, report: Report): Carousel | undefined {
  if (node.is === 'integer') {
    if (node.value < 0) return reportType(report, node, 'an integer from 0, or a table')
    return { iterations: node.value, estimatedTokensPerIteration: 1000, continueOnError: false }
  }
  if (node.is !== 'table') return reportType(report, node, 'a table, or the number of iterations')
  const keys = new Keys(node, report, 'a carousel')
  const iterations = keys.count('iterations')
  if (!keys.has('iterations')) {
    report.error('bad-type', keyOf(node), `"${node.path}.iterations" must be an integer from 0, found nothing.`, {
      fix: 'Add iterations = 3, or as many as you want.',
    })
  }
  const budget = keys.node('budget')
  const carousel = {
    iterations: iterations ?? 0,
    estimatedTokensPerIteration: keys.count('estimated_tokens_per_iteration') ?? 1000,
    continueOnError: keys.boolean('continue_on_error') ?? false,
    budget: budget && readBudget(budget, report),
  }
  keys.warnOfRest()
  return present(carousel)
}

const BUDGET_KEYS = ['rpm_multiplier', 'tpm_multiplier', 'rpd_multiplier'] as const

export function readBudget(node: TomlNode, report: Report): Budget | undefined {
  if (node.is !== 'table') return reportType(report, node, 'a table')
  const keys = new Keys(node, report, 'a budget')
  const [rpmMultiplier, tpmMultiplier, rpdMultiplier] = BUDGET_KEYS.map((name) => readShare(keys, name))
  for (const [name, unknown] of keys.rest()) {
    keys.noteMeant(name, unknown, BUDGET_KEYS)
    report.error('bad-budget', keyOf(unknown), `A budget has no key "${name}".`, {
      hint: didYouMean(name, BUDGET_KEYS),
      fix: `Use ${BUDGET_KEYS.join(', ')}.`,
    })
  }
  return { rpmMultiplier: rpmMultiplier!, tpmMultiplier: tpmMultiplier!, rpdMultiplier: rpdMultiplier! }
}

function readShare(keys: Keys, name: string): number {
  const share = keys.number(name)
  if (share === undefined || (share > 0 && share <= 1)) return share ?? 1
  keys.report.error('bad-budget', keys.node(name)!, `"${name}" must be above 0 and at most 1, found ${share}.`, {
    hint: 'a share of the limit, such as 0.5',
  })
  return 1
}

export function readRetention(keys: Keys): Retention | undefined {
  const value = keys.string('history_retention')
  const known = RETENTIONS.find((each) => each === value)
  if (value !== undefined && known === undefined) {
    keys.report.warn('bad-type', keys.node('history_retention')!, `Unknown retention "${value}"; "full" is used.`, {
      hint: didYouMean(value, RETENTIONS) ?? `one of ${RETENTIONS.join(', ')}`,
    })
  }
  return known
}

// Spellings of providers in `[config.NAME]`, and how the names of their models begin.
const CONFIG_PREFIXES: readonly (readonly [RegExp, RegExp])[] = [
  [/^(gemini|google)$/i, /^(gemini|google)/i],
  [/^(openai|gpt)$/i, /^(gpt|o1|o3|whisper|openai)/i],
  [/^(anthropic|claude)$/i, /^(claude|anthropic)/i],
]

/** What `[config.<provider>]` and `[shared]` say, for acts whose narrative says nothing. */
export class FileDefaults {
  readonly #providers: readonly { readonly name: string; readonly settings: ModelSettings }[]
  readonly #weakest: ModelSettings

  constructor(config: TomlTable | undefined, shared: TomlTable | undefined, report: Report) {
    const ofShared = shared === undefined ? {} : readTable(shared, '[shared]', report)
    const keys = config && new Keys(config, report, '[config]')
    // Settings that stand directly in [config] are for every provider.
    this.#weakest = { ...ofShared, ...(keys && readModelSettings(keys)) }
    this.#providers = keys === undefined ? [] : readProviders(keys)
  }

  /** @param model what the act or narrative names: the section of its provider then comes first */
  for(model: string | undefined): ModelSettings {
    const weakestFirst = strongestFirst(this.#providers, model).map((one) => one.settings)
    return Object.assign({}, this.#weakest, ...weakestFirst.reverse())
  }
}

/** Sections of `[config]`: those of the model's provider before the others. */
export function strongestFirst<T extends { readonly name: string }>(
  sections: readonly T[],
  model: string | undefined,
): T[] {
  const own = sections.filter(({ name }) => model !== undefined && isOf(name, model))
  return [...own, ...sections.filter((one) => !own.includes(one))]
}

function readProviders(config: Keys): { name: string; settings: ModelSettings }[] {
  const providers = []
  for (const [name, node] of config.rest()) {
    if (node.is !== 'table') continue
    config.node(name)
    providers.push({ name, settings: readTable(node, `[config.${name}]`, config.report) })
  }
  config.warnOfRest()
  return providers
}

function readTable(table: TomlTable, what: string, report: Report): ModelSettings {
  const keys = new Keys(table, report, what)
  const settings = readModelSettings(keys)
  keys.warnOfRest()
  return settings
}

function isOf(provider: string, model: string): boolean {
  const known = CONFIG_PREFIXES.find(([name]) => name.test(provider))
  return known === undefined ? model.startsWith(provider) : known[1].test(model)
}
