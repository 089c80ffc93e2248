// Health: what a probe or a person is told of the server's state, as HTTP answers.
//
// Owns paths, codes and shapes; what is healthy is decided by whoever runs the server and hands in a `HealthSource`.

import type { JsonObject } from '../json.ts'

export interface HealthSource {
  /** Everything that is known. `degraded` works, but somebody should look. Must be quick: no calls to anybody. */
  report(): JsonObject & { readonly status: 'healthy' | 'degraded' | 'unhealthy' }
  /** Whether the server can do its work now, check by check. */
  readiness(): Readonly<Record<string, 'ok' | 'fail'>>
}

export const HEALTH_PATHS = ['/health', '/health/live', '/health/startup', '/health/ready'] as const

export interface HealthAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
}

/** The answer to `/health`, `/health/live`, `/health/startup` or `/health/ready`; undefined for any other path. */
export function answerHealth(path: string, source: HealthSource): HealthAnswer | undefined {
  switch (path) {
    case '/health': {
      const body = source.report()
      const headers: Record<string, string> = body.status === 'degraded' ? { Warning: '199 - "degraded"' } : {}
      return { status: body.status === 'unhealthy' ? 503 : 200, headers, body }
    }
    case '/health/live': // that it is answered is the answer; these pages are served once the server has started
    case '/health/startup':
      return { status: 200, headers: {}, body: { status: 'ok' } }
    case '/health/ready': {
      const checks = source.readiness()
      const ready = Object.values(checks).every((check) => check === 'ok')
      return { status: ready ? 200 : 503, headers: {}, body: { status: ready ? 'ready' : 'not_ready', checks } }
    }
    default:
      return undefined
  }
}
