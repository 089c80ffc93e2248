// logs: the latest lines of the running server's log, and with -f those to come.

import type { LogLine } from '../../console/log-history.ts'
import { BotticelliError } from '../../errors.ts'
import { prettyLine } from '../../telemetry/pretty-line.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../figures.ts'
import { watchInterrupts } from '../interrupts.ts'
import { followRunning } from '../running-server.ts'

const RANKS: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error']

export const logs: Run = async (options, io) => {
  const { config } = io.configInPart()
  const follow = options.isSet('follow')
  const least = RANKS.indexOf(options.text('level') ?? 'trace')
  const [target, trace] = [options.text('target'), options.text('trace')]
  using interrupts = watchInterrupts(io.now)
  const enough = new AbortController()
  void interrupts.first.then(() => enough.abort())
  const signal = AbortSignal.any([enough.signal, io.signal])
  const colors = io.paint('red', 'x') !== 'x'
  for await (const text of await followRunning(config, '/v1/logs', { follow: String(follow) }, signal)) {
    const line: LogLine = JSON.parse(text)
    if (!('timestamp' in line)) io.remark(`(${plural(Number(line.missed), 'line')} left out: they came too fast)`)
    else if (RANKS.indexOf(line.level.toLowerCase()) < least) continue
    else if ((target ?? line.target) !== line.target || (trace ?? line.trace_id) !== line.trace_id) continue
    else if (io.json) io.printJson(line)
    else io.print(prettyLine(text, colors).trimEnd())
  }
  if (follow && !signal.aborted) throw new BotticelliError('server-unreachable', 'The server has ended.')
  return EXIT.ok
}
