// serve: the bots of a project, until someone says stop.
//
// The first Ctrl-C or SIGTERM lets the work in progress finish and ends with 0, the second one ends at once. SIGHUP reads
// configuration and narratives again; where the terminal is gone that it was begun on, it ends as Ctrl-C does.

import { basename, relative } from 'node:path'
import { type Botticelli, openBotticelli } from '../../botticelli.ts'
import type { Config } from '../../config/config.ts'
import type { Flags } from '../../config/layers.ts'
import { VERSION } from '../../config/version.ts'
import type { InspectorServer } from '../../console/inspector/inspector-server.ts'
import { operatorName } from '../../console/operator.ts'
import { BotticelliError } from '../../errors.ts'
import { ownDatabase } from '../../store/own-database.ts'
import { attention } from '../attention.ts'
import { checkBots } from '../check-bots.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { duration, withIsoTimes } from '../figures.ts'
import { fingerprintOf, type HotReload, startHotReload } from '../hot-reload.ts'
import { watchInterrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { type Answers, openAnswers } from '../open-answers.ts'
import { banner } from '../serve-banner.ts'
import { statusPage } from '../status-page.ts'
import { ownTerminal } from '../terminal.ts'

const STDERR_FD = 2

export const serve: Run = async (options, io) => {
  const begunAt = io.now()
  const terminal = ownTerminal()
  io.outliveReaders()
  const flags: Flags = options.isSet('live') ? { posting: 'live' } : {}
  const loaded = io.config(flags)
  const { config } = loaded
  const bots = checkBots(loaded)
  const seen = fingerprintOf(loaded, bots)

  let hot: HotReload | undefined
  await using answers = await openAnswers(config.stateDir, () => hot?.config().bots ?? config.bots, io.now)
  using _owned = ownDatabase(config.database)
  await using inspector = await openInspector(config, answers)
  using interrupts = watchInterrupts(io.now, () => {
    if (terminal.isGone()) return false
    hot?.reload('signal')
    return true
  })
  interrupts.second.then(() => io.leave(EXIT.interrupted))

  const colors = io.paintRemark('red', 'x') !== 'x'
  const app = await openBotticelli(config, {
    log: io.stderr,
    colors,
    lastWordsFd: STDERR_FD,
    onSupervision: answers.onSupervision,
    page: (status, health, now) => {
      const worries = attention(
        status,
        hot?.last(),
        ({ file, line, column }) => `${relative(config.root, file)}:${line}:${column}`,
      )
      return statusPage({ project: basename(config.root), version: VERSION, health, status, worries, now })
    },
  })
  const subject = { action: 'server.start', subject: 'server', details: { posting: config.posting, pid: process.pid } }
  app.store.audit.add({ by: operatorName(), ...subject, at: io.now() })
  const load = () => io.readConfig(flags)
  using reloading = startHotReload({ started: loaded, bots, seen, load, apply: app.reload, now: io.now })
  hot = reloading
  answers.tellOf(app, inspector, hot)
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

/** Undefined where nobody wants one; then it is not loaded either. */
async function openInspector({ inspector: { enabled, port } }: Config, { frames: follow }: Answers) {
  if (!enabled) return undefined
  const { startInspectorServer } = await import('../../console/inspector/inspector-server.ts')
  return startInspectorServer({ port, follow })
}

/** Without its token, which would end up in a log. */
function tellInspector({ url }: InspectorServer, io: Io): void {
  io.remark(`inspector at ${new URL(url).origin} · the link to it: botticelli inspect`)
}
