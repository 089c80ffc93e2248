// costs: what the models cost, out of the ledger: by day, bot, narrative or model, or call by call, also as CSV.

import type { CostLine, CostSum, LedgerLine } from '../../store/store.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { isoTime, money, tokens } from '../figures.ts'
import type { Io } from '../io.ts'
import { readStore } from '../project.ts'
import { table } from '../table.ts'

const MONTH_MS = 30 * 86_400_000
type By = CostSum['by']

export const costs: Run = async (options, io) => {
  const { config } = io.config()
  const since = io.now() - (options.number('since') ?? MONTH_MS)
  const by = (options.text('by') ?? 'day') as By
  const isCsv = options.text('format') === 'csv'
  if (options.isSet('calls')) {
    const lines = await readStore(config, [] as readonly LedgerLine[], ({ ledger }) => ledger.list({ since }))
    printAll(
      lines.map((line) => ({ ...line, at: isoTime(line.at) })),
      CALL_COLUMNS,
      isCsv,
      io,
    )
    return EXIT.ok
  }
  const sums = await readStore(config, [] as readonly CostLine[], ({ ledger }) => ledger.costs({ by, since }))
  if (io.json || isCsv) {
    printAll(
      sums.map(({ name, ...sum }) => ({ [by]: name, ...sum })),
      [by, ...SUM_COLUMNS],
      isCsv,
      io,
    )
    return EXIT.ok
  }
  if (sums.length === 0) io.remark('No model was asked in that time.')
  const rows = sums.map(({ name, calls, inputTokens, outputTokens, costUsd, unpriced }) => [
    name ?? '-',
    String(calls),
    tokens(inputTokens),
    tokens(outputTokens),
    `${money(costUsd)}${unpriced === 0 ? '' : ` and ${unpriced} without a known price`}`,
  ])
  if (rows.length > 0)
    for (const line of table([by.toUpperCase(), 'CALLS', 'IN', 'OUT', 'COST'], rows, io)) io.print(line)
  return EXIT.ok
}

const SUM_COLUMNS = ['calls', 'inputTokens', 'outputTokens', 'costUsd', 'unpriced']
const CALL_COLUMNS = [
  'at',
  'executionId',
  'key',
  'bot',
  'narrative',
  'provider',
  'model',
  'inputTokens',
  'outputTokens',
  'costUsd',
  'durationMs',
]

type Printed = Readonly<Record<string, string | number | undefined>>

/** CSV as RFC 4180 has it, under the names that JSON has. */
function printAll(lines: readonly Printed[], columns: readonly string[], isCsv: boolean, io: Io): void {
  if (isCsv || !io.json) io.print(columns.join(','))
  for (const line of lines) {
    if (isCsv || !io.json) io.print(columns.map((column) => cellOf(line[column])).join(','))
    else io.printJson({ ...line })
  }
}

/** A text that a spreadsheet would take for a formula is given as text. */
function cellOf(value: string | number | undefined): string {
  const text = typeof value === 'string' && /^[=+\-@\t]/.test(value) ? `'${value}` : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
