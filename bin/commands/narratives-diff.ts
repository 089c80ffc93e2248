// narratives diff: a narrative as it is now, beside what an execution ran.

import { existsSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { BotticelliError } from '../../errors.ts'
import type { Json } from '../../json.ts'
import { type Change, compareNarratives } from '../../narratives/compare.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import { sourcePath } from '../../narratives/sources.ts'
import type { Execution, NarrativeText, Store } from '../../store/store.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { findExecution } from '../find-execution.ts'
import type { Io } from '../io.ts'
import { shortHash } from '../narrative-version.ts'
import { oneLine, plainText } from '../plain-text.ts'
import { findNarrative, type NarrativeRef, readStore } from '../project.ts'
import { unifiedDiff } from '../unified-diff.ts'

/** So many of the newest executions are searched for the last of a narrative. */
const SEARCHED = 1000

export const narrativesDiff: Run = async (options, io) => {
  const { config } = io.config()
  const ref = findNarrative(options.args[0] ?? '', io.cwd, config)
  const name = options.text('narrative-name') ?? ref.narrative
  const wanted = { file: ref.file, ...(name !== undefined && { narrative: name }) }
  const found = await readStore(config, undefined, (store) => beganWith(store, wanted, options.text('execution')))
  if (found === undefined) throw neverRan(wanted)
  const { execution, texts } = found
  const files = texts.map((text) => compareFile(execution, text, io))
  const changes = changesOf(execution, texts)
  const isSame = files.every(({ diff }) => diff === '')
  if (io.json) {
    const { id, narrative, startedAt, version } = execution
    io.printJson({ execution: id, narrative, startedAt, version, same: isSame, changes: changes ?? null, files })
  } else show(execution, changes, files, isSame, io)
  return options.isSet('exit-status') && !isSame ? EXIT.failed : EXIT.ok
}

interface Began {
  readonly execution: Execution
  readonly texts: readonly NarrativeText[]
}

/** The named execution, else the newest of this narrative, with the texts that it began with. */
function beganWith(store: Store, ref: NarrativeRef, id: string | undefined): Began | undefined {
  const isMeant = ({ file, narrative }: Execution) =>
    resolve(file) === resolve(ref.file) && (ref.narrative === undefined || narrative === ref.narrative)
  const execution =
    id === undefined ? store.executions.list({ limit: SEARCHED }).find(isMeant) : findExecution(store, id)
  if (execution === undefined) return undefined
  if (!isMeant(execution)) {
    throw new BotticelliError('not-found', `The execution ${execution.id} ran another narrative: ${execution.file}`, {
      fix: 'Name that one, or leave --execution out.',
    })
  }
  const texts = execution.version === undefined ? [] : store.versions.files(execution.version)
  if (texts.length > 0) return { execution, texts }
  throw new BotticelliError('not-found', `What the execution ${execution.id} ran was not kept.`, {
    fix: 'Name the execution around it, or a newer one: "botticelli executions list".',
  })
}

function neverRan({ file, narrative }: NarrativeRef): BotticelliError {
  const what = narrative === undefined ? file : `${narrative} of ${file}`
  return new BotticelliError('not-found', `There is no execution of ${what}.`, {
    fix: 'Run it first; "botticelli executions list" shows what ran.',
  })
}

interface ComparedFile {
  /** Relative to where the command works. */
  readonly file: string
  readonly isGone: boolean
  /** Empty where nothing changed. */
  readonly diff: string
}

function compareFile(execution: Execution, { path, text }: NarrativeText, io: Io): ComparedFile {
  const absolute = sourcePath(execution.file, path)
  const file = relative(io.cwd, absolute)
  const isGone = !existsSync(absolute)
  const now = isGone ? '' : readFileSync(absolute, 'utf8')
  const names = [`${execution.id.slice(-6)}/${file}`, isGone ? '/dev/null' : `now/${file}`] as const
  return { file, isGone, diff: unifiedDiff(text, now, names) }
}

/** Undefined where one of the two cannot be read as a narrative. */
function changesOf({ file, narrative }: Execution, texts: readonly NarrativeText[]): readonly Change[] | undefined {
  const own = texts.find(({ path }) => path === '')
  if (own === undefined || !existsSync(file)) return undefined
  const before = parseNarrativeFile(own.text, file).file?.narratives.get(narrative)
  const now = parseNarrativeFile(readFileSync(file, 'utf8'), file).file?.narratives.get(narrative)
  return before && now && compareNarratives(before, now)
}

// ---------------------------------------------------------------------------- as text

function show(
  { id, narrative, startedAt, version = '' }: Execution,
  changes: readonly Change[] | undefined,
  files: readonly ComparedFile[],
  isSame: boolean,
  io: Io,
): void {
  const began = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')
  io.remark(`${oneLine(narrative, 100)} since execution ${id}, ${began} UTC, version ${shortHash(version)}`)
  if (isSame) {
    io.remark('Nothing has changed.')
    return
  }
  if (changes === undefined)
    io.remark('What changed in its acts cannot be told: it cannot be read as this narrative now.')
  else if (changes.length === 0) io.print('no change in what it does')
  for (const change of changes ?? []) io.print(changeText(change, io))
  for (const { diff } of files) {
    if (diff === '') continue
    io.print()
    for (const line of plainText(diff).trimEnd().split('\n')) io.print(painted(line, io))
  }
}

function changeText(change: Change, io: Io): string {
  const act = change.act === undefined ? 'narrative' : oneLine(change.act, 60)
  switch (change.is) {
    case 'added':
      return io.paint('green', `+ ${act}`)
    case 'removed':
      return io.paint('red', `- ${act}`)
    case 'moved':
      return `~ ${act}: now ${change.after === null ? 'the first' : `after ${oneLine(change.after, 60)}`}`
    case 'changed':
      return `~ ${act}: ${change.key}: ${shown(change.before)} -> ${shown(change.now)}`
  }
}

/** Long texts are in the difference below. */
function shown(value: Json): string {
  if (value === null) return 'none'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return oneLine(text, 40)
}

function painted(line: string, io: Io): string {
  if (line.startsWith('+')) return io.paint('green', line)
  if (line.startsWith('-')) return io.paint('red', line)
  return line.startsWith('@@') ? io.paint('cyan', line) : line
}
