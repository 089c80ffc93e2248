// inspect: the running server's actors in the XState inspector, in a browser or through a relay.
//
// The page and its socket belong to this command and end with it; the server sends frames only while someone looks.

import { WebSocket } from 'ws'
import type { Config } from '../../config/config.ts'
import type { InspectorAnswer } from '../../console/actor-routes.ts'
import { type Follow, followLines } from '../../console/follow.ts'
import { HOSTED_INSPECTOR, startInspectorServer } from '../../console/inspector/inspector-server.ts'
import { feedSocket } from '../../console/inspector/socket-sink.ts'
import { BotticelliError } from '../../errors.ts'
import type { Run } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { plural } from '../figures.ts'
import { watchInterrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { askRunning, followRunning } from '../running-server.ts'

export const inspect: Run = async (options, io) => {
  const { config } = io.configInPart()
  const before = await askRunning<InspectorAnswer>(config, '/v1/inspector')
  const sanitize = options.text('sanitize') ?? 'types'
  const follow = framesOf(config, sanitize, io)
  using interrupts = watchInterrupts(io.now)
  const end = new Promise<void>((resolve) => {
    void interrupts.first.then(() => resolve())
    io.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const relay = options.text('push')
  if (relay !== undefined) return push(relay, follow, end, io)

  const port = options.number('port')
  if (before.url !== undefined && port === undefined && sanitize === 'types') {
    announce(before, sanitize, io)
    return EXIT.ok
  }
  await using server = await startInspectorServer({ port: port ?? config.inspector.port, follow })
  announce(server, sanitize, io)
  io.remark('Ctrl-C ends it.')
  await end
  await tellDropped(config, before.dropped, io)
  return EXIT.ok
}

function framesOf(config: Config, sanitize: string, io: Io): Follow {
  return followLines(
    (signal) => followRunning(config, '/v1/inspection', { sanitize }, signal),
    (error) => io.remark(error instanceof Error ? error.message : String(error)),
  )
}

function announce(
  { url, socketUrl }: { readonly url?: string; readonly socketUrl?: string },
  sanitize: string,
  io: Io,
) {
  if (io.json) {
    io.printJson({ url, socketUrl, sanitize })
    return
  }
  const { host } = new URL(HOSTED_INSPECTOR)
  io.print(url)
  io.remark()
  io.remark(`Open it in a browser of this machine. The inspector in the page comes from the internet (${host}),`)
  io.remark('and its scripts can read what it shows.')
  if (sanitize === 'full') io.remark('With --sanitize full that is prompts and answers too.')
  else io.remark('Of data that is types and sizes only; --sanitize full shows it.')
  io.remark('Without the internet: botticelli actors tree, botticelli actors graph PATH.')
}

/** Sends frames to a relay until the end, or until the relay or the server goes away. */
async function push(relay: string, follow: Follow, end: Promise<void>, io: Io): Promise<ExitCode> {
  const url = URL.parse(relay)
  if (url === null || !/^wss?:$/.test(url.protocol)) {
    throw new BotticelliError('usage', `--push needs an address such as ws://localhost:8080, got "${relay}".`)
  }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (!isLocal && !(await io.confirm(`Frames leave this machine and go to ${url.host}. Send them?`)))
    return EXIT.stopped
  const socket = new WebSocket(url)
  const failed = Promise.withResolvers<never>()
  socket.on('error', (cause) => {
    failed.reject(new BotticelliError('inspector-relay', `The relay at ${url.host} cannot be reached.`, { cause }))
  })
  socket.on('close', () => {
    failed.reject(new BotticelliError('inspector-relay', `The connection to ${url.host} has ended.`))
  })
  socket.on('open', () => {
    feedSocket(socket, follow)
    if (io.json) io.printJson({ pushing: url.href })
    else io.print(`pushing to ${url.href}`)
    io.remark('Open the page of the relay before you begin: it keeps only the latest frames. Ctrl-C ends it.')
  })
  try {
    await Promise.race([end, failed.promise])
  } finally {
    socket.terminate()
  }
  return EXIT.ok
}

async function tellDropped(config: Config, before: number, io: Io): Promise<void> {
  const after = await askRunning<InspectorAnswer>(config, '/v1/inspector').catch(() => undefined)
  const dropped = (after?.dropped ?? before) - before
  if (dropped <= 0) return
  io.remark(`${plural(dropped, 'frame')} left out because the page was slow; the state was sent again each time.`)
}
