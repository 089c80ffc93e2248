// Content scores: how good a row says that its content is. Pure.
//
// Models score from 0 to 1, from 1 to 10 or to 100, as their prompt says, and the number alone has to tell: above 1 it is
// taken as one of 10, above 10 as one of 100. What says nothing usable is no score.

import type { JsonObject } from '../json.ts'
import type { ScoreKind } from '../telemetry/instrument-table.ts'

export interface Score {
  readonly kind: ScoreKind
  /** From 0 to 1. */
  readonly value: number
}

/** In the columns that are usual for it; a text of digits counts as a number. */
export function scoresOf(values: JsonObject): readonly Score[] {
  return Object.entries(KINDS).flatMap(([column, kind]) => {
    const given = values[column]
    const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
    return typeof number === 'number' && number >= 0 && number <= 100 ? [{ kind, value: number / scaleOf(number) }] : []
  })
}

const KINDS: Readonly<Record<string, ScoreKind>> = {
  quality: 'quality',
  quality_score: 'quality',
  score: 'quality',
  curation_score: 'quality',
  confidence: 'confidence',
  confidence_score: 'confidence',
}

function scaleOf(number: number): 1 | 10 | 100 {
  if (number <= 1) return 1
  return number <= 10 ? 10 : 100
}
