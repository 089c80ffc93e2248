// actors show: one actor of the running server: its state, its counts, what it runs, what happened to it.

import type { ActorAnswer, ActorsAnswer } from '../../console/actor-routes.ts'
import type { ActorView } from '../../console/actor-view.ts'
import { BotticelliError } from '../../errors.ts'
import { actorJson, eventJson } from '../actor-json.ts'
import { actorPath } from '../actor-path.ts'
import { stateOf } from '../actor-tree.ts'
import type { Run } from '../command.ts'
import { eventText } from '../event-text.ts'
import { EXIT } from '../exit-codes.ts'
import { ago, duration, plural } from '../figures.ts'
import type { Io } from '../io.ts'
import { oneLine, plainText } from '../plain-text.ts'
import { askRunning } from '../running-server.ts'
import { rows } from '../two-columns.ts'

export const actorsShow: Run = async (options, io) => {
  const { config } = io.configInPart()
  const { actors } = await askRunning<ActorsAnswer>(config, '/v1/actors')
  const paths = actors.map((one) => one.path)
  const path = actorPath(options.args[0] ?? '', paths)
  const sanitize = options.text('sanitize') ?? 'types'
  const { actor, now } = await askRunning<ActorAnswer>(config, '/v1/actor', { path, sanitize })
  if (actor === null) throw new BotticelliError('not-found', `${path} has ended meanwhile.`)
  if (io.json) io.printJson({ ...actorJson(actor), events: actor.events.map(eventJson) })
  else show(actor, now, io)
  return EXIT.ok
}

function show(actor: ActorView, now: number, io: Io): void {
  io.print(`${io.paint('bold', actor.path)}   ${actor.kind} · ${stateOf(actor)} · incarnation ${actor.incarnation}`)
  io.print()
  io.print(rows(facts(actor, now)))
  if (actor.context !== undefined) {
    io.print('\nContext')
    for (const line of plainText(JSON.stringify(actor.context, null, 2)).split('\n')) io.print(`  ${line}`)
  }
  if (actor.inside.length > 0) {
    io.print('\nInside')
    io.print(rows(actor.inside.map(({ src, id, status }) => [src === 'inline' ? id : src, status])))
  }
  if (actor.children.length > 0) {
    io.print('\nChildren')
    for (const child of actor.children) io.print(`  ${child}`)
  }
  if (actor.events.length > 0) {
    io.print('\nEvents')
    for (const event of actor.events) io.print(`  ${eventText(event, io.paint)}`)
  }
  if (actor.hasStatechart) io.remark(`\nIts states as a chart: botticelli actors graph ${actor.path}`)
}

function facts(actor: ActorView, now: number): [string, string][] {
  const { mailbox, busy, supervisor, paused, breaker, lastError, lastSuccessAt, lastFailureAt } = actor
  const all: [string, string | undefined][] = [
    ['state', [stateOf(actor), ...actor.tags.map((tag) => `#${tag}`)].join(' ')],
    ['up', duration(Math.max(now - actor.startedAt, 0))],
    ['busy', busy && `${busy.messageType} for ${duration(busy.forMs)}`],
    ['inbox', supervisor ? undefined : `${mailbox.depth} of ${mailbox.capacity}, at most ${mailbox.highWater}`],
    ['oldest', mailbox.depth > 0 ? `waits for ${duration(mailbox.oldestAgeMs)}` : undefined],
    ['messages', supervisor ? undefined : `${actor.handled} handled · ${actor.failed} failed`],
    ['restarts', String(actor.restarts)],
    ['failures', actor.consecutiveFailures > 0 ? `${actor.consecutiveFailures} in a row` : undefined],
    ['letters', actor.deadLetters > 0 ? plural(actor.deadLetters, 'dead letter') : undefined],
    ['strategy', supervisor && `${supervisor.strategy}, ${plural(supervisor.children, 'child', 'children')}`],
    [
      'left',
      supervisor && `${supervisor.left} of ${supervisor.intensity} restarts in ${duration(supervisor.periodMs)}`,
    ],
    ['paused', paused && oneLine(paused.reason, 120)],
    ['breaker', breaker && `${breaker.state} · opened ${breaker.trips} times`],
    ['last ok', lastSuccessAt === undefined ? undefined : ago(lastSuccessAt, now)],
    ['last fail', lastFailureAt === undefined ? undefined : ago(lastFailureAt, now)],
    ['error', lastError && oneLine(`${lastError.code ?? lastError.name}: ${lastError.message}`, 240)],
  ]
  return all.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
}
