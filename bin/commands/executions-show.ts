// executions show: one run, act by act, with what it cost and what it did outside.

import { relative } from 'node:path'
import { gatheredFrom, resultFrom } from '../../actors/kept.ts'
import { BotticelliError } from '../../errors.ts'
import type { Json } from '../../json.ts'
import type { ActRecord, Effect, ExecutionSummary, Store } from '../../store/store.ts'
import { whoIsAtWork } from '../at-work.ts'
import type { Options, Run } from '../command.ts'
import { errorText } from '../error-report.ts'
import { EXIT } from '../exit-codes.ts'
import { ago, duration, grouped, isoTime, money, plural, tokens } from '../figures.ts'
import { findExecution } from '../find-execution.ts'
import type { Io } from '../io.ts'
import { compareWithNow, shortHash, type VersionedFile } from '../narrative-version.ts'
import { oneLine, plainText } from '../plain-text.ts'
import { readStore } from '../project.ts'
import { table } from '../table.ts'
import { executionJson } from './executions-list.ts'

interface Story {
  readonly execution: ExecutionSummary
  readonly acts: readonly ActRecord[]
  readonly effects: readonly Effect[]
  /** Of these and of those nested in it, what waits for a person. */
  readonly doubts: readonly Effect[]
  readonly children: readonly ExecutionSummary[]
  /** What it began with; none for a nested one, and one of before texts were kept. */
  readonly files: readonly VersionedFile[]
}

const MOST_CHILDREN = 1000

export const executionsShow: Run = async (options, io) => {
  const { config } = io.configInPart()
  const id = options.args[0] ?? ''
  const story = await readStore(config, undefined, (store) => find(store, id))
  if (story === undefined) {
    throw new BotticelliError('not-found', `There is no execution "${id}".`, {
      fix: 'List what there is with "botticelli executions list".',
    })
  }
  const isAtWork = await whoIsAtWork([story.execution, ...story.children], config)
  if (io.json) io.printJson(storyJson(story, isAtWork))
  else show(story, isAtWork(story.execution), options, io)
  return EXIT.ok
}

function find(store: Store, id: string): Story {
  const execution = findExecution(store, id)
  return {
    execution,
    acts: store.journal.acts(execution.id),
    effects: store.effects.list(execution.id),
    doubts: store.effects.doubtful(execution.id),
    children: store.executions.list({ parentId: execution.id, limit: MOST_CHILDREN }).toReversed(),
    files: execution.version === undefined ? [] : compareWithNow(execution, store.versions.files(execution.version)),
  }
}

function storyJson(
  { execution, acts, effects, children, files }: Story,
  isAtWork: (execution: ExecutionSummary) => boolean,
) {
  const times = ({ startedAt, endedAt }: { startedAt: number; endedAt?: number }) => ({
    startedAt: isoTime(startedAt),
    ...(endedAt !== undefined && { endedAt: isoTime(endedAt) }),
  })
  return {
    ...executionJson(execution, isAtWork(execution)),
    files,
    acts: acts.map((act) => ({ ...act, ...(act.result !== undefined && { result: resultFrom(act) }), ...times(act) })),
    effects: effects.map(({ at, endedAt, ...effect }) => ({
      ...effect,
      at: isoTime(at),
      ...(endedAt !== undefined && { endedAt: isoTime(endedAt) }),
    })),
    children: children.map((child) => executionJson(child, isAtWork(child))),
  }
}

function show(
  { execution, acts, effects, doubts, children, files }: Story,
  isAtWork: boolean,
  options: Options,
  io: Io,
): void {
  const { status, startedAt, endedAt, inputTokens, outputTokens, costUsd, traceparent } = execution
  const all = tokens(inputTokens + outputTokens)
  const took = endedAt === undefined ? 'not ended' : duration(endedAt - startedAt)
  io.print(`${io.paint('bold', oneLine(execution.narrative, 100))}  ${relative(io.cwd, execution.file)}`)
  const isLeft = status === 'running' && !isAtWork
  const told = isLeft ? 'running, by nobody' : status
  io.print(`${execution.id} · ${told} · ${ago(startedAt, io.now())} · ${took} · ${all} · ${money(costUsd)}`)
  if (traceparent !== undefined) io.print(`trace ${traceparent.split('-')[1]}`)
  if (execution.version !== undefined) io.print(`version ${shortHash(execution.version)}${sinceThen(files, io)}`)
  if (acts.length > 0) {
    io.print()
    const cells = acts.map((act) => actCells(act))
    for (const line of table(['ACT', 'STATUS', 'TOOK', 'TOKENS', 'COST', 'ROWS', 'MODEL'], cells, io)) io.print(line)
  }
  for (const act of acts) {
    if (options.isSet('prompts') && act.prompt !== undefined) section(`${act.key}: asked`, promptText(act.prompt), io)
    if (options.isSet('outputs') && act.answer !== undefined) section(`${act.key}: answered`, act.answer.text, io)
  }
  if (effects.length > 0) {
    io.print()
    const cells = effects.map((one) => [one.act, `${one.platform} ${one.command}`, one.dryRun ? 'dry run' : one.status])
    for (const line of table(['ACT', 'COMMAND', 'OUTCOME'], cells, io)) io.print(line)
  }
  for (const { act, at, args } of doubts) {
    io.print(`\n${act} may have been carried out since ${isoTime(at)}, with:`)
    for (const [name, value] of Object.entries(args)) io.print(`  ${name}  ${oneLine(argumentText(value), 200)}`)
  }
  if (children.length > 0) {
    io.print(`\n${plural(children.length, 'execution')} within:`)
    for (const child of children) io.print(`  ${child.id}  ${child.status}  ${oneLine(child.narrative, 100)}`)
  }
  if (execution.error !== undefined) io.print(`\n${errorText(execution.error, io)}`)
  if (isLeft && execution.bot !== undefined) {
    io.remark('\nNo server runs: the next one goes on with it.')
  } else if (status !== 'completed' && !isAtWork && doubts.length === 0) {
    io.remark(`\nGo on with it: botticelli executions resume ${execution.id}`)
  }
}

function argumentText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What became of the files that it began with. */
function sinceThen(files: readonly VersionedFile[], io: Io): string {
  const others = files.filter(({ now }) => now !== 'same')
  if (others.length === 0) return ''
  const told = others.map(({ file, now }) => `${relative(io.cwd, file)} ${now === 'gone' ? 'is gone' : 'has changed'}`)
  return ` · ${told.join(', ')} since`
}

function actCells(act: ActRecord): string[] {
  const { answer, endedAt } = act
  return [
    act.key,
    act.attempts > 1 ? `${act.status} (attempt ${act.attempts})` : act.status,
    endedAt === undefined ? '-' : duration(endedAt - act.startedAt),
    answer === undefined ? '-' : grouped(answer.inputTokens + answer.outputTokens),
    answer?.costUsd === undefined ? '-' : money(answer.costUsd),
    act.rowsStored > 0 ? String(act.rowsStored) : '-',
    answer === undefined ? '-' : `${answer.provider}:${answer.model}${answer.cached ? ' (given before)' : ''}`,
  ]
}

/** What the model read: the texts as they are, of media what they were. */
function promptText(prompt: Json): string {
  const { pieces, system } = gatheredFrom(prompt)
  const said = pieces.map(({ piece }) =>
    piece.type === 'text' ? piece.text : `[${piece.media} ${piece.name}, ${piece.mime}, ${piece.sizeBytes} bytes]`,
  )
  return [...(system === undefined ? [] : [`system: ${system}`]), ...said].join('\n\n')
}

function section(title: string, text: string, io: Io): void {
  io.print(`\n${io.paint('bold', oneLine(title, 100))}\n${plainText(text)}`)
}
