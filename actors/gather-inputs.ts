// Gather inputs: turns the inputs of an act into what its model will read, or into its response when it asks none.
//
// Inputs are processed in order, one after another: a command may need the channel that the one before it made.

import { stat } from 'node:fs/promises'
import { BotticelliError, type Place } from '../errors.ts'
import { type CommandInput, type Input, type NarrativeInput, needsModel } from '../narratives/narrative.ts'
import { fillIn, type Values } from '../narratives/placeholders.ts'
import { assemblePrompt, isContentFocus } from '../narratives/templates.ts'
import type { PulledRows, RowRef } from '../store/store.ts'
import { record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import { inSpan } from '../telemetry/spans.ts'
import type { ActTask, Gathered, Processed, ReadRow } from './act-task.ts'
import { carryOut, mayHavePublished } from './carry-out.ts'
import { introduce, type Piece } from './conversation.ts'
import { gatherMedia } from './gather-media.ts'
import { inputFile, withPlace } from './input-file.ts'
import { readTable } from './read-table.ts'
import type { Services } from './services.ts'
import { valuesFor } from './values.ts'

/** What gathering needs of the act's actor. */
interface Attempt {
  readonly signal: AbortSignal
  /** True when no attempt follows: a command that is not required then gives its error as text. */
  readonly last: boolean
  /** Runs a nested narrative below the act; gives the response of its last act. */
  runNested(input: NarrativeInput, key: string): Promise<string>
}

export async function gatherInputs(task: ActTask, services: Services, attempt: Attempt): Promise<Gathered> {
  const { act, knowledge } = task
  const asks = needsModel(act)
  const pieces = asks ? introduce(knowledge.pending).map((piece) => ({ piece, input: -1 })) : []
  const results: Result[] = []
  const tables: Record<string, string> = {}
  const read: ReadRow[] = []
  const pulled: PulledRows[] = []
  const values = valuesFor(task, services, tables)
  for (const [index, input] of act.inputs.entries()) {
    const item = read.length === 1 ? read[0]!.ref : knowledge.itemRow
    const processing = processInput(input, index, { task, services, values, attempt, item })
    const done = processing instanceof Promise ? await processing : processing
    for (const piece of done.pieces) pieces.push({ piece, input: index })
    if (done.result !== undefined) results.push(done.result)
    if (done.tables !== undefined) Object.assign(tables, done.tables)
    for (const row of done.read ?? []) read.push(row)
    if (done.pulled !== undefined) pulled.push(done.pulled)
  }
  return {
    pieces,
    ...(asks && act.system !== undefined && { system: filled(act.system, task, values) }),
    response: asks ? '' : responseOf(results),
    tables,
    read,
    pulled,
  }
}

type Result = NonNullable<Processed['result']>

/** Section 12.2: one command as itself, several as an array (D-33); without commands what tables and narratives gave. */
function responseOf(results: readonly Result[]): string {
  const commands = results.filter(({ kind }) => kind === 'command').map(({ value }) => value)
  if (commands.length === 1) return typeof commands[0] === 'string' ? commands[0] : JSON.stringify(commands[0])
  if (commands.length > 1) return JSON.stringify(commands)
  return results.map(({ value }) => String(value)).join('\n\n')
}

// ---------------------------------------------------------------------------- one input

interface Around {
  readonly task: ActTask
  readonly services: Services
  readonly values: Values
  readonly attempt: Attempt
  /** The one row that the execution handles, if it does. */
  readonly item: RowRef | undefined
}

function processInput(input: Input, index: number, around: Around): Processed | Promise<Processed> {
  switch (input.kind) {
    case 'text':
      return 'file' in input.source
        ? processFile(input.source.file, input.place, around)
        : processText(input.source.text, index, around)
    case 'media':
      return gatherMedia(input, around.task, around.services, around.attempt.signal)
    case 'command':
      return processCommand(input, index, around)
    case 'table':
      return inSpan(
        'fetch table',
        { attributes: { 'botticelli.source': 'table', 'botticelli.table': input.table } },
        (span) => {
          const read = readTable(input, around.task, around.services)
          span.setAttribute('botticelli.rows', read.read?.length ?? 0)
          return read
        },
      )
    case 'narrative':
      return processNarrative(input, index, around)
  }
}

function processText(written: string, index: number, { task, values }: Around): Processed {
  const { template } = task.narrative
  const isAssembled = index === 0 && template !== undefined && isContentFocus(written)
  const text = filled(isAssembled ? assemblePrompt(written, template) : written, task, values)
  return text.trim() === '' ? NOTHING : { pieces: [textPiece(text)] }
}

const NOTHING: Processed = { pieces: [] }

/** The text of a file is data: what looks like a placeholder in it is left alone. */
async function processFile(file: string, place: Place, { task, services }: Around): Promise<Processed> {
  const path = inputFile(file, place, task, services)
  const [text, { mtimeMs }] = await inSpan('fetch file', { attributes: { 'botticelli.source': 'file' } }, () =>
    withPlace(place, async () => [await services.media.readText(path), await stat(path)] as const),
  )
  const ageMs = services.clock.now() - mtimeMs
  record('botticelli.act.input_age', Math.max(ageMs, 0) / 1_000, { source: 'file' })
  return { pieces: [textPiece(text)] }
}

/** What has no value stays as it is written, and is told. */
function filled(written: string, { narrative, act }: ActTask, values: Values): string {
  const { text, unresolved } = fillIn(written, values, 'lenient')
  if (unresolved.length > 0)
    log('placeholder.unresolved', { narrative: narrative.key, act: act.name, names: unresolved })
  return text
}

async function processCommand(input: CommandInput, index: number, { attempt, ...around }: Around): Promise<Processed> {
  try {
    const result = await carryOut(input, index, { ...around, signal: attempt.signal })
    return { pieces: [textPiece(JSON.stringify(result, null, 2))], result: { kind: 'command', value: result } }
  } catch (error) {
    const mayPass = error instanceof BotticelliError && error.retryable
    const goesOn = !attempt.signal.aborted && !input.required && (attempt.last || !mayPass)
    // Going on would lead to the end of the execution, and with it to another publication of the same row.
    if (!goesOn || mayHavePublished(input, index, around.task, around.services))
      throw commandFailure(error, input, around.task)
    const { platform, command } = input
    log('platform.left_out', {
      narrative: around.task.narrative.key,
      act: around.task.act.name,
      platform,
      command,
      err: error,
    })
    const text = `[Bot command '${input.name ?? input.command}' failed: ${messageOf(error)}]`
    return { pieces: [textPiece(text)], result: { kind: 'command', value: text } }
  }
}

function commandFailure(error: unknown, input: CommandInput, { act }: ActTask): BotticelliError {
  const message = `The command ${input.platform} ${input.command} of act "${act.name}" failed: ${messageOf(error)}`
  if (!(error instanceof BotticelliError)) {
    return new BotticelliError('bot-command-failed', message, { cause: error, place: input.place })
  }
  const { fix, retryable, retryAfterMs } = error
  return new BotticelliError('bot-command-failed', message, {
    cause: error,
    place: input.place,
    fix,
    retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
}

async function processNarrative(input: NarrativeInput, index: number, { task, attempt }: Around): Promise<Processed> {
  const response = await attempt.runNested(input, `${task.key}.${index}`)
  return { pieces: [textPiece(response)], result: { kind: 'narrative', value: response } }
}

function textPiece(text: string): Piece {
  return { type: 'text', text }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
