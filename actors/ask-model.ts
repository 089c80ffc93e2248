// Ask model: the question of one act until its answer can be used, each answer in the journal before it is used (P2).
//
//   M1. An answer that had to hold JSON and does not is refused: the model is told why and asked again, a bounded number
//       of times. What it said before is in the journal with the answer, so that a restarted act goes on counting.
//   M2. Of several answers the best is used, the latest of equals: asking again never makes things worse.
//   M3. Whatever happened before a question is on the disk before it is asked.

import { BotticelliError } from '../errors.ts'
import type { Json } from '../json.ts'
import { type Answer, type Model, paidAnswer, type Question } from '../models/model.ts'
import type { ActRecord, StoredAnswer } from '../store/store.ts'
import { log } from '../telemetry/log.ts'
import type { ActTask, Asked, Gathered, Refused } from './act-task.ts'
import { type AnswerCache, answerCache, cacheTimeOf } from './answer-cache.ts'
import { type AnswerSoFar, followAnswer } from './answer-so-far.ts'
import { insist, pause } from './insist.ts'
import { type JsonWanted, jsonWanted, judge } from './json-wanted.ts'
import { keptPrompt } from './kept.ts'
import { questionOf } from './question.ts'
import type { Services } from './services.ts'

/** How often an act is asked again that says nothing of it. */
const DEFAULT_REASKS = 1

interface Attempt {
  readonly signal: AbortSignal
  /** True when no attempt follows. */
  readonly last: boolean
  /** Told now and then what the model has said so far. */
  readonly tell: (soFar: AnswerSoFar) => void
}

/**
 * @param begun what the journal had of the act when this attempt began
 * @throws what the model fails with, unless an earlier answer can be used instead
 */
export async function askModel(
  task: ActTask,
  gathered: Gathered,
  begun: ActRecord,
  services: Services,
  attempt: Attempt,
): Promise<Asked> {
  const wanted = jsonWanted(task, services)
  let { answer } = begun
  let refused = refusedBefore(begun.prompt)
  const cache = answer === undefined ? cacheFor(task, gathered, wanted, services) : undefined
  for (;;) {
    try {
      answer ??= await askOnce(task, gathered, { refused, wanted, cache }, services, attempt)
    } catch (error) {
      const mayPass = error instanceof BotticelliError && error.retryable && !attempt.last
      if (refused.length === 0 || mayPass || attempt.signal.aborted) throw error
      return bestOf(refused)
    }
    const verdict = wanted && judge(answer.text, wanted, services)
    if (verdict === undefined) {
      cache?.keep(answer)
      if (wanted !== undefined) tellAccepted(task, wanted, services)
      return { answer, refused }
    }
    const asksAgain = refused.length < (task.act.retry?.reask ?? DEFAULT_REASKS)
    const { narrative, act, executionId } = task
    services.onProgress({
      type: 'answer.refused',
      ...{ executionId, narrative: narrative.key, act: act.name, key: task.key, asksAgain },
      ...verdict,
    })
    refused = [...refused, { answer, ...verdict }]
    if (!asksAgain) return bestOf(refused)
    answer = undefined
  }
}

function tellAccepted({ narrative, act, executionId }: ActTask, { schema }: JsonWanted, services: Services): void {
  const bySchema = schema !== undefined
  services.onProgress({ type: 'answer.accepted', executionId, narrative: narrative.key, act: act.name, bySchema })
}

function placeOf({ executionId, key }: ActTask) {
  return { executionId, key }
}

function refusedBefore(prompt: Json | undefined): readonly Refused[] {
  return (prompt as unknown as { readonly refused?: readonly Refused[] } | undefined)?.refused ?? []
}

/** M2: JSON of the wrong kind before JSON that nobody can read, before none. */
function bestOf(refused: readonly Refused[]): Asked {
  const ranks = ['no-json', 'bad-json', 'invalid']
  const best = Math.max(...refused.map(({ reason }) => ranks.indexOf(reason)))
  const used = refused.findLast(({ reason }) => ranks.indexOf(reason) === best)!
  return { answer: used.answer, refused: refused.filter((one) => one !== used) }
}

// ---------------------------------------------------------------------------- one question

interface Asking {
  readonly refused: readonly Refused[]
  readonly wanted: JsonWanted | undefined
  readonly cache: AnswerCache | undefined
}

async function askOnce(
  task: ActTask,
  gathered: Gathered,
  { refused, wanted, cache }: Asking,
  services: Services,
  attempt: Attempt,
): Promise<StoredAnswer> {
  const { store, clock, calls } = services
  const turn = store.ledger.lines() + 1
  let answer = refused.length === 0 ? cache?.find() : undefined
  if (answer === undefined) {
    const question = questionOf(task, gathered, { refused, wanted, turn }, services)
    await store.committed()
    const call = ask(question, task, services, attempt).catch((error) => noteLoss(error, task, services, attempt))
    try {
      answer = stored(await calls.track(call))
    } catch (error) {
      await beforeNext(error, services, attempt)
      throw error
    }
  }
  const saved = { prompt: keptPrompt(gathered, refused), answer, at: clock.now() }
  await insist(() => store.journal.saveAnswer(placeOf(task), saved), clock, attempt.signal)
  return answer
}

/** An answer to a question that was put right in between is kept for the question as it was first asked. */
function cacheFor(
  task: ActTask,
  gathered: Gathered,
  wanted: JsonWanted | undefined,
  services: Services,
): AnswerCache | undefined {
  const cacheMs = cacheTimeOf(task, services)
  if (cacheMs === undefined) return undefined
  const question = questionOf(task, gathered, { refused: [], wanted, turn: 1 }, services)
  return answerCache(task, cacheMs, { question, model: modelOf(task, services) }, services)
}

function modelOf({ model, act }: ActTask, { findModel }: Services): Model {
  return findModel(model ?? act.settings.model)
}

/** A provider that does not take the schema is asked without it: the words of the prompt remain. */
async function ask(question: Question, task: ActTask, services: Services, attempt: Attempt): Promise<Answer> {
  const found = modelOf(task, services)
  const { timeoutMs } = task.act.settings
  // The time that the model's limits are waited for is none of the answer's.
  const model = services.paced(timeoutMs === undefined ? found : services.limited(found, timeoutMs), task.budget)
  const options = { signal: attempt.signal, ...(services.streams && { onText: hear(task, services, attempt) }) }
  try {
    return await model.ask(question, options)
  } catch (error) {
    const isRefused = error instanceof BotticelliError && error.code === 'model-bad-request'
    if (question.json === undefined || !isRefused) throw error
    log('json.schema_refused', { narrative: task.narrative.key, act: task.act.name, err: error })
    const { json: _, ...plain } = question
    return model.ask(plain, options)
  }
}

/** What a call cost that gave no answer to use is in the ledger all the same. @throws the error */
async function noteLoss(error: unknown, task: ActTask, services: Services, { signal }: Attempt): Promise<never> {
  const paid = paidAnswer(error)
  if (paid !== undefined) {
    const ending = paid.finishReason === 'error' ? ('broken-off' as const) : ('unusable' as const)
    const lost = { answer: stored(paid), ending, at: services.clock.now() }
    await insist(() => services.store.journal.noteLost(placeOf(task), lost), services.clock, signal)
  }
  throw error
}

function hear(task: ActTask, { onProgress, clock }: Services, { tell }: Attempt): (piece: string) => void {
  const { executionId, narrative, act, key } = task
  const at = { executionId, narrative: narrative.key, act: act.name, key }
  const follow = followAnswer(tell, () => clock.now())
  return (text) => {
    onProgress({ type: 'answer.text', ...at, text })
    follow(text)
  }
}

/** A provider that said when to come back is not asked before: the wait is served here, the attempt is counted as usual. */
async function beforeNext(error: unknown, { clock }: Services, { signal }: Attempt): Promise<void> {
  if (error instanceof BotticelliError && error.retryable && error.retryAfterMs !== undefined) {
    await pause(error.retryAfterMs, clock, signal)
  }
}

function stored(answer: Answer): StoredAnswer {
  const { usage } = answer
  return {
    text: answer.text,
    finishReason: answer.finishReason,
    provider: answer.provider,
    model: answer.model,
    inputTokens: usage.input,
    outputTokens: usage.output,
    ...(usage.cachedInput !== undefined && { cachedInputTokens: usage.cachedInput }),
    ...(usage.reasoning !== undefined && { reasoningTokens: usage.reasoning }),
    ...(answer.costUsd !== undefined && { costUsd: answer.costUsd }),
    ...(answer.responseId !== undefined && { responseId: answer.responseId }),
    durationMs: answer.durationMs,
  }
}
