// Scripted model: a model that rehearses. It answers from a script, or makes up what fits the prompt, offline and free.
//
// Owns the counting of calls and the order script, fault, reply. What a reply says is reply.ts's business.
//
//   S1. An answer is a function of the seed, the script, the question and how often it was asked: never of the clock.
//   S2. It says that it is scripted: in `provider`, in `model` and in the id of every answer.
//   S3. It costs nothing, but its tokens are counted like those of any other.

import { createHash } from 'node:crypto'
import type { Clock } from '../../supervisor/clock.ts'
import type { Answer, Model, Question } from '../model.ts'
import { abortError } from '../model-error.ts'
import { countTokens, countUsage, firstTokens } from '../tokens.ts'
import { wait, waitForAbort } from '../wait.ts'
import { type Fault, spoil, throwFault } from './fault.ts'
import { createRandom } from './random.ts'
import type { Delay, ScriptedReply, When } from './script.ts'

export interface ScriptedOptions {
  /** Other seeds give other texts. Default `1`. */
  readonly seed?: string
  /** Tried in order; the first that fits decides. From parseScript or written in code. */
  readonly replies?: readonly ScriptedReply[]
  /** Befalls every call that no reply fits. */
  readonly fault?: Fault
  readonly clock: Clock
}

export function createScriptedModel({ seed = '1', replies = [], fault, clock }: ScriptedOptions): Model {
  const provider = 'scripted'
  const name = seed === '1' ? 'scripted' : `scripted-${seed}`
  const counts = createCounts()

  async function answerTo(question: Question, signal: AbortSignal, heard: Heard): Promise<Answer> {
    const startedAt = clock.now()
    const fingerprint = fingerprintOf(question)
    const { narrative, act } = question.origin
    const counted: Counted = {
      attempt: counts.next(fingerprint),
      ofAct: counts.next(`act ${narrative}/${act}`),
      ofNarrative: counts.next(`narrative ${narrative}`),
      ofModel: counts.next('model'),
    }
    const scripted = replies.find(({ when }) => fits(when ?? {}, question, counted)) ?? {}
    const befalls = scripted.fault ?? (Object.keys(scripted).length === 0 ? fault : undefined)

    const delayMs =
      scripted.delay === undefined ? 0 : delayOf(scripted.delay, `${seed} ${fingerprint} ${counted.attempt}`)
    if (heard.onText === undefined && delayMs > 0) await wait(clock, delayMs, signal)
    if (befalls?.is === 'hang') await waitForAbort(signal)
    if (befalls !== undefined) throwFault(befalls, provider, name, clock.now())

    const whole = fillIn(scripted.text, question, counted) ?? (await makeUp(question, seed, counted.attempt))
    const full = untilStop(whole, question.stop)
    const text = question.maxTokens === undefined ? full : firstTokens(full, question.maxTokens)
    const withText = (written: string): Answer => ({
      text: written,
      finishReason: written.length < full.length ? 'length' : 'stop',
      usage: scripted.usage ?? { ...countUsage(question, written), output: Math.max(1, countTokens(written)) },
      costUsd: 0,
      model: name,
      provider,
      responseId: `scripted-${fingerprint.slice(0, 12)}-${counted.attempt}`,
      durationMs: clock.now() - startedAt,
    })
    const answer = befalls === undefined ? withText(text) : spoil(withText(text), befalls, withText)
    heard.answer = (written) => ({ ...withText(written), finishReason: 'error' })
    await speak(answer.text, delayMs, heard, signal)
    return { ...answer, durationMs: clock.now() - startedAt }
  }

  /** In pieces, over the time that the answer is to take. */
  async function speak(text: string, delayMs: number, heard: Heard, signal: AbortSignal): Promise<void> {
    if (heard.onText === undefined) return
    const words = text.match(/\S*\s*/g)?.filter((word) => word !== '') ?? []
    const size = delayMs > 0 ? Math.ceil(words.length / (delayMs / LEAST_PAUSE_MS)) : 1
    const pieces = Array.from({ length: Math.ceil(words.length / size) }, (_, n) =>
      words.slice(n * size, (n + 1) * size).join(''),
    )
    for (const piece of pieces) {
      if (delayMs > 0) await wait(clock, delayMs / pieces.length, signal)
      signal.throwIfAborted()
      heard.text += piece
      heard.onText(piece)
    }
  }

  return {
    provider,
    name,
    async ask(question, { signal, onText }) {
      const heard: Heard = { text: '', ...(onText !== undefined && { onText }) }
      try {
        signal.throwIfAborted()
        return await answerTo(question, signal, heard)
      } catch (error) {
        if (!signal.aborted || error !== signal.reason) throw error
        const answer = heard.text === '' ? undefined : heard.answer?.(heard.text)
        throw abortError(signal, { provider, name, ...(answer !== undefined && { answer }) })
      }
    },
  }
}

/** Between two pieces of an answer: more timers than that would take longer than the answer is to take. */
const LEAST_PAUSE_MS = 10

/** What the asker has heard of an answer that is given in pieces. */
interface Heard {
  readonly onText?: (piece: string) => void
  text: string
  answer?: (text: string) => Answer
}

interface Counted {
  readonly attempt: number
  readonly ofAct: number
  readonly ofNarrative: number
  readonly ofModel: number
}

function fits(when: When, { origin }: Question, counted: Counted): boolean {
  if (when.narrative !== undefined && when.narrative !== origin.narrative) return false
  if (when.act !== undefined && when.act !== origin.act) return false
  if (when.attempt !== undefined && when.attempt !== counted.attempt) return false
  if (when.call === undefined) return true
  if (when.act !== undefined) return when.call === counted.ofAct
  return when.call === (when.narrative === undefined ? counted.ofModel : counted.ofNarrative)
}

function fillIn(text: string | undefined, { origin }: Question, counted: Counted): string | undefined {
  return text
    ?.replaceAll('{{narrative}}', origin.narrative)
    .replaceAll('{{act}}', origin.act)
    .replaceAll('{{call}}', String(counted.ofAct))
}

/** What makes up replies is loaded when one is wanted. */
async function makeUp(question: Question, seed: string, attempt: number): Promise<string> {
  const { reply } = await import('./reply.ts')
  return reply(question, seed, attempt)
}

/** A provider ends its answer before the first of the stop texts. */
function untilStop(text: string, stop: Question['stop'] = []): string {
  const ends = stop.map((one) => text.indexOf(one)).filter((at) => at >= 0)
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends))
}

function delayOf({ ms, spreadMs }: Delay, seed: string): number {
  return Math.max(0, Math.round(ms + (createRandom(seed).next() * 2 - 1) * spreadMs))
}

/** Equal for equal questions. Media counts by its bytes. */
function fingerprintOf(question: Question): string {
  const digest = createHash('sha256')
  digest.update(
    JSON.stringify(question, (_, value) =>
      value instanceof Uint8Array ? createHash('sha256').update(value).digest('hex') : value,
    ),
  )
  return digest.digest('hex')
}

/** Beyond this many different questions the oldest are forgotten, and count from 1 again. */
const MOST_COUNTS = 20_000

function createCounts() {
  const counts = new Map<string, number>()
  return {
    next(key: string): number {
      const count = (counts.get(key) ?? 0) + 1
      counts.delete(key)
      counts.set(key, count)
      if (counts.size > MOST_COUNTS) counts.delete(counts.keys().next().value!)
      return count
    },
  }
}
