// content list: what narratives produced, newest first.

import { BotticelliError } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import { nearest } from '../../narratives/nearest.ts'
import { type ContentRow, REVIEW_STATUSES } from '../../store/store.ts'
import type { Run } from '../command.ts'
import { showRef } from '../content-ref.ts'
import { EXIT } from '../exit-codes.ts'
import { ago, isoTime } from '../figures.ts'
import { oneLine } from '../plain-text.ts'
import { withStore } from '../project.ts'
import { table } from '../table.ts'

export const contentList: Run = async (options, io) => {
  const { config } = io.config()
  const wanted = options.args[0] ?? options.text('table')
  const status = options.text('status')
  const limit = options.number('limit') ?? 20
  const found = await withStore(
    config,
    { tables: [] as readonly string[], rows: [] as readonly ContentRow[] },
    (store) => {
      const tables = store.content.tables()
      if (wanted !== undefined && !tables.includes(wanted)) throw noSuchTable(wanted, tables)
      const filter = { limit, ...(wanted !== undefined && { table: wanted }), ...(status !== undefined && { status }) }
      return { tables, rows: store.content.list(filter) }
    },
  )
  if (options.text('format') === 'table-name-only') {
    for (const name of found.tables) io.print(name)
  } else if (io.json || options.text('format') === 'json') io.printJson(found.rows.map(contentJson))
  else if (found.rows.length === 0) io.remark(nothing(status))
  else {
    const now = io.now()
    const meant = wanted ?? config.pipeline.drafts
    const cells = found.rows.map((row) => {
      const id = showRef(row, meant)
      return [id, row.reviewStatus, ago(row.generatedAt, now), oneLine(row.narrative, 24), gist(row.values)]
    })
    for (const line of table(['ID', 'STATUS', 'MADE', 'NARRATIVE', 'CONTENT'], cells, io)) io.print(line)
    if (found.rows.length === limit) io.remark(`\nThe newest ${limit}; more with --limit.`)
  }
  return EXIT.ok
}

/** A row as --json prints it. */
export function contentJson(row: ContentRow) {
  return { ...row, generatedAt: isoTime(row.generatedAt) }
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
  if (status === undefined) return 'Nothing was generated yet. Run a narrative: botticelli run FILE'
  const meant = nearest(status, REVIEW_STATUSES)
  const hint = meant === undefined || meant === status ? '' : ` Did you mean "${meant}"?`
  return `Nothing is ${status}.${hint}`
}
