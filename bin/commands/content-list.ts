// content list: what narratives produced, newest first.

import { BotticelliError } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import { nearest } from '../../narratives/nearest.ts'
import { type ContentRow, REVIEW_STATUSES, type Store } from '../../store/store.ts'
import type { Run } from '../command.ts'
import { showRef } from '../content-ref.ts'
import { EXIT } from '../exit-codes.ts'
import { ago, isoTime } from '../figures.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../parse.ts'
import { oneLine } from '../plain-text.ts'
import { readStore } from '../project.ts'
import { table } from '../table.ts'

const STAGES = ['generated', 'approved', 'posted', 'rejected'] as const
type Stage = (typeof STAGES)[number]

export const contentList: Run = async (options, io) => {
  const { config } = io.configInPart()
  const wanted = options.args[0] ?? options.text('table')
  const stage = stageOf(options.text('status'), io)
  const limit = options.number('limit') ?? 20
  const found = await readStore(
    config,
    { tables: [] as readonly string[], rows: [] as readonly ContentRow[] },
    (store) => {
      const tables = store.content.tables()
      if (wanted !== undefined && !tables.includes(wanted)) throw noSuchTable(wanted, tables)
      return { tables, rows: rowsAt(stage, { store, limit, wanted, approved: config.pipeline.approved }) }
    },
  )
  if (options.text('format') === 'table-name-only') {
    for (const name of found.tables) io.print(name)
  } else if (io.json || options.text('format') === 'json')
    io.printJson(found.rows.map((row) => contentJson(row, config.pipeline)))
  else if (found.rows.length === 0) io.remark(nothing(options.text('status')))
  else {
    const now = io.now()
    const meant = wanted ?? config.pipeline.drafts
    const cells = found.rows.map((row) => {
      const id = showRef(row, meant)
      return [
        id,
        statusOf(row, config.pipeline),
        ago(row.generatedAt, now),
        oneLine(row.narrative, 24),
        gist(row.values),
      ]
    })
    for (const line of table(['ID', 'STATUS', 'MADE', 'NARRATIVE', 'CONTENT'], cells, io)) io.print(line)
    if (found.rows.length === limit) io.remark(`\nThe newest ${limit}; more with --limit.`)
  }
  return EXIT.ok
}

/** Where content is, by the table that it is in as well: a row of the approved table waits to be posted. */
export function stageOfRow({ table, reviewStatus }: ContentRow, { approved }: Tables): Stage {
  if (reviewStatus !== 'pending')
    return (STAGES as readonly string[]).includes(reviewStatus) ? (reviewStatus as Stage) : 'generated'
  return table.toLowerCase() === approved.toLowerCase() ? 'approved' : 'generated'
}

/** The word that a person decides by. */
export function statusOf(row: ContentRow, tables: Tables): string {
  const stage = stageOfRow(row, tables)
  return stage === 'generated' ? row.reviewStatus : stage
}

/** A row as --json prints it. */
export function contentJson(row: ContentRow, tables: Tables) {
  return { ...row, stage: stageOfRow(row, tables), generatedAt: isoTime(row.generatedAt) }
}

interface Tables {
  readonly approved: string
}

function stageOf(status: string | undefined, io: Io): Stage | undefined {
  if (status === undefined) return undefined
  if (!(REVIEW_STATUSES as readonly string[]).includes(status)) {
    const meant = nearest(status, REVIEW_STATUSES)
    const fix = meant === undefined ? `Known ones are ${REVIEW_STATUSES.join(', ')}.` : `Did you mean "${meant}"?`
    throw new UsageError(`No content has the status "${status}": ${REVIEW_STATUSES.join(', ')}.`, fix, io.globals)
  }
  return status === 'pending' ? 'generated' : (status as Stage)
}

/** What is approved is so by its status, or waits as \`pending\` in the approved table. */
function rowsAt(
  stage: Stage | undefined,
  { store, limit, wanted, approved }: { store: Store; limit: number; wanted: string | undefined; approved: string },
): readonly ContentRow[] {
  const { content } = store
  const table = wanted === undefined ? {} : { table: wanted }
  if (stage === undefined) return content.list({ limit, ...table })
  const has = (row: ContentRow) => stageOfRow(row, { approved }) === stage
  if (stage === 'posted' || stage === 'rejected') return content.list({ limit, status: stage, ...table })
  const names = wanted === undefined ? content.tables() : [wanted]
  return names
    .flatMap((name) =>
      ['pending', 'approved'].flatMap((status) => content.list({ limit, status, table: name }).filter(has)),
    )
    .sort((a, b) => b.generatedAt - a.generatedAt || b.id - a.id)
    .slice(0, limit)
}

/** What best tells rows apart: the longest text of the content. */
function gist(values: JsonObject): string {
  const texts = Object.values(values).filter((value) => typeof value === 'string')
  const longest = texts.reduce((best, text) => (text.length > best.length ? text : best), '')
  return oneLine(longest === '' ? JSON.stringify(values) : longest, 160)
}

function noSuchTable(name: string, tables: readonly string[]): BotticelliError {
  const meant = nearest(name, tables)
  const known = tables.length === 0 ? 'Nothing was generated yet.' : `There are ${tables.join(', ')}.`
  return new BotticelliError('not-found', `There is no table "${name}" of content.`, {
    fix: meant === undefined ? known : `Did you mean "${meant}"?`,
  })
}

function nothing(status: string | undefined): string {
  return status === undefined
    ? 'Nothing was generated yet. Run a narrative: botticelli run FILE'
    : `Nothing is ${status}.`
}
