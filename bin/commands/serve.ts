// serve: the bots of a project, until someone says stop.
//
// The first Ctrl-C or SIGTERM lets the work in progress finish and ends with 0, the second one ends at once.

import { existsSync } from 'node:fs'
import { type Botticelli, openBotticelli } from '../../botticelli.ts'
import { inputFaults } from '../../config/bot-inputs.ts'
import type { BotConfig, Config } from '../../config/config.ts'
import { ConfigError } from '../../config/config-error.ts'
import { diagnosticAt } from '../../config/config-file.ts'
import type { Loaded } from '../../config/load-config.ts'
import { type InspectorServer, startInspectorServer } from '../../console/inspector/inspector-server.ts'
import { BotticelliError } from '../../errors.ts'
import { loadNarrative } from '../../narratives/load-file.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { duration, withIsoTimes } from '../figures.ts'
import { watchInterrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { openAnswers } from '../open-answers.ts'
import { banner } from '../serve-banner.ts'

const STDERR_FD = 2

export const serve: Run = async (options, io) => {
  const begunAt = io.now()
  io.outliveReaders()
  const loaded = io.config(options.isSet('live') ? { posting: 'live' } : {})
  const { config } = loaded
  for (const bot of config.bots) if (bot.enabled) checkNarrative(bot, loaded)

  await using answers = await openAnswers(config.stateDir, () => config.bots, io.now)
  await using inspector = config.inspector.enabled
    ? await startInspectorServer({ port: config.inspector.port, follow: answers.frames })
    : undefined
  using interrupts = watchInterrupts(io.now)
  interrupts.second.then(() => io.leave(EXIT.interrupted))

  const colors = io.paintRemark('red', 'x') !== 'x'
  const app = await openBotticelli(config, {
    bots: true,
    log: io.stderr,
    colors,
    lastWordsFd: STDERR_FD,
    onSupervision: answers.onSupervision,
  })
  answers.tellOf(app, inspector)
  announce(app, config, begunAt, io)
  if (inspector !== undefined) tellInspector(inspector, io)

  const timedOut = new Promise<void>((resolve) => io.signal.addEventListener('abort', () => resolve(), { once: true }))
  const ended = await Promise.race([interrupts.first, timedOut.then(() => undefined), app.system.ended])
  if (typeof ended === 'string') {
    io.remark(`${ended}: finishing what runs, ${duration(config.drainMs)} at most. Once more ends at once.`)
  }
  await app.stop()
  if (typeof ended === 'object') {
    throw new BotticelliError('supervisor-gave-up', `The server stopped by itself: ${ended.reason}.`)
  }
  return EXIT.ok
}

/** A server whose bots cannot work does not start (P7). */
function checkNarrative(bot: BotConfig, { config, settings, file: configFile }: Loaded): void {
  const { name, narrative, narrativeName } = bot
  if (existsSync(narrative)) {
    const loaded = loadNarrative(narrative, narrativeName, { base: config.root })
    const faults = inputFaults(bot, loaded.narrative, configFile)
    if (faults.length > 0) throw ConfigError.of(faults)
    return
  }
  const origin = settings.find((one) => one.key === 'bots.*.narrative' && one.name === name)?.origin
  const message = `The narrative of the bot "${name}" is not there: ${narrative}`
  if (origin?.layer !== 'file') throw new ConfigError('bad-config', message)
  const { line, column, file } = origin.place
  const span = { start: { line, column }, end: { line, column: column + 1 } }
  throw ConfigError.of([diagnosticAt('bad-config', file, span, message, `bots.${name}.narrative`)])
}

function announce(app: Botticelli, config: Config, begunAt: number, io: Io): void {
  const status = app.status()
  if (io.json) {
    const { pid, posting } = status
    io.printJson(withIsoTimes({ event: 'ready', pid, posting, metricsUrl: app.metricsUrl ?? null, bots: status.bots }))
  }
  for (const line of banner({ config, status, metricsUrl: app.metricsUrl, now: io.now(), paint: io.paintRemark })) {
    io.remark(line)
  }
  io.remark(`ready in ${duration(io.now() - begunAt)} · Ctrl-C finishes what runs and stops`)
}

/** Without its token, which would end up in a log. */
function tellInspector({ url }: InspectorServer, io: Io): void {
  io.remark(`inspector at ${new URL(url).origin} · the link to it: botticelli inspect`)
}
