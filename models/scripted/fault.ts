// Fault: a failure that a script asks for, and what it does to a reply.
//
// Written as `http:429 retry_after=2s`, `http:500`, `network`, `timeout`, `hang`, `truncate:60%`, `refusal`, `bad-json`;
// `spin:30s` and `hoard:512MB` are what a bot with `isolation = "thread"` is to survive.

import type { Answer } from '../model.ts'
import { ModelError } from '../model-error.ts'
import { refusalError } from '../refusal.ts'

export type Fault =
  | { readonly is: 'http'; readonly status: number; readonly retryAfter?: string }
  /** Keeps the event loop of its thread busy for so long. */
  | { readonly is: 'spin'; readonly ms: number }
  /** Takes so much memory, and lets go of it if there is so much. */
  | { readonly is: 'hoard'; readonly mb: number }
  /** Keeps the first share of the answer, as if the limit of tokens had been met. */
  | { readonly is: 'truncate'; readonly share: number }
  /** `timeout` fails at once, `hang` waits for the asker to give up. */
  | { readonly is: 'network' | 'timeout' | 'hang' | 'refusal' | 'bad-json' }

/** Undefined when the text is not a fault. */
export function parseFault(text: string): Fault | undefined {
  const http = /^http:([45]\d\d)(?:\s+retry_after=(\d+(?:\.\d+)?)(ms|s|m))?$/.exec(text.trim())
  if (http !== null)
    return {
      is: 'http',
      status: Number(http[1]),
      ...(http[2] !== undefined && { retryAfter: inSeconds(http[2], http[3]!) }),
    }
  const truncate = /^truncate:(\d{1,2}|100)%$/.exec(text.trim())
  if (truncate !== null) return { is: 'truncate', share: Number(truncate[1]) / 100 }
  const spin = /^spin:(\d{1,3}(?:\.\d+)?)(ms|s|m)$/.exec(text.trim())
  if (spin !== null) return { is: 'spin', ms: Number(inSeconds(spin[1]!, spin[2]!)) * 1_000 }
  const hoard = /^hoard:(\d{1,4})MB$/.exec(text.trim())
  if (hoard !== null) return { is: 'hoard', mb: Number(hoard[1]) }
  const plain = PLAIN.find((name) => name === text.trim())
  return plain === undefined ? undefined : { is: plain }
}

const PLAIN = ['network', 'timeout', 'hang', 'refusal', 'bad-json'] as const
export const FAULTS =
  'http:STATUS, http:429 retry_after=2s, network, timeout, hang, truncate:60%, refusal, bad-json, spin:30s, hoard:512MB'

function inSeconds(amount: string, unit: string): string {
  return String(Number(amount) * ({ ms: 0.001, s: 1, m: 60 }[unit] ?? 1))
}

/** Throws for the faults that leave no answer, and does what those do that only hold things up. `hang` is the caller's to wait for. */
export function throwFault(fault: Fault, provider: string, model: string, now: number): void {
  if (fault.is === 'spin') spin(fault.ms)
  if (fault.is === 'hoard') hoard(fault.mb)
  const details = { provider, model }
  if (fault.is === 'network')
    throw new ModelError('model-network', `${provider} could not be reached (scripted).`, details)
  if (fault.is === 'timeout')
    throw new ModelError('model-timeout', `${provider} model ${model} did not answer in time (scripted).`, details)
  if (fault.is !== 'http') return
  const headers: Record<string, string> = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }
  throw refusalError({ ...details, status: fault.status, body: 'a scripted failure.', headers, now })
}

/** The answer as the fault leaves it. @throws ModelError for a refusal */
export function spoil(answer: Answer, fault: Fault, cut: (text: string) => Answer): Answer {
  if (fault.is === 'truncate')
    return { ...cut(answer.text.slice(0, Math.floor(answer.text.length * fault.share))), finishReason: 'length' }
  if (fault.is === 'bad-json')
    return cut(`Here is the JSON you asked for:\n\`\`\`json\n${answer.text.trimEnd().slice(0, -1)},`)
  if (fault.is !== 'refusal') return answer
  throw new ModelError(
    'model-content-filter',
    `${answer.provider} model ${answer.model} refused to answer (scripted).`,
    {
      provider: answer.provider,
      model: answer.model,
      answer: { ...cut(''), finishReason: 'content-filter' },
    },
  )
}

/** By a clock that nobody can replace: this is what holds up the one that is handed in. */
function spin(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

const NUMBERS_A_MB = 2 ** 17

function hoard(mb: number): void {
  const hoarded = Array.from({ length: mb }, (_, n) => new Array<number>(NUMBERS_A_MB).fill(n))
  hoarded.length = 0
}
