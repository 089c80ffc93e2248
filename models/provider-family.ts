// Provider family: the wires that models speak, and what differs between them.
//
// Each loads its part of the AI SDK when it is first asked, so that a server pays only for the providers it uses.

import type { LanguageModel } from 'ai'
import {
  ANTHROPIC_MEDIA,
  COMPATIBLE_MEDIA,
  GEMINI_MEDIA,
  type MediaSupport,
  OLLAMA_MEDIA,
  OPENAI_MEDIA,
} from './media-support.ts'
import { ModelError } from './model-error.ts'
import { fetchInPieces } from './whole-answer.ts'

export interface ProviderSettings {
  readonly apiKey?: string
  /** Where the API is; the provider's own address without it. */
  readonly baseUrl?: string
}

interface Family {
  /** The address without `baseUrl`; none for a server, which must be configured. */
  readonly address?: string
  /** The variable that holds the key; undefined when the provider needs none. */
  readonly key?: string
  readonly schemas: 'any' | 'objects'
  readonly media: MediaSupport
  load(
    model: string,
    settings: ProviderSettings & { readonly baseUrl: string; readonly name: string },
  ): Promise<LanguageModel>
}

/** A provider that can be asked. */
export interface Wire {
  readonly baseUrl: string
  readonly schemas: 'any' | 'objects'
  readonly media: MediaSupport
  readonly load: (model: string) => Promise<LanguageModel>
}

/** Of a provider that need not be configured. */
export function mediaSupportOf(provider: string): MediaSupport {
  return (FAMILIES[provider] ?? COMPATIBLE).media
}

/** @throws ModelError `provider-not-configured` when the key is missing */
export function wireOf(provider: string, settings: ProviderSettings | undefined): Wire {
  const family = FAMILIES[provider] ?? COMPATIBLE
  const baseUrl = (settings?.baseUrl ?? family.address)?.replace(/\/+$/, '')
  if (family.key !== undefined && !settings?.apiKey)
    throw new ModelError('provider-not-configured', `A model of ${provider} is named, but ${family.key} is not set.`, {
      provider,
      fix: `Set ${family.key}, or name a model of another provider. Without any key, the model scripted works.`,
    })
  if (baseUrl === undefined)
    throw new ModelError('provider-not-configured', `The server ${provider} has no address.`, { provider })
  return {
    baseUrl,
    schemas: family.schemas,
    media: family.media,
    load: (model) => family.load(model, { ...settings, baseUrl, name: provider }),
  }
}

/** Servers that speak OpenAI’s chat completions. */
const COMPATIBLE: Family = {
  schemas: 'objects',
  media: COMPATIBLE_MEDIA,
  async load(model, { apiKey, baseUrl, name }) {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
    const server = createOpenAICompatible({
      name,
      baseURL: baseUrl,
      ...(apiKey !== undefined && { apiKey }),
      supportsStructuredOutputs: true,
      includeUsage: true,
      fetch: fetchInPieces,
    })
    return server.chatModel(model)
  },
}

const FAMILIES: Readonly<Record<string, Family>> = {
  gemini: {
    address: 'https://generativelanguage.googleapis.com/v1beta',
    key: 'GEMINI_API_KEY',
    schemas: 'any',
    media: GEMINI_MEDIA,
    async load(model, { apiKey, baseUrl }) {
      const { createGoogle } = await import('@ai-sdk/google')
      return createGoogle({ baseURL: baseUrl, apiKey: apiKey! })(model)
    },
  },
  openai: {
    address: 'https://api.openai.com/v1',
    key: 'OPENAI_API_KEY',
    schemas: 'objects',
    media: OPENAI_MEDIA,
    async load(model, { apiKey, baseUrl }) {
      const { createOpenAI } = await import('@ai-sdk/openai')
      // Chat completions rather than responses: what OPENAI_BASE_URL points at often speaks nothing else.
      return createOpenAI({ baseURL: baseUrl, apiKey: apiKey!, fetch: fetchInPieces }).chat(model)
    },
  },
  anthropic: {
    address: 'https://api.anthropic.com/v1',
    key: 'ANTHROPIC_API_KEY',
    schemas: 'objects',
    media: ANTHROPIC_MEDIA,
    async load(model, { apiKey, baseUrl }) {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic({ baseURL: baseUrl, apiKey: apiKey! })(model)
    },
  },
  ollama: {
    ...COMPATIBLE,
    media: OLLAMA_MEDIA,
    address: 'http://127.0.0.1:11434',
    // OLLAMA_HOST names the server; what speaks OpenAI's protocol is below /v1.
    load: (model, settings) =>
      COMPATIBLE.load(model, { ...settings, baseUrl: settings.baseUrl.replace(/(\/v1)?$/, '/v1') }),
  },
}
