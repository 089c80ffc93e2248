// log-level: what the running server logs, and changing it without a restart. It lasts until the server ends.

import { LOG_LEVELS } from '../../config/config.ts'
import { askServer } from '../../console/control.ts'
import { BotticelliError } from '../../errors.ts'
import type { LogLevels } from '../../telemetry/log.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const logLevel: Run = async (options, io) => {
  const { config } = io.configInPart()
  const [level] = options.args
  const target = options.text('target')
  if (level !== undefined && !LOG_LEVELS.some((known) => known === level)) {
    throw new BotticelliError('usage', `There is no log level "${level}": it is one of ${LOG_LEVELS.join(', ')}.`)
  }
  const query = new URLSearchParams({ ...(level && { level }), ...(target && { target }) })
  const method = level === undefined ? 'GET' : 'POST'
  const levels = await askServer<LogLevels | null>(config.stateDir, method, `/v1/log-level?${query}`)
  if (levels === undefined) throw new BotticelliError('server-not-running', `No server runs for ${config.root}.`)
  if (levels === null) throw new BotticelliError('server-not-running', 'The server is starting.')
  if (io.json) io.printJson(levels)
  else {
    io.print(levels.level)
    for (const [part, its] of Object.entries(levels.levels)) io.print(`${part}=${its}`)
  }
  return EXIT.ok
}
