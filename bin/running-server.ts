// Running server: what commands ask of it that make no sense without one.

import type { Config } from '../config/config.ts'
import { askServer, followServer } from '../console/control.ts'
import { BotticelliError } from '../errors.ts'

/** @throws BotticelliError `server-not-running`, `server-unreachable` */
export async function askRunning<T>(config: Config, route: string, query: Query = {}): Promise<T> {
  const answer = await askServer<T | null>(config.stateDir, 'GET', withQuery(route, query))
  if (answer === undefined) throw notRunning(config)
  if (answer === null) {
    throw new BotticelliError('server-not-running', 'The server is starting.', { fix: 'Try again in a moment.' })
  }
  return answer
}

/** @throws BotticelliError `server-not-running`, `server-unreachable` */
export async function followRunning(
  config: Config,
  route: string,
  query: Query,
  signal: AbortSignal,
): Promise<AsyncIterable<string>> {
  const lines = await followServer(config.stateDir, withQuery(route, query), signal)
  if (lines === undefined) throw notRunning(config)
  return lines
}

export type Query = Readonly<Record<string, string>>

function withQuery(route: string, query: Query): string {
  return `${route}?${new URLSearchParams(query)}`
}

function notRunning({ root }: Config): BotticelliError {
  return new BotticelliError('server-not-running', `No server runs for ${root}.`)
}
