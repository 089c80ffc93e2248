// Kept: what the journal holds of an act, and the whole again.
//
//   K1. What the prompt and the answer of an act say is not written a second time with its result.
//   K2. What is written counts. What is not was empty, or follows from the prompt and the answer.

import type { Json, JsonObject } from '../json.ts'
import type { ActRecord } from '../store/store.ts'
import type { ActResult, Asked, Gathered, Refused } from './act-task.ts'

const NOTHING_GATHERED: Gathered = { pieces: [], response: '', tables: {}, read: [], pulled: [] }

/** What of a result follows from the answer. */
const FOLLOWS: ReadonlySet<string> = new Set([
  'response',
  'asked',
  'inputTokens',
  'outputTokens',
  'costUsd',
  'cached',
] satisfies (keyof ActResult)[])

/** The same where the conversation of the act is what it was asked and what it answered, neither cut nor left out. */
const FOLLOWS_WHOLE: ReadonlySet<string> = new Set([...FOLLOWS, 'turns' satisfies keyof ActResult])

/** The prompt of an act for the journal. */
export function keptPrompt(gathered: Gathered, refused: readonly Refused[]): Json {
  return withoutEmpty({ ...gathered, refused }) as unknown as Json
}

export function gatheredFrom(prompt: Json): Gathered {
  return { ...NOTHING_GATHERED, ...(prompt as unknown as Partial<Gathered>) }
}

/** The result of an act for the journal, which has the prompt and the answer already. */
export function keptResult(result: ActResult, gathered: Gathered, asked: Asked | undefined): JsonObject {
  // Of several answers the one that is used need not be the one that the journal has.
  if (asked === undefined || asked.refused.length > 0) return result as unknown as JsonObject
  const [question] = result.turns
  const isWhole =
    question?.role === 'user' &&
    question.pieces.length === gathered.pieces.length &&
    question.pieces.every((piece, index) => piece === gathered.pieces[index]?.piece)
  return withoutEmpty(result, isWhole ? FOLLOWS_WHOLE : FOLLOWS) as unknown as JsonObject
}

/** Of an act that is completed. */
export function resultFrom({ prompt, answer, result }: ActRecord): ActResult {
  const kept = result as unknown as Partial<ActResult>
  const response = answer?.text ?? ''
  const pieces = gatheredFrom(prompt ?? {}).pieces.map(({ piece }) => piece)
  return {
    response,
    turns:
      answer === undefined
        ? []
        : [
            { role: 'user', pieces },
            { role: 'assistant', text: response },
          ],
    asked: answer !== undefined,
    tables: {},
    read: [],
    rows: [],
    inputTokens: answer?.inputTokens ?? 0,
    outputTokens: answer?.outputTokens ?? 0,
    ...(answer?.costUsd !== undefined && { costUsd: answer.costUsd }),
    ...(answer?.cached && { cached: true as const }),
    ...kept,
  }
}

function withoutEmpty(whole: object, leftOut: ReadonlySet<string> = NOTHING): object {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(whole)) if (!leftOut.has(key) && !isEmpty(value)) kept[key] = value
  return kept
}

const NOTHING: ReadonlySet<string> = new Set()

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return value === '' || value === undefined || (typeof value === 'object' && Object.keys(value as object).length === 0)
}
