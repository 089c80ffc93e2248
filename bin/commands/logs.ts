// logs: the latest lines of the running server's log, and with -f those to come, over restarts of the server.

import type { LogLine } from '../../console/log-history.ts'
import { prettyLine } from '../../telemetry/pretty-line.ts'
import type { Options, Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../figures.ts'
import { followServer } from '../follow-server.ts'

const RANKS: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error']

type Line = Exclude<LogLine, { readonly missed: number }>

export const logs: Run = async (options, io) => {
  const { config } = io.configInPart()
  const follow = options.isSet('follow')
  const isWanted = wanted(options)
  const colors = io.paint('red', 'x') !== 'x'
  let count = 0
  for await (const text of followServer(config, '/v1/logs', {}, { goesOn: follow, io })) {
    const line: LogLine = JSON.parse(text)
    if (!('timestamp' in line)) io.remark(`(${plural(Number(line.missed), 'line')} left out: they came too fast)`)
    else if (!isWanted(line as Line)) continue
    else if (io.json) io.printJson(line)
    else io.print(prettyLine(text, colors).trimEnd())
    count += 1
  }
  if (!follow && count === 0) io.remark('Nothing like that was logged lately.')
  return EXIT.ok
}

/** Of a run, a shortened id will do, and what was done in runs within it is its own; of a trace also that of an item. */
function wanted(options: Options): (line: Line) => boolean {
  const least = RANKS.indexOf(options.text('level') ?? 'trace')
  const [target, bot] = [options.text('target'), options.text('bot')]
  const execution = options.text('execution')
  const trace = options.text('trace')?.toLowerCase()
  return (line) =>
    RANKS.indexOf(line.level.toLowerCase()) >= least &&
    (target ?? line.target) === line.target &&
    (bot ?? line.bot) === line.bot &&
    (execution === undefined || isExecution(line.execution, execution)) &&
    (trace === undefined ||
      [line.trace_id, line.item_trace].some((id) => typeof id === 'string' && id.startsWith(trace)))
}

function isExecution(of: unknown, given: string): boolean {
  if (typeof of !== 'string') return false
  return of.startsWith(given) || of.split('/', 1)[0]!.endsWith(given)
}
