// Tokens: an estimate of their number, for the scripted model and for servers that report no usage.

import { countMediaTokens } from './media-tokens.ts'
import type { Question, Usage } from './model.ts'

const CHARACTERS_PER_TOKEN = 4

export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN)
}

/** The first `tokens` tokens of a text. */
export function firstTokens(text: string, tokens: number): string {
  return text.slice(0, tokens * CHARACTERS_PER_TOKEN)
}

/** About four characters a token; media on the high side. */
export function countUsage(question: Question, answer: string): Usage {
  const parts = question.messages.flatMap((message) => message.parts)
  const input = parts.map((part) => (part.type === 'text' ? countTokens(part.text) : countMediaTokens(part)))
  return {
    input: countTokens(question.system ?? '') + input.reduce((sum, tokens) => sum + tokens, 0),
    output: countTokens(answer),
  }
}
