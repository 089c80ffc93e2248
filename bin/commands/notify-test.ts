// notify test: one notification to every channel, and what became of it. Needs no server.

import { hostname } from 'node:os'
import { BotticelliError } from '../../errors.ts'
import { systemClock } from '../../supervisor/index.ts'
import type { Notification } from '../../telemetry/notification.ts'
import { bodyFor, deliver } from '../../telemetry/notify-channel.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const notifyTest: Run = async (_options, io) => {
  const { config } = io.config()
  const { serviceName: service, environment } = config.telemetry
  const channels = config.notify?.channels ?? []
  if (channels.length === 0)
    throw new BotticelliError('no-notify-channel', 'No channel for notifications is configured.')
  const notification: Notification = {
    kind: 'test',
    severity: 'info',
    title: 'Notifications work',
    text: 'This was sent by "botticelli notify test".',
    at: io.now(),
    facts: {},
  }
  const sender = { service, environment, host: hostname() }
  const results = await Promise.all(
    channels.map(async (channel) => {
      const failure = await deliver(channel, bodyFor(channel.name, notification, sender), systemClock, io.signal).then(
        () => undefined,
        (thrown: unknown) => (thrown as Error).message,
      )
      return { channel: channel.name, sent: failure === undefined, ...(failure !== undefined && { failure }) }
    }),
  )
  if (io.json) io.printJson(results)
  else for (const { channel, failure } of results) io.print(failure ?? `${channel}: sent`)
  const failed = results.filter(({ sent }) => !sent).length
  return failed === 0 ? EXIT.ok : failed < results.length ? EXIT.partial : EXIT.failed
}
