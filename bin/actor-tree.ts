// Actor tree: living actors as lines with branches. Pure.

import type { ActorEntry } from '../console/actor-view.ts'
import { ago, duration } from './figures.ts'
import type { Paint } from './io.ts'
import { oneLine } from './plain-text.ts'

export interface TreeOptions {
  /** Path of the actor at the top. */
  readonly top: string
  /** Levels below the top; all without it. */
  readonly depth?: number | undefined
  /** With every count. */
  readonly stats: boolean
  readonly now: number
  readonly paint: Paint
  /** Width of the terminal, which no line without counts is wider than; nothing is cut without it. */
  readonly columns?: number | undefined
}

/** Actors at the top and below, a parent before its children. Where `unhealthy` is set, only those and the way to them. */
export function selectActors(
  actors: readonly ActorEntry[],
  { top, depth, unhealthy }: { readonly top: string; readonly depth?: number | undefined; readonly unhealthy: boolean },
): readonly ActorEntry[] {
  const levels = (path: string) => path.split('/').filter(Boolean).length
  const within = actors.filter(({ path }) => path === top || isBelow(path, top))
  const ill = within.filter(isUnhealthy)
  return within.filter(
    ({ path }) =>
      (depth === undefined || levels(path) - levels(top) <= depth) &&
      (!unhealthy || ill.some((one) => one.path === path || isBelow(one.path, path))),
  )
}

/** Whether someone should look: down, failing, held back, or with more waiting than it can take in. */
export function isUnhealthy(actor: ActorEntry): boolean {
  const { state, consecutiveFailures, deadLetters, paused, breaker, mailbox } = actor
  const isFull = mailbox.capacity > 0 && mailbox.depth >= mailbox.capacity * 0.8
  const isBroken = breaker !== undefined && breaker.state !== 'closed'
  return (
    state === 'restarting' ||
    state === 'stopped' ||
    consecutiveFailures > 0 ||
    deadLetters > 0 ||
    paused !== undefined ||
    isBroken ||
    isFull
  )
}

export function treeLines(actors: readonly ActorEntry[], options: TreeOptions): string[] {
  const { top, paint, now, stats, columns } = options
  const rows = branches(actors, top, '', '')
  const names = rows.map(({ branch, actor }) => `${branch}${nameOf(actor, top)}`)
  const states = rows.map(({ actor }) => stateOf(actor))
  const [nameWidth, stateWidth] = [widest(names), widest(states)]
  const room = columns === undefined ? undefined : Math.max(columns - nameWidth - stateWidth - 4, LEAST_ROOM)
  return rows.map(({ actor }, index) => {
    const state = (states[index] ?? '').padEnd(stateWidth)
    const painted = isUnhealthy(actor) ? paint('yellow', state) : state
    const details = (stats ? allDetails(actor, now) : shortDetails(actor, now)).join(' · ')
    const shown = stats || room === undefined ? details : oneLine(details, room)
    return `${(names[index] ?? '').padEnd(nameWidth)}  ${painted}  ${shown}`.trimEnd()
  })
}

/** Of a name that leaves less than this the line is wider than the terminal. */
const LEAST_ROOM = 24

interface Row {
  readonly branch: string
  readonly actor: ActorEntry
}

/** Depth first, in start order. */
function branches(actors: readonly ActorEntry[], path: string, branch: string, indent: string): Row[] {
  const actor = actors.find((one) => one.path === path)
  if (actor === undefined) return []
  const children = actors.filter(({ parent }) => parent === path)
  const below = children.flatMap((child, index) => {
    const isLast = index === children.length - 1
    return branches(actors, child.path, `${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`)
  })
  return [{ branch, actor }, ...below]
}

/** The incarnation is shown from the second on: the first is what everyone expects. */
function nameOf({ path, incarnation }: ActorEntry, top: string): string {
  const name = path === top ? path : path.slice(path.lastIndexOf('/') + 1)
  return incarnation > 1 ? `${name} #${incarnation}` : name
}

/** The state of its machine while it runs, else what its supervisor does with it. */
export function stateOf({ state, value, paused }: ActorEntry): string {
  if (paused !== undefined) return 'paused'
  return state === 'running' ? (value ?? state) : state
}

function shortDetails(actor: ActorEntry, now: number): string[] {
  const { supervisor, restarts, consecutiveFailures, mailbox, deadLetters, busy } = actor
  return [
    ...(supervisor ? [supervision(supervisor)] : []),
    ...(busy ? [`${busy.messageType} for ${duration(busy.forMs)}`] : []),
    ...(mailbox.depth > 0 ? [`inbox ${mailbox.depth}`] : []),
    ...(restarts > 0 ? [`restarts ${restarts}`] : []),
    ...(consecutiveFailures > 0 ? [`fails ${consecutiveFailures}`] : []),
    ...(deadLetters > 0 ? [`dead letters ${deadLetters}`] : []),
    ...troubles(actor, now),
  ]
}

function allDetails(actor: ActorEntry, now: number): string[] {
  const { supervisor, restarts, consecutiveFailures, mailbox, deadLetters, handled, failed, startedAt, busy } = actor
  const counts = [
    `inbox ${mailbox.depth} of ${mailbox.capacity}, at most ${mailbox.highWater}`,
    `handled ${handled}`,
    `failed ${failed}`,
    `fails ${consecutiveFailures}`,
    `dead letters ${deadLetters}`,
    ...(actor.lastSuccessAt === undefined ? [] : [`last ok ${ago(actor.lastSuccessAt, now)}`]),
  ]
  return [
    `up ${duration(Math.max(now - startedAt, 0))}`,
    `restarts ${restarts}`,
    ...(supervisor ? [supervision(supervisor)] : counts),
    ...(busy ? [`${busy.messageType} for ${duration(busy.forMs)}`] : []),
    ...troubles(actor, now),
  ]
}

function supervision({ strategy, intensity, left }: NonNullable<ActorEntry['supervisor']>): string {
  return `${strategy}, ${left} of ${intensity} restarts left`
}

function troubles({ paused, breaker, lastError, lastFailureAt }: ActorEntry, now: number): string[] {
  const until = paused?.until === undefined ? '' : `, on in ${duration(Math.max(paused.until - now, 0))}`
  const when = lastFailureAt === undefined ? '' : ` ${ago(lastFailureAt, now)}`
  return [
    ...(paused ? [`paused: ${oneLine(paused.reason, 60)}${until}`] : []),
    ...(breaker && breaker.state !== 'closed' ? [`breaker ${breaker.state}`] : []),
    ...(lastError ? [`last error${when}: ${oneLine(lastError.message, 80)}`] : []),
  ]
}

function isBelow(path: string, top: string): boolean {
  return path !== top && (top === '/' || path.startsWith(`${top}/`))
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length))
}
