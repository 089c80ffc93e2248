// Model name: whose model a name means.
//
//   provider:model, provider/model   the provider is written down
//   gemini…  gpt… o1… whisper…  claude…   the provider follows from the name
//   anything else                    a model of the default's provider; with a mark in it, only where such names are usual

import { ModelError } from './model-error.ts'

export interface ModelName {
  readonly provider: string
  readonly model: string
}

/**
 * @param servers the names of configured servers
 * @param fallback the default model, already parsed
 * @throws ModelError `provider-unknown` or `model-unknown`
 */
export function parseModelName(name: string, servers: readonly string[], fallback?: ModelName): ModelName {
  const trimmed = name.trim()
  const known = [...PROVIDERS, ...servers]
  if (trimmed === 'scripted') return { provider: trimmed, model: '' }

  const separator = trimmed.search(/[:/]/)
  const prefix = separator === -1 ? trimmed : trimmed.slice(0, separator)
  const provider = servers.includes(prefix) ? prefix : (ALIASES[prefix.toLowerCase()] ?? prefix.toLowerCase())
  const model = separator === -1 ? '' : trimmed.slice(separator + 1).trim()
  if (known.includes(provider)) {
    if (model !== '') return { provider, model }
    throw new ModelError('model-unknown', `"${trimmed}" names the provider ${provider} but no model of it.`, {
      provider,
    })
  }

  const implied = IMPLIED.find(([pattern]) => pattern.test(trimmed))?.[1]
  if (implied !== undefined) return { provider: implied, model: trimmed }

  if (separator !== -1) {
    const meant = known.find((candidate) => isNear(prefix.toLowerCase(), candidate))
    if (meant !== undefined || !mayContain(trimmed[separator]!, fallback, servers)) {
      throw unknownProvider(prefix, trimmed.slice(separator), meant, known)
    }
  }
  if (fallback !== undefined) return { provider: fallback.provider, model: trimmed }
  throw new ModelError('model-unknown', `Nothing says whose model ${trimmed} is, and there is no default model.`, {
    model: trimmed,
    fix: `Write it as provider:model; known providers are ${known.join(', ')}.`,
  })
}

/** Ollama's models have tags (`llama3:8b`), and servers name those of others with their makers (`meta-llama/llama-4`). */
function mayContain(mark: string, fallback: ModelName | undefined, servers: readonly string[]): boolean {
  if (fallback === undefined) return false
  return fallback.provider === 'ollama' || (mark === '/' && servers.includes(fallback.provider))
}

function unknownProvider(prefix: string, rest: string, meant: string | undefined, known: readonly string[]) {
  const hint = meant === undefined ? `Known ones are ${known.join(', ')}.` : `Did you mean ${meant}?`
  const fix = `Write ${meant ?? 'PROVIDER'}${rest}, or configure a server named ${prefix}.`
  return new ModelError('provider-unknown', `There is no provider ${prefix} (in ${prefix}${rest}). ${hint}`, { fix })
}

const PROVIDERS = ['gemini', 'openai', 'anthropic', 'ollama', 'scripted']
const ALIASES: Readonly<Record<string, string>> = { google: 'gemini', claude: 'anthropic' }
const IMPLIED: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [/^gemini-/i, 'gemini'],
  [/^(gpt-(?!oss)|chatgpt-|o\d(-|$)|whisper-)/i, 'openai'],
  [/^claude-/i, 'anthropic'],
]

/** At most two letters changed, added, left out or swapped. */
function isNear(a: string, b: string): boolean {
  if (a.length < 3 || Math.abs(a.length - b.length) > 2) return false
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + same))
    }
    previous = current
  }
  return previous[b.length]! <= 2
}
