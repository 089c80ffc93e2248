// Cassette: what models and platforms answered when a test of a narrative was recorded, as a file beside the test.
//
//   C1. Written for people: texts of several lines are lists of lines, so that a change is seen in review, and an
//       answer can be written by hand.
//   C2. A recording that is read back is the recording that was written.

import type { Json, JsonObject } from '../../json.ts'
import { NarrativeError } from '../narrative-error.ts'

const VERSION = 1

/** By name of the case. */
export type Cassette = ReadonlyMap<string, Recording>

export interface Recording {
  /** What the clock says when the run begins, in epoch ms. */
  readonly now: number
  readonly answers: readonly RecordedAnswer[]
  readonly commands: readonly RecordedCommand[]
}

export interface RecordedAnswer {
  /** Narrative and act, as `feature/critique`. */
  readonly act: string
  /** The whole question as lines. */
  readonly asked: readonly string[]
  readonly answer: RecordedText | RecordedError
}

export interface RecordedText {
  readonly text: string
  readonly finishReason: string
  readonly provider: string
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
  /** Undefined when no price is known. */
  readonly costUsd?: number
}

export interface RecordedError {
  readonly error: { readonly code: string; readonly message: string; readonly retryable?: boolean }
}

export interface RecordedCommand {
  /** The act's place in the run and the input's in its act, as `feature/publish/0`. */
  readonly at: string
  /** Such as `discord messages.send`. */
  readonly command: string
  readonly args: JsonObject
  readonly outcome: { readonly result: Json; readonly dryRun: boolean } | RecordedError
}

/** @throws NarrativeError `bad-cassette` */
export function parseCassette(text: string, file: string): Cassette {
  try {
    const root = objectOf(JSON.parse(text), 'the file')
    if (root.cassette !== VERSION) {
      throw new TypeError(`"cassette" is ${JSON.stringify(root.cassette)}, this version reads ${VERSION}`)
    }
    return new Map(
      Object.entries(objectOf(root.cases, '"cases"')).map(([name, one]) => [name, readRecording(objectOf(one, name))]),
    )
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NarrativeError('bad-cassette', `The recordings in ${file} cannot be read: ${reason}.`, {
      cause,
      place: { file, line: 1, column: 1 },
    })
  }
}

export function writeCassette(cassette: Cassette): string {
  const cases = Object.fromEntries(
    [...cassette].map(([name, { now, answers, commands }]) => [
      name,
      {
        now: new Date(now).toISOString(),
        ...(answers.length > 0 && { answers: answers.map(writeAnswer) }),
        ...(commands.length > 0 && { commands: commands.map(writeCommand) }),
      },
    ]),
  )
  return `${JSON.stringify({ cassette: VERSION, cases }, null, 2)}\n`
}

// ---------------------------------------------------------------------------- as written

function writeAnswer({ act, asked, answer }: RecordedAnswer) {
  if ('error' in answer) return { act, asked, ...answer }
  const { text, finishReason, ...rest } = answer
  return { act, asked, answered: lines(text), ...rest, ...(finishReason !== 'stop' && { finishReason }) }
}

function writeCommand({ at, command, args, outcome }: RecordedCommand) {
  if ('error' in outcome) return { at, command, args, ...outcome }
  return { at, command, args, result: outcome.result, ...(outcome.dryRun && { dryRun: true }) }
}

function lines(text: string): string | readonly string[] {
  return text.includes('\n') ? text.split('\n') : text
}

// ---------------------------------------------------------------------------- as read

type Fields = Readonly<Record<string, unknown>>

function readRecording(one: Fields): Recording {
  const now = Date.parse(textOf(one.now, '"now"'))
  if (Number.isNaN(now)) throw new TypeError('"now" is not a time')
  return {
    now,
    answers: listOf(one.answers, '"answers"').map((each) => readAnswer(objectOf(each, 'an answer'))),
    commands: listOf(one.commands, '"commands"').map((each) => readCommand(objectOf(each, 'a command'))),
  }
}

function readAnswer(one: Fields): RecordedAnswer {
  const act = textOf(one.act, '"act"')
  const asked = listOf(one.asked, '"asked"').map((line) => textOf(line, 'a line of "asked"'))
  if (one.error !== undefined) return { act, asked, answer: readError(one.error) }
  return {
    act,
    asked,
    answer: {
      text: Array.isArray(one.answered) ? one.answered.join('\n') : textOf(one.answered, '"answered"'),
      finishReason: one.finishReason === undefined ? 'stop' : textOf(one.finishReason, '"finishReason"'),
      provider: one.provider === undefined ? 'recorded' : textOf(one.provider, '"provider"'),
      model: one.model === undefined ? 'recorded' : textOf(one.model, '"model"'),
      inputTokens: numberOf(one.inputTokens ?? 0, '"inputTokens"'),
      outputTokens: numberOf(one.outputTokens ?? 0, '"outputTokens"'),
      ...(one.costUsd !== undefined && { costUsd: numberOf(one.costUsd, '"costUsd"') }),
    },
  }
}

function readCommand(one: Fields): RecordedCommand {
  const at = textOf(one.at, '"at"')
  const command = textOf(one.command, '"command"')
  const args = objectOf(one.args ?? {}, '"args"') as JsonObject
  if (one.error !== undefined) return { at, command, args, outcome: readError(one.error) }
  return { at, command, args, outcome: { result: (one.result ?? null) as Json, dryRun: one.dryRun === true } }
}

function readError(value: unknown): RecordedError {
  const { code, message, retryable } = objectOf(value, '"error"')
  return {
    error: {
      code: textOf(code, '"error.code"'),
      message: textOf(message, '"error.message"'),
      ...(retryable === true && { retryable }),
    },
  }
}

function objectOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`${what} is no object`)
  return value as Fields
}

/** Empty where there is none. */
function listOf(value: unknown, what: string): readonly unknown[] {
  if (value !== undefined && !Array.isArray(value)) throw new TypeError(`${what} is no list`)
  return value ?? []
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new TypeError(`${what} is no text`)
  return value
}

function numberOf(value: unknown, what: string): number {
  if (typeof value !== 'number') throw new TypeError(`${what} is no number`)
  return value
}
