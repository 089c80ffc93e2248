// actors events: what happened to the actors lately, and with -f what happens from now on.

import type { ActorsAnswer } from '../../console/actor-routes.ts'
import type { EventLine } from '../../console/event-history.ts'
import { nearest } from '../../narratives/nearest.ts'
import { eventJson } from '../actor-json.ts'
import { actorPath } from '../actor-path.ts'
import type { Run } from '../command.ts'
import { EVENT_TYPES, eventText } from '../event-text.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../figures.ts'
import { followServer } from '../follow-server.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../parse.ts'
import { askRunning } from '../running-server.ts'

/** A line that stands for those that this reader was too slow for. */
interface Missed {
  readonly missed: number
}

export const actorsEvents: Run = async (options, io) => {
  const { config } = io.configInPart()
  const type = options.text('type')
  checkType(type, io)
  const { actors } = await askRunning<ActorsAnswer>(config, '/v1/actors')
  const path = wanted(options.args[0], actors)
  const follow = options.isSet('follow')
  let count = 0
  for await (const text of followServer(config, '/v1/actors/events', { path }, { goesOn: follow, io })) {
    const line: EventLine | Missed = JSON.parse(text)
    if ('type' in line && type !== undefined && line.type !== type) continue
    count += 1
    print(line, io)
  }
  if (!follow && count === 0) {
    const what = type === undefined ? 'Nothing' : `No event "${type}"`
    io.remark(`${what} has happened ${path === '/' ? 'yet' : `at ${path}`}.`)
  }
  return EXIT.ok
}

/** @throws UsageError for a type that no event has */
function checkType(type: string | undefined, io: Io): void {
  if (type === undefined || EVENT_TYPES.some((known) => known === type)) return
  const near = nearest(type, EVENT_TYPES)
  const fix = near === undefined ? `There are ${EVENT_TYPES.join(', ')}.` : `Did you mean ${near}?`
  throw new UsageError(`No event of an actor is called "${type}".`, fix, io.globals)
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
