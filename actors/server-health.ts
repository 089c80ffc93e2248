// Server health: whether the server works, as probes and persons ask.
//
//   H1. Only what is known already is told; nobody is called but the database, on this machine.
//   H2. A bot is healthy as long as its last run succeeded or was skipped, and unhealthy from the third failure in a
//       row on, or when its supervisor gave it up.
//   H3. Degraded means that somebody should look; unhealthy, that the server cannot do its work: the database does not
//       answer, or owes the disk what it was given, or no bot is any better.

import type { JsonObject } from '../json.ts'
import type { Store } from '../store/store.ts'
import type { ActorSystem } from '../supervisor/index.ts'
import type { HealthSource } from '../telemetry/health.ts'
import type { ProviderHealth } from '../telemetry/provider-health.ts'
import type { BotHealthBook } from './bot-health.ts'
import type { BotSettings } from './bot-runs.ts'
import { pathOfBot } from './roster.ts'

export interface HealthOptions {
  /** The bots as they are now. */
  readonly roster: { readonly bots: readonly BotSettings[] }
  readonly health: BotHealthBook
  readonly system: ActorSystem
  readonly store: Store
  readonly providers: () => readonly ProviderHealth[]
  /** True once the server has begun to stop. */
  readonly isStopping: () => boolean
}

const UNHEALTHY_FAILURES = 3

export function serverHealth(options: HealthOptions): HealthSource {
  return {
    report() {
      const bots = options.roster.bots.map((bot) => botHealth(bot, options))
      const database = databaseHealth(options.store)
      const providers = options.providers()
      const isDown = database.status === 'unhealthy' || (bots.length > 0 && bots.every(isUnhealthy))
      const isWell = bots.every(({ status }) => status === 'healthy') && providers.every(isWorking)
      const status = isDown ? 'unhealthy' : isWell ? 'healthy' : 'degraded'
      return { status, bots, database, api: apiHealth(providers) }
    },
    readiness() {
      const bots = options.roster.bots.map((bot) => botHealth(bot, options))
      const database = databaseHealth(options.store)
      const providers = options.providers()
      const isExhausted = providers.length > 0 && providers.every(({ limited }) => limited)
      return {
        database: database.status === 'healthy' ? 'ok' : 'fail',
        bots: bots.length === 0 || bots.some(({ status }) => status !== 'unhealthy') ? 'ok' : 'fail',
        ai_provider: isExhausted ? 'fail' : 'ok',
        message_bus: options.isStopping() ? 'fail' : 'ok',
      }
    },
  }
}

type Status = 'healthy' | 'degraded' | 'unhealthy'

/** H2. */
function botHealth({ name }: BotSettings, { health, system }: HealthOptions): JsonObject & { readonly status: Status } {
  const { consecutiveFailures, lastSuccessAt, lastFailureAt, lastError } = health.of(name)
  const lives = system.record(pathOfBot(name))?.state !== 'stopped' && system.record(pathOfBot(name)) !== undefined
  const isDown = !lives || consecutiveFailures >= UNHEALTHY_FAILURES
  return {
    name,
    status: isDown ? 'unhealthy' : consecutiveFailures > 0 ? 'degraded' : 'healthy',
    last_success: isoTime(lastSuccessAt),
    last_failure: isoTime(lastFailureAt),
    consecutive_failures: consecutiveFailures,
    last_error: lastError?.code ?? lastError?.name ?? null,
  }
}

function isUnhealthy({ status }: { readonly status: Status }): boolean {
  return status === 'unhealthy'
}

function databaseHealth(store: Store): JsonObject & { readonly status: Status } {
  const startedAt = performance.now()
  try {
    if (store.trouble !== undefined) throw store.trouble
    store.state.get('health')
    return { status: 'healthy', latency_ms: performance.now() - startedAt, last_error: null }
  } catch (error) {
    const { code } = error as { code?: string }
    return { status: 'unhealthy', latency_ms: performance.now() - startedAt, last_error: code ?? String(error) }
  }
}

function apiHealth(providers: readonly ProviderHealth[]): JsonObject {
  return {
    status: providers.every(isWorking) ? 'healthy' : 'degraded',
    providers: providers.map(({ provider, consecutiveFailures, limited, lastError, circuit, limitRemaining }) => ({
      name: provider,
      status: consecutiveFailures === 0 ? 'healthy' : 'degraded',
      consecutive_failures: consecutiveFailures,
      circuit: circuit ?? null,
      rate_limited: limited,
      rate_limit_remaining: limitRemaining ?? null,
      last_error: lastError ?? null,
    })),
  }
}

function isWorking({ consecutiveFailures }: ProviderHealth): boolean {
  return consecutiveFailures === 0
}

function isoTime(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString()
}
