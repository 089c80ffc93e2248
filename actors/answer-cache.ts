// Answer cache: the answer of an act that says `cache`, given again where the same is asked of the same model.
//
//   C1. Only an answer that was accepted is kept: never one whose JSON was refused, that was cut off or that came from here.
//   C2. An act that sends commands or takes rows out of a table is done each time: it has no cache.
//   C3. What is given again costs nothing, and its line in the ledger says so.

import { createHash } from 'node:crypto'
import type { Model, Question } from '../models/model.ts'
import type { StoredAnswer } from '../store/store.ts'
import type { ActTask } from './act-task.ts'
import type { Services } from './services.ts'

/** For one question. */
export interface AnswerCache {
  find(): StoredAnswer | undefined
  keep(answer: StoredAnswer): void
}

export function answerCache(
  { act, narrative, executionId }: ActTask,
  cacheMs: number,
  asked: { readonly question: Question; readonly model: Model },
  { store, clock, onProgress }: Pick<Services, 'store' | 'clock' | 'onProgress'>,
): AnswerCache {
  const key = keyOf(asked.question, asked.model)
  return {
    find() {
      const found = store.answers.find(key, clock.now() - cacheMs)
      const at = { executionId, narrative: narrative.key, act: act.name }
      onProgress({ type: 'answer.looked_up', ...at, found: found !== undefined })
      return found && givenAgain(found)
    },
    keep(answer) {
      if (answer.cached || answer.finishReason !== 'stop') return
      const at = clock.now()
      store.answers.keep(key, { answer, at, expiresAt: at + cacheMs })
    },
  }
}

/** How long answers of the act are given again; undefined for an act that is done each time (C2). */
export function cacheTimeOf({ act, file }: ActTask, services: Pick<Services, 'platformsFor'>): number | undefined {
  if (act.cacheMs === undefined) return undefined
  const platforms = services.platformsFor(file.security)
  const hasEffects = act.inputs.some(
    (input) =>
      (input.kind === 'command' && platforms.effectOf(input) !== 'read') ||
      (input.kind === 'table' && input.pullAndDelete),
  )
  return hasEffects ? undefined : act.cacheMs
}

/** By everything that is sent, and to whom; where the question comes from is no part of it. */
function keyOf({ origin: _, ...asked }: Question, { provider, name }: Model): string {
  return digest(JSON.stringify({ provider, name, asked }, bytesAsDigest))
}

/** Reads from the holder: a Buffer has turned itself into a list of numbers by the time it is the value. */
function bytesAsDigest(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const held = this[key]
  return held instanceof Uint8Array ? digest(held) : value
}

function digest(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function givenAgain({ cachedInputTokens: _, reasoningTokens: __, ...answer }: StoredAnswer): StoredAnswer {
  return { ...answer, inputTokens: 0, outputTokens: 0, costUsd: 0, durationMs: 0, cached: true }
}
