import { expect, test } from 'vitest'
import { retryAfterMs } from '../../telemetry/retry-after.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

test.for<[said: string | undefined, ms: number | undefined]>([
  [undefined, undefined],
  ['7', 7_000],
  [' 1.5 ', 1_500],
  ['Thu, 01 Jan 2026 00:02:00 GMT', 120_000],
  ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
])('%j is %s ms', ([said, ms]) => {
  expect(retryAfterMs(new Headers(said === undefined ? {} : { 'retry-after': said }), NOW)).toBe(ms)
})
