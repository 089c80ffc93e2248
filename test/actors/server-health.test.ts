import { describe, expect, test } from 'vitest'
import { openHealthBook } from '../../actors/bot-health.ts'
import { type HealthOptions, serverHealth } from '../../actors/server-health.ts'
import { StoreError } from '../../store/store-error.ts'
import type { ProviderHealth } from '../../telemetry/provider-health.ts'
import { openHouse } from './house.ts'

const BOTS = ['writer', 'poster'].map((name) => ({ name, type: 'custom' as const, narrative: '', followers: [] }))

/** A server whose bots live, with what the test changes. */
async function server({ dead = [], ...changed }: Partial<HealthOptions> & { readonly dead?: readonly string[] } = {}) {
  const house = await openHouse()
  const health = openHealthBook()
  const living = BOTS.map(({ name }) => `/bots/${name}`).filter((path) => !dead.includes(path))
  const system = {
    record: (path: string) => (living.includes(path) ? { state: 'running' } : undefined),
  } as unknown as HealthOptions['system']
  const { store } = house
  const options = {
    roster: { bots: BOTS },
    health,
    system,
    store,
    providers: () => [],
    isStopping: () => false,
    ...changed,
  }
  return { source: serverHealth(options), health, store, [Symbol.asyncDispose]: () => house[Symbol.asyncDispose]() }
}

const failing: ProviderHealth = { provider: 'p', consecutiveFailures: 2, limited: true, lastError: 'model-quota' }

describe('a server', () => {
  test('whose bots have not failed is healthy', async () => {
    await using it = await server()
    it.health.succeeded('writer', 1_000)
    const report = it.source.report()
    expect(report).toMatchObject({ status: 'healthy', database: { status: 'healthy', last_error: null } })
    expect(report.bots).toMatchObject([
      { name: 'writer', status: 'healthy', last_success: '1970-01-01T00:00:01.000Z', consecutive_failures: 0 },
      { name: 'poster', last_success: null },
    ])
  })

  test('with a bot that failed, or a provider that does not answer, is degraded', async () => {
    await using it = await server()
    it.health.failed('writer', 1, new Error('x'))
    expect(it.source.report()).toMatchObject({ status: 'degraded', bots: [{ status: 'degraded' }, {}] })
    await using other = await server({ providers: () => [failing] })
    const api = { status: 'degraded', providers: [{ name: 'p', rate_limited: true, last_error: 'model-quota' }] }
    expect(other.source.report()).toMatchObject({ status: 'degraded', api })
  })

  test('without one bot that is any good is unhealthy, and is not ready', async () => {
    await using it = await server({ dead: ['/bots/poster'] })
    for (let n = 0; n < 3; n++) it.health.failed('writer', n, new Error('x'))
    expect(it.source.report()).toMatchObject({
      status: 'unhealthy',
      bots: [{ status: 'unhealthy' }, { status: 'unhealthy' }],
    })
    expect(it.source.readiness()).toMatchObject({ bots: 'fail', database: 'ok' })
  })

  test('whose database does not answer is unhealthy, and says with what', async () => {
    await using it = await server()
    it.store.close()
    expect(it.source.report()).toMatchObject({ status: 'unhealthy', database: { last_error: 'store-closed' } })
    expect(it.source.readiness().database).toBe('fail')
  })

  test('whose disk does not take what was written is unhealthy, though it can be read', async () => {
    await using house = await openHouse()
    const trouble = new StoreError('store-full', 'No room.')
    await using it = await server({ store: { ...house.store, trouble } })
    expect(it.source.report()).toMatchObject({ status: 'unhealthy', database: { last_error: 'store-full' } })
  })

  test('is ready when all checks are', async () => {
    await using it = await server()
    expect(it.source.readiness()).toEqual({ database: 'ok', bots: 'ok', ai_provider: 'ok', message_bus: 'ok' })
    await using limited = await server({ providers: () => [failing] })
    expect(limited.source.readiness().ai_provider).toBe('fail')
  })

  test('is not ready while it stops', async () => {
    await using it = await server({ isStopping: () => true })
    expect(it.source.readiness().message_bus).toBe('fail')
  })
})
