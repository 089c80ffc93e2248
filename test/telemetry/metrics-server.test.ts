import { afterEach, describe, expect, test } from 'vitest'
import { type MetricsServer, startMetricsServer } from '../../telemetry/metrics-server.ts'
import { startTelemetry } from '../../telemetry/telemetry.ts'
import { TelemetryError } from '../../telemetry/telemetry-error.ts'
import { parsePrometheus } from './prometheus-text.ts'

const open: MetricsServer[] = []
async function start(text: () => Promise<string>, port = 0) {
  const server = await startMetricsServer({ port, text })
  open.push(server)
  return server
}
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

test('gives the metrics on loopback, in the format that Prometheus asks for', async () => {
  const server = await start(async () => 'a 1\n')
  expect(server.url).toBe(`http://127.0.0.1:${server.port}/metrics`)
  const response = await fetch(`${server.url}?x=1`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await response.text()).toBe('a 1\n')
  const head = await fetch(server.url, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '4', ''])
})

test.for<[method: string, path: string, status: number]>([
  ['GET', '/', 404],
  ['GET', '/metrics/x', 404],
  ['POST', '/metrics', 405],
  ['DELETE', '/metrics', 405],
])('%s %s is answered with %i', async ([method, path, status]) => {
  const server = await start(async () => '')
  expect((await fetch(new URL(path, server.url), { method })).status).toBe(status)
})

test('a reading that fails is a 500 without its reason', async () => {
  const server = await start(async () => {
    throw new Error('database of /home/somebody is locked')
  })
  const response = await fetch(server.url)
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('somebody')
})

test('a port that is taken is an error that says so', async () => {
  const { port } = await start(async () => '')
  const second = startMetricsServer({ port, text: async () => '' })
  await expect(second).rejects.toThrow(TelemetryError)
  await expect(second).rejects.toMatchObject({
    code: 'metrics-port-taken',
    message: `The metrics server cannot listen on 127.0.0.1:${port}: another process listens there.`,
  })
})

describe('health', () => {
  const serve = async (status: 'healthy' | 'degraded' | 'unhealthy', database: 'ok' | 'fail' = 'ok') => {
    const health = { report: () => ({ status, bots: [] }), readiness: () => ({ database, bots: 'ok' as const }) }
    const server = await startMetricsServer({ port: 0, text: async () => '', health })
    open.push(server)
    return (path: string) => fetch(new URL(path, server.url))
  }

  test.for([
    ['healthy', 200, null],
    ['degraded', 200, '199 - "degraded"'],
    ['unhealthy', 503, null],
  ] as const)('%s is answered with %i', async ([status, code, warning]) => {
    const response = await (await serve(status))('/health')
    expect([response.status, response.headers.get('warning')]).toEqual([code, warning])
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ status, bots: [] })
  })

  test('is ready when every check is ok', async () => {
    const ready = await (await serve('healthy'))('/health/ready')
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', checks: { database: 'ok', bots: 'ok' } },
    ])
    const not = await (await serve('healthy', 'fail'))('/health/ready')
    expect([not.status, await not.json()]).toEqual([
      503,
      { status: 'not_ready', checks: { database: 'fail', bots: 'ok' } },
    ])
  })

  test('is alive even when it is not well, and has no other pages', async () => {
    const get = await serve('unhealthy', 'fail')
    const live = await get('/health/live')
    expect([live.status, await live.json()]).toEqual([200, { status: 'ok' }])
    expect((await get('/health/other')).status).toBe(404)
  })

  test('is not there when nobody knows it', async () => {
    const server = await start(async () => '')
    expect((await fetch(new URL('/health', server.url))).status).toBe(404)
  })
})

test('an answer that says of a failure is counted as one', async () => {
  const telemetry = await startTelemetry({ serviceName: 'test', serviceVersion: '1', metrics: true })
  const broken = await start(async () => {
    throw new Error('no')
  })
  await (await fetch(broken.url)).text()
  await (await fetch(new URL('/nothing', broken.url))).text()
  const families = parsePrometheus(await telemetry.metricsText())
  await telemetry.shutdown()
  const requests = families.get('http_server_request_duration_seconds')?.samples.map(({ labels }) => labels)
  expect(requests).toContainEqual(expect.objectContaining({ error_type: '500', http_route: '/metrics' }))
  expect(requests).toContainEqual(expect.objectContaining({ http_response_status_code: '404' }))
})

test('closing ends connections that are kept alive', async () => {
  const server = await start(async () => 'a 1\n')
  await (await fetch(server.url)).text()
  await server.close()
  await expect(fetch(server.url)).rejects.toThrow()
})

test('health has a port of its own where no metrics are served with it, and a page for browsers', async () => {
  const health = { report: () => ({ status: 'healthy' as const }), readiness: () => ({ database: 'ok' as const }) }
  const server = await startMetricsServer({
    port: 0,
    health,
    status: () => ({ html: '<p>well</p>', policy: "default-src 'none'" }),
  })
  open.push(server)
  expect(server.url).toBe(`http://127.0.0.1:${server.port}/health`)
  expect(await (await fetch(server.url)).json()).toEqual({ status: 'healthy' })
  const page = await fetch(new URL('/status', server.url))
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(page.headers.get('content-security-policy')).toBe("default-src 'none'")
  expect(await page.text()).toBe('<p>well</p>')
  const nothing = await fetch(new URL('/metrics', server.url))
  expect([nothing.status, await nothing.text()]).toEqual([404, 'There is nothing here. Try /health, /status.\n'])
})
