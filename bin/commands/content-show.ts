// content show: one piece of content, whole, with where it came from.

import type { Config } from '../../config/config.ts'
import { BotticelliError } from '../../errors.ts'
import type { ContentRow } from '../../store/store.ts'
import type { Run } from '../command.ts'
import { parseRef, showRef } from '../content-ref.ts'
import { EXIT } from '../exit-codes.ts'
import { ago, isoTime } from '../figures.ts'
import type { Io } from '../io.ts'
import { plainText } from '../plain-text.ts'
import { readStore } from '../project.ts'
import { contentJson, statusOf } from './content-list.ts'

export const contentShow: Run = async (options, io) => {
  const { config } = io.configInPart()
  const meant = options.text('table') ?? config.pipeline.drafts
  const ref = parseRef(options.args[0] ?? '', meant, io.globals)
  const row = await readStore(config, undefined, (store) =>
    store.content.exists(ref.table) ? store.content.find(ref) : undefined,
  )
  if (row === undefined) {
    throw new BotticelliError('not-found', `There is no content ${ref.table}/${ref.id}.`, {
      fix: 'List what there is with "botticelli content list".',
    })
  }
  if (io.json) io.printJson(contentJson(row, config.pipeline))
  else show(row, config.pipeline, io)
  return EXIT.ok
}

function show(row: ContentRow, tables: Config['pipeline'], io: Io): void {
  const facts: [string, string | undefined][] = [
    ['status', statusOf(row, tables)],
    ['made', `${ago(row.generatedAt, io.now())} (${isoTime(row.generatedAt)})`],
    ['by', `${row.narrative}, act ${row.act}`],
    ['model', row.model],
    ['from', row.source === undefined ? undefined : showRef(row.source, tables.drafts)],
    ['trace', row.traceparent?.split('-')[1]],
  ]
  io.print(io.paint('bold', `${row.table}/${row.id}`))
  for (const [name, value] of facts) {
    if (value !== undefined) io.print(`${io.paint('dim', name.padEnd(8))}${plainText(value)}`)
  }
  for (const [name, value] of Object.entries(row.values)) {
    if (value === null) continue
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
    io.print(`\n${io.paint('bold', name)}\n${plainText(text)}`)
  }
}
