import { expect, test } from 'vitest'
import { scoresOf } from '../../actors/content-scores.ts'
import type { JsonObject } from '../../json.ts'

test.for<[JsonObject, ReturnType<typeof scoresOf>]>([
  [{ score: 0.7 }, [{ kind: 'quality', value: 0.7 }]],
  [{ score: 1 }, [{ kind: 'quality', value: 1 }]],
  [{ quality_score: 7 }, [{ kind: 'quality', value: 0.7 }]],
  [{ curation_score: 45 }, [{ kind: 'quality', value: 0.45 }]],
  [{ confidence: '80' }, [{ kind: 'confidence', value: 0.8 }]],
  [
    { quality: 0, confidence_score: 10 },
    [
      { kind: 'quality', value: 0 },
      { kind: 'confidence', value: 1 },
    ],
  ],
  [{ score: 101, confidence: -1, quality: 'high', quality_score: '' }, []],
  [{ text: 'nothing is said of it' }, []],
])('%j', ([values, scores]) => {
  expect(scoresOf(values)).toEqual(scores)
})
