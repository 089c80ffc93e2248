// Actor routes: what a running server tells of its actors on its control socket.

import type { ActorLook } from './actor-look.ts'
import { type ActorEntry, type ActorView, actorEntry, actorView, refOf } from './actor-view.ts'
import type { Routes, Streams } from './control.ts'
import type { Follow } from './follow.ts'
import { SANITIZE, type Sanitize } from './inspector/sanitize.ts'
import { logicOf } from './inspector/stately-frame.ts'
import { type Statechart, statechartOf } from './statechart/statechart.ts'

/** In each answer null says that the server is starting. */
export interface ActorsAnswer {
  /** Epoch ms on the server. */
  readonly now: number
  /** A parent before its children. */
  readonly actors: readonly ActorEntry[]
}
export interface ActorAnswer {
  readonly now: number
  /** Null: no actor has that path now. */
  readonly actor: ActorView | null
}
export interface ChartAnswer {
  readonly path: string
  readonly incarnation: number
  /** Null: the actor is no machine, or is down. */
  readonly chart: Statechart | null
}
export interface InspectorAnswer {
  /** Links of the inspector that the server has opened by itself; they hold its token. */
  readonly url?: string
  readonly socketUrl?: string
  readonly viewers: number
  readonly dropped: number
}

/** @param look at the actors, as soon as there are any */
export function actorRoutes(look: () => ActorLook | undefined, now: () => number): Routes {
  return {
    'GET /v1/actors': () => {
      const at = look()
      return at && ({ now: now(), actors: at.records().map(actorEntry) } satisfies ActorsAnswer)
    },
    'GET /v1/actor': (query) => {
      const at = look()
      const view = at && actorView(at, pathIn(query), sanitizeIn(query))
      return at && ({ now: now(), actor: view ?? null } satisfies ActorAnswer)
    },
    'GET /v1/actor/chart': (query) => {
      const at = look()
      if (at === undefined) return undefined
      const path = pathIn(query)
      const ref = refOf(at.system, path)
      const chart = ref && statechartOf(logicOf(ref), ref.getSnapshot())
      const { incarnation = 0 } = at.records().find((one) => one.path === path) ?? {}
      return { path, incarnation, chart: chart ?? null } satisfies ChartAnswer
    },
    'GET /v1/inspector': () => {
      const at = look()
      if (at === undefined) return undefined
      const { inspector, inspection } = at
      const links = inspector && { url: inspector.url, socketUrl: inspector.socketUrl }
      return { ...links, ...inspection.counts() } satisfies InspectorAnswer
    },
  }
}

/** Events as lines of JSON, and the frames of the inspector. */
export function actorStreams(look: () => ActorLook | undefined): Streams {
  return {
    '/v1/actors/events': (query) => look()?.events.follow(pathIn(query), query.get('follow') === 'true') ?? nothing,
    '/v1/inspection': (query) => framesOf(look(), sanitizeIn(query)),
  }
}

/** The inspector's frames. */
export function framesOf(look: ActorLook | undefined, sanitize: Sanitize): Follow {
  return look?.inspection.follow(sanitize) ?? nothing
}

/** The server is starting: there is nothing to follow yet. */
const nothing: Follow = (sink) => {
  sink.end()
  return { drained: () => {}, close: () => {} }
}

function pathIn(query: URLSearchParams): string {
  return query.get('path') ?? '/'
}

function sanitizeIn(query: URLSearchParams): Sanitize {
  return SANITIZE.find((one) => one === query.get('sanitize')) ?? 'types'
}
