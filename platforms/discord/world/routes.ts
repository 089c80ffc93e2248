// Routes: how the imaginary Discord answers a request, by the same routes as the table of commands.

import type { Json } from '../../../json.ts'
import type { Route } from '../command.ts'
import { channelRoutes } from './channels.ts'
import { guildRoutes } from './guilds.ts'
import { messageRoutes } from './messages.ts'
import type { Handler, World, WorldRequest } from './world.ts'
import { WorldError } from './world.ts'

const ROUTES: ReadonlyMap<string, Handler> = new Map(
  Object.entries({ ...guildRoutes, ...channelRoutes, ...messageRoutes }),
)
const PATTERNS = [...ROUTES.keys()].map((route) => ({
  route: route as Route,
  pattern: new RegExp(`^${route.replaceAll('{}', '([^/]+)')}$`),
}))

/** @throws WorldError, as Discord would refuse the request */
export function answer(world: World, route: Route, ids: readonly string[], request: WorldRequest): Json {
  const handler = ROUTES.get(withoutNames(route))
  if (handler === undefined) throw new WorldError(404, 0, '404: Not Found')
  return structuredClone(handler(world, ids, request))
}

/** The route that a path belongs to, and what stands in its braces, decoded. */
export function matchPath(method: string, path: string): { route: Route; ids: readonly string[] } | undefined {
  for (const { route, pattern } of PATTERNS) {
    const match = pattern.exec(`${method} ${path}`)
    if (match !== null) return { route, ids: match.slice(1).map(decodeURIComponent) }
  }
  return undefined
}

function withoutNames(route: Route): string {
  return route.replaceAll(/\{\w+\}/g, '{}')
}
