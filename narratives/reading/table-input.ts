// Table input: a read of a table, inline or below `[tables]` (format, sections 7.4 and 8.2).

import { TABLE_FORMATS, type TableFormat, type TableInput } from '../narrative.ts'
import { didYouMean } from '../nearest.ts'
import type { Keys } from './keys.ts'
import type { Ports } from './ports.ts'
import { present } from './present.ts'
import { keyOf, type Report } from './report.ts'
import { readRetention } from './settings.ts'

/** A table query, as resource (with its name) or as input. */
export function readTableQuery(keys: Keys, own: Report, ports: Ports, name?: string): TableInput | undefined {
  if (name === undefined) keys.node('type')
  const table = keys.required('table_name', own)
  const overridable = readTableOptions(keys, own, ports)
  const query = {
    kind: 'table' as const,
    name,
    columns: keys.strings('columns'),
    sample: keys.count('sample'),
    alias: keys.string('alias'),
    place: own.placeOf(name === undefined ? keys.table : keyOf(keys.table)),
  }
  if (query.sample !== undefined && overridable.orderBy !== undefined) {
    own.warn('ignored-key', keyOf(keys.node('order_by')!), '"order_by" is ignored: "sample" asks for random rows.')
    overridable.orderBy = undefined
  }
  keys.warnOfRest()
  if (table === undefined) return undefined
  return present({
    ...query,
    ...overridable,
    table,
    format: overridable.format ?? 'json',
    pullAndDelete: overridable.pullAndDelete ?? false,
    required: overridable.required ?? false,
    retention: overridable.retention ?? 'full',
  })
}

/** The keys that an act may also give beside a reference to the table (D-11b). */
export function readTableOptions(keys: Keys, own: Report, ports: Ports) {
  return {
    where: readFilter(keys, own, ports),
    orderBy: keys.string('order_by'),
    limit: keys.count('limit'),
    offset: keys.count('offset'),
    format: readFormat(keys, own),
    pullAndDelete: keys.boolean('pull_and_delete'),
    required: keys.boolean('required'),
    retention: readRetention(keys),
  }
}

function readFilter(keys: Keys, own: Report, { checkFilter }: Ports): string | undefined {
  const where = keys.string('where', 'where_clause')
  const problem = where === undefined ? undefined : checkFilter?.(where)
  if (problem !== undefined) {
    own.warn('bad-filter', keys.table.entries.get('where') ?? keys.table.entries.get('where_clause')!, problem)
  }
  return where
}

function readFormat(keys: Keys, own: Report): TableFormat | undefined {
  const written = keys.string('format')
  const format = TABLE_FORMATS.find((each) => each === (written === 'md' ? 'markdown' : written))
  if (written !== undefined && format === undefined) {
    own.error('unknown-table-format', keys.node('format')!, `Unknown table format "${written}".`, {
      hint: didYouMean(written, TABLE_FORMATS) ?? `one of ${TABLE_FORMATS.join(', ')}`,
    })
  }
  return format
}
