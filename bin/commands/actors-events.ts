// actors events: what happened to the actors lately, and with -f what happens from now on.

import type { ActorsAnswer } from '../../console/actor-routes.ts'
import type { EventLine } from '../../console/event-history.ts'
import { BotticelliError } from '../../errors.ts'
import { eventJson } from '../actor-json.ts'
import { actorPath } from '../actor-path.ts'
import type { Run } from '../command.ts'
import { eventText } from '../event-text.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../figures.ts'
import { watchInterrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { askRunning, followRunning } from '../running-server.ts'

/** A line that stands for those that this reader was too slow for. */
interface Missed {
  readonly missed: number
}

export const actorsEvents: Run = async (options, io) => {
  const { config } = io.configInPart()
  const { actors } = await askRunning<ActorsAnswer>(config, '/v1/actors')
  const path = wanted(options.args[0], actors)
  const follow = options.isSet('follow')
  const type = options.text('type')
  using interrupts = watchInterrupts(io.now)
  const enough = new AbortController()
  void interrupts.first.then(() => enough.abort())
  const signal = AbortSignal.any([enough.signal, io.signal])
  const lines = await followRunning(config, '/v1/actors/events', { path, follow: String(follow) }, signal)
  let count = 0
  for await (const text of lines) {
    const line: EventLine | Missed = JSON.parse(text)
    if ('type' in line && type !== undefined && line.type !== type) continue
    count += 1
    print(line, io)
  }
  if (!follow && count === 0) io.remark(`Nothing has happened ${path === '/' ? 'yet' : `at ${path}`}.`)
  if (follow && !signal.aborted) throw new BotticelliError('server-unreachable', 'The server has ended.')
  return EXIT.ok
}

/** A whole path may be that of an actor which has ended; a short name is of one that lives. */
function wanted(given: string | undefined, actors: ActorsAnswer['actors']): string {
  if (given === undefined) return '/'
  const paths = actors.map((one) => one.path)
  return given.startsWith('/') && given.length > 1 ? given.replace(/\/+$/, '') : actorPath(given, paths)
}

function print(line: EventLine | Missed, io: Io): void {
  const isEvent = 'type' in line
  if (io.json) io.printJson(isEvent ? eventJson(line as EventLine) : line)
  else if (isEvent) io.print(eventText(line as EventLine, io.paint))
  else io.remark(`(${plural((line as Missed).missed, 'event')} left out: they came faster than they were printed)`)
}
