// Load limit: at most so many new traces a second, however many begin.

import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace-node'

/**
 * The same decisions as long as there is room. A quiet second saves room for the next one, not for later ones.
 *
 * @param now milliseconds that never go back
 */
export function limitedTo(perSecond: number, sampler: Sampler, now: () => number): Sampler {
  const most = Math.max(1, perSecond)
  let room = most
  let at = now()
  return {
    shouldSample(...about) {
      const result = sampler.shouldSample(...about)
      if (result.decision !== SamplingDecision.RECORD_AND_SAMPLED) return result
      room = Math.min(most, room + ((now() - at) / 1_000) * perSecond)
      at = now()
      if (room < 1) return { ...result, decision: SamplingDecision.NOT_RECORD }
      room -= 1
      return result
    },
    toString: () => `LimitedTo{${perSecond}/s,${sampler}}`,
  }
}
