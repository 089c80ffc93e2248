// Scene: all that a reply of the scripted model may depend on.

import type { Question } from '../model.ts'
import { createRandom, hash, type Random } from './random.ts'
import { type Reading, read } from './reading.ts'

export interface Scene {
  readonly question: Question
  readonly reading: Reading
  readonly random: Random
  /** Grows by one with every call of the same question and with every turn, from a start that seed and act choose. */
  readonly turn: number
}

/** @param call how often this very question was asked, from 1 */
export function openScene(question: Question, seed: string, call: number): Scene {
  const reading = read(question)
  const origin = `${seed} ${question.origin.narrative}/${question.origin.act}`
  return {
    question,
    reading,
    random: createRandom(`${origin} ${call} ${hash(reading.everything)}`),
    turn: (hash(`${origin} ${reading.instruction}`) % 60) + (question.origin.turn ?? 1) - 1 + call,
  }
}
