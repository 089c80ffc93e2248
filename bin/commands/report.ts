// report: what the bots did in the last day or any other time, and what went wrong.

import { type RunSummary, summarize, summaryFacts } from '../../actors/run-summary.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { ago, duration, isoTime, money, plural } from '../figures.ts'
import { readStore } from '../project.ts'
import { table } from '../table.ts'

const DAY_MS = 86_400_000

export const report: Run = async (options, io) => {
  const { config } = io.configInPart()
  const now = io.now()
  const since = now - (options.number('since') ?? DAY_MS)
  const summary = await readStore(config, nothing(since, now), (store) => summarize(store, since, now))
  if (io.json) {
    io.printJson(summaryFacts(summary))
    return EXIT.ok
  }
  const { generated, curated, published, rehearsed, unpriced } = summary
  const rehearsals = rehearsed === 0 ? '' : ` · ${plural(rehearsed, 'dry run')}`
  const unknown = unpriced === 0 ? '' : ` · ${unpriced} without a known price`
  io.print(`since     ${isoTime(since)} (${duration(now - since)})`)
  io.print(`runs      ${summary.completed} completed · ${summary.failed} failed`)
  io.print(`content   ${generated} generated · ${curated} curated · ${published} posted${rehearsals}`)
  io.print(`models    ${plural(summary.calls, 'call')} · ${money(summary.costUsd)}${unknown}`)
  if (summary.failures.length === 0) return EXIT.ok
  io.print('')
  const rows = summary.failures.map(({ bot, error, count, at, execution }) => [
    bot ?? 'by hand',
    error,
    String(count),
    ago(at, now),
    execution ?? '-',
  ])
  for (const line of table(['BOT', 'ERROR', 'TIMES', 'LAST', 'EXECUTION'], rows, io)) io.print(line)
  return EXIT.ok
}

/** Of a project that has no database yet. */
function nothing(since: number, until: number): RunSummary {
  const runs = { completed: 0, failed: 0, generated: 0, curated: 0, published: 0, rehearsed: 0 }
  return { since, until, ...runs, calls: 0, costUsd: 0, unpriced: 0, failures: [] }
}
