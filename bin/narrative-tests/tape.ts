// Tape: stands between a run and the world outside, plays what was recorded and records what was not.
//
//   T1. Replaying, nothing outside is asked: what the cassette does not have fails the call, for good.
//   T2. Nothing is recorded that redaction takes out (P8); what is asked is compared without it as well.
//   T3. A failure that may pass is not recorded: what came of it in the end is.
//   T4. Each recording is used once. Of an act's recordings the first that fits is taken, whatever their order.

import { BotticelliError, CODES, type ErrorCode } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import type { Answer, FinishReason, Model, Models, Question } from '../../models/model.ts'
import { ModelError } from '../../models/model-error.ts'
import { countUsage } from '../../models/tokens.ts'
import { lineDiff } from '../../narratives/line-diff.ts'
import type {
  RecordedAnswer,
  RecordedCommand,
  RecordedError,
  RecordedText,
  Recording,
} from '../../narratives/testing/cassette.ts'
import type { Command, CommandOutcome, Platforms } from '../../platforms/platform.ts'
import { PlatformError } from '../../platforms/platform-error.ts'
import { redactJson } from '../../telemetry/redaction.ts'
import { questionLines } from './question-lines.ts'

/**
 * `replay`: what was recorded, and nothing else. `record`: everything anew. `update`: what was recorded, as far as it
 * fits, and the rest anew. `accept`: recorded answers, also to questions that have changed since.
 */
export type TapeMode = 'replay' | 'record' | 'update' | 'accept'

/** Something asked for that no recording fits. */
export interface Mismatch {
  readonly code: 'recording-missing' | 'recording-differs'
  /** Name of the act that asks. */
  readonly act: string
  readonly message: string
  /** From what was recorded to what was asked. */
  readonly diff: readonly string[]
}

export class Tape {
  readonly mismatches: Mismatch[] = []
  /** Every command that was carried out, our own database's too, in order. */
  readonly sent: Command[] = []
  readonly #mode: TapeMode
  readonly #now: number
  readonly #answers: RecordedAnswer[]
  readonly #commands: RecordedCommand[]
  readonly #keptAnswers: RecordedAnswer[] = []
  readonly #keptCommands: RecordedCommand[] = []

  constructor(mode: TapeMode, recording: Recording | undefined, now: number) {
    const isAnew = mode === 'record' || recording === undefined
    this.#mode = mode
    this.#now = isAnew ? now : recording.now
    this.#answers = isAnew ? [] : [...recording.answers]
    this.#commands = isAnew ? [] : [...recording.commands]
  }

  /** What the clock of the run says when it begins. */
  get startsAt(): number {
    return this.#now
  }

  /** True if the world outside may be asked. */
  get asks(): boolean {
    return this.#mode === 'record' || this.#mode === 'update'
  }

  /**
   * What was played and what was recorded, in the order of the run; nothing when there is nothing.
   *
   * @param whole false: the run broke off, and what it did not come to is kept
   */
  recording(whole: boolean): Recording | undefined {
    const answers = whole ? this.#keptAnswers : [...this.#keptAnswers, ...this.#answers]
    const commands = whole ? this.#keptCommands : [...this.#keptCommands, ...this.#commands]
    return answers.length + commands.length === 0 && !whole ? undefined : { now: this.#now, answers, commands }
  }

  /** Recordings that nobody asked for. */
  unused(): readonly string[] {
    return [
      ...this.#answers.map(({ act }) => `an answer of ${act}`),
      ...this.#commands.map(({ at, command }) => `${command} of ${at}`),
    ]
  }

  models(real: Models): Models {
    return { find: (named) => this.#model(named, real) }
  }

  #model(named: string | undefined, real: Models): Model {
    const outside = this.asks ? real.find(named) : undefined
    return {
      provider: outside?.provider ?? 'recorded',
      name: outside?.name ?? named ?? 'default',
      ...(outside?.takes !== undefined && { takes: (type) => outside.takes!(type) }),
      ask: async (question, options) => {
        options.signal.throwIfAborted()
        const act = `${question.origin.narrative}/${question.origin.act}`
        const asked = questionLines(question, named)
        const found = this.#takeAnswer(act, asked)
        if (found !== undefined) {
          const answer = estimated(found.answer, question)
          this.#keptAnswers.push({ act, asked, answer })
          return replayed(answer, question)
        }
        if (outside === undefined) {
          const before = this.#answers.find((one) => one.act === act)?.asked
          throw this.#mismatch(question.origin.act, `${act} asks`, asked, before)
        }
        return this.#record(act, asked, () => outside.ask(question, options))
      },
    }
  }

  #takeAnswer(act: string, asked: readonly string[]): RecordedAnswer | undefined {
    const fits = this.#answers.findIndex((one) => one.act === act && isSame(one.asked, asked))
    const next = this.#mode === 'accept' && fits < 0 ? this.#answers.findIndex((one) => one.act === act) : fits
    return next < 0 ? undefined : this.#answers.splice(next, 1)[0]
  }

  async #record(act: string, asked: readonly string[], ask: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await ask()
      this.#keptAnswers.push({ act, asked, answer: recorded(answer) })
      return answer
    } catch (error) {
      const failure = failureOf(error)
      if (failure !== undefined) this.#keptAnswers.push({ act, asked, answer: failure })
      throw error
    }
  }

  platforms(real: Platforms): Platforms {
    return {
      effectOf: (command) => real.effectOf(command),
      inDoubt: (command) => real.inDoubt(command),
      execute: async (command, options) => {
        options.signal.throwIfAborted()
        // Our own database is the real one of the test, in both directions.
        const outcome = await (command.platform === 'database'
          ? real.execute(command, options)
          : this.#execute(command, options.idempotencyKey, () => real.execute(command, options)))
        this.sent.push(command)
        return outcome
      },
    }
  }

  async #execute(command: Command, key: string, execute: () => Promise<CommandOutcome>): Promise<CommandOutcome> {
    const at = key.slice(key.indexOf('/') + 1)
    const args = redactJson(command.args)
    const found = this.#takeCommand(at, nameOf(command), args)
    if (found !== undefined) {
      const kept = { ...found, args }
      this.#keptCommands.push(kept)
      return outcomeOf(kept)
    }
    if (this.asks) return this.#carryOut(at, command, args, execute)
    const near = this.#commands.find((one) => one.at === at || one.command === nameOf(command))
    const before = near && commandLines(near.command, near.args)
    const act = at.split('/').at(-2)!.replace(/#\d+$/, '')
    throw this.#mismatch(act, `${at} sends ${nameOf(command)}`, commandLines(nameOf(command), args), before)
  }

  #takeCommand(at: string, command: string, args: JsonObject): RecordedCommand | undefined {
    const wanted = commandLines(command, args)
    const fits = this.#commands.findIndex((one) => one.at === at && isSame(commandLines(one.command, one.args), wanted))
    const isNear = (one: RecordedCommand) => one.at === at && one.command === command
    const next = this.#mode === 'accept' && fits < 0 ? this.#commands.findIndex(isNear) : fits
    return next < 0 ? undefined : this.#commands.splice(next, 1)[0]
  }

  async #carryOut(at: string, command: Command, args: JsonObject, execute: () => Promise<CommandOutcome>) {
    const keep = (outcome: RecordedCommand['outcome']) =>
      this.#keptCommands.push({ at, command: nameOf(command), args, outcome })
    try {
      const { result, dryRun, ...rest } = await execute()
      keep({ result: redactJson(result), dryRun })
      return { result, dryRun, ...rest }
    } catch (error) {
      const failure = failureOf(error)
      if (failure !== undefined) keep(failure)
      throw error
    }
  }

  #mismatch(act: string, what: string, asked: readonly string[], before: readonly string[] | undefined) {
    const code = before === undefined ? 'recording-missing' : 'recording-differs'
    const message = `${what}, ${before === undefined ? 'and nothing like it was recorded' : 'but not what was recorded'}.`
    this.mismatches.push({ code, act, message, diff: lineDiff(before ?? [], asked) })
    return new BotticelliError(code, message)
  }
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index])
}

function nameOf({ platform, command }: Command): string {
  return `${platform} ${command}`
}

/** The order of arguments does not count. */
function commandLines(command: string, args: JsonObject): readonly string[] {
  const sorted = Object.entries(args).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [command, ...sorted.flatMap(([name, value]) => `${name} = ${JSON.stringify(value, null, 2)}`.split('\n'))]
}

// ---------------------------------------------------------------------------- to and from recordings

function recorded({ text, finishReason, provider, model, usage, costUsd }: Answer): RecordedText {
  return {
    text: redactJson(text),
    ...{ finishReason, provider, model, inputTokens: usage.input, outputTokens: usage.output },
    ...(costUsd !== undefined && { costUsd }),
  }
}

/** T3. Undefined for what may pass, and for what says more of keys and accounts than of the question. */
function failureOf(error: unknown): RecordedError | undefined {
  if (!(error instanceof BotticelliError) || error.retryable || !SAYS_SOMETHING.test(error.code)) return undefined
  return { error: { code: error.code, message: redactJson(error.message) } }
}

const SAYS_SOMETHING =
  /^(?:model-(?:content-filter|empty-answer|bad-request)|discord-(?:not-found|forbidden|rejected)|\w+-argument)$/

/** An answer that a person wrote has no tokens: about as many as it would have. */
function estimated(answer: RecordedAnswer['answer'], question: Question): RecordedAnswer['answer'] {
  if ('error' in answer || answer.inputTokens + answer.outputTokens > 0) return answer
  const { input, output } = countUsage(question, answer.text)
  return { ...answer, inputTokens: input, outputTokens: output }
}

function replayed(answer: RecordedAnswer['answer'], { origin }: Question): Answer {
  if ('error' in answer) {
    const { code, message, retryable = false } = answer.error
    throw new ModelError(knownCode(code, `the answer of ${origin.act}`), message, { retryable })
  }
  const { text, finishReason, inputTokens, outputTokens, costUsd, provider, model } = answer
  return {
    text,
    finishReason: finishReason as FinishReason,
    usage: { input: inputTokens, output: outputTokens },
    costUsd,
    ...{ provider, model },
    durationMs: 0,
  }
}

function outcomeOf({ at, outcome }: RecordedCommand): CommandOutcome {
  if (!('error' in outcome)) return outcome
  const { code, message, retryable = false } = outcome.error
  throw new PlatformError(knownCode(code, `the result of ${at}`), message, { retryable })
}

function knownCode(code: string, where: string): ErrorCode {
  if (Object.hasOwn(CODES, code)) return code as ErrorCode
  throw new BotticelliError('bad-cassette', `No error has the code "${code}" that was recorded as ${where}.`)
}
