import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Follow, LineSink } from '../../../console/follow.ts'
import { type InspectorServer, startInspectorServer } from '../../../console/inspector/inspector-server.ts'

let server: InspectorServer
let sinks: LineSink[]
let told: ('drained' | 'closed')[]
const follow: Follow = (sink) => {
  // What an earlier test left open may end in this one.
  const mine = told
  sinks.push(sink)
  sink.write('{"frame":1}')
  return { drained: () => mine.push('drained'), close: () => mine.push('closed') }
}
beforeEach(async () => {
  sinks = []
  told = []
  server = await startInspectorServer({ port: 0, follow })
})
afterEach(() => server[Symbol.asyncDispose]())

const portOf = () => Number(new URL(server.url).port)
const linkOf = () => server.socketUrl

/** The first frame, or the status that the handshake was refused with. */
function dial(url: string, headers: Record<string, string> = {}): Promise<string | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers })
    socket.on('message', (data) => {
      resolve(String(data))
      socket.close()
    })
    socket.on('unexpected-response', (sent, response) => {
      resolve(response.statusCode ?? 0)
      response.resume()
      sent.destroy()
    })
    socket.on('error', () => {})
  })
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; body: string; csp: string }>((resolve, reject) => {
    request({ host: '127.0.0.1', port: portOf(), path, headers, method }, (response) => {
      let body = ''
      response.on('data', (chunk) => (body += chunk))
      response.on('end', () => {
        const csp = String(response.headers['content-security-policy'] ?? '')
        resolve({ status: response.statusCode ?? 0, body, csp })
      })
    })
      .on('error', reject)
      .end()
  })
}

describe('frames go to', () => {
  test('a program with the token', async () => {
    expect(await dial(linkOf())).toBe('{"frame":1}')
  })

  test.for(['127.0.0.1', 'localhost'])('the page of this server, asked for as %s', async (name) => {
    const url = linkOf().replace('127.0.0.1', name)
    const origin = `http://${name}:${portOf()}`
    expect(await dial(url, { host: `${name}:${portOf()}`, origin, 'sec-fetch-site': 'same-origin' })).toBe(
      '{"frame":1}',
    )
  })
})

describe('frames do not go to', () => {
  test.for<[attack: string, headers: Record<string, string>, status: number]>([
    ['a page of another site', { origin: 'https://evil.example' }, 403],
    ['a page on another port of this machine', { origin: 'http://127.0.0.1:1' }, 403],
    ['a page that looks like ours over https', { origin: 'https://127.0.0.1:PORT' }, 403],
    ['a page without an origin of its own', { origin: 'null' }, 403],
    ['the hosted inspector itself', { origin: 'https://stately.ai' }, 403],
    ['a name that was resolved to us', { host: 'evil.example:PORT', origin: 'http://evil.example:PORT' }, 421],
    ['a name that begins like ours', { host: '127.0.0.1.evil.example:PORT' }, 421],
    ['our name with another port', { host: '127.0.0.1:1' }, 421],
    ['a request that a browser marks as cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a request of another port of the same site', { 'sec-fetch-site': 'same-site' }, 403],
  ])('%s, though it has the token', async ([, headers, status]) => {
    const mapped = Object.entries(headers).map(([key, value]) => [key, value.replace('PORT', String(portOf()))])
    expect(await dial(linkOf(), Object.fromEntries(mapped))).toBe(status)
    expect(sinks).toHaveLength(0)
  })

  test.for(['', '?token=', '?token=wrong', '?other=1'])('anyone without the token: "%s"', async (query) => {
    expect(await dial(`ws://127.0.0.1:${portOf()}/frames${query}`)).toBe(401)
  })

  test('another path', async () => {
    expect(await dial(linkOf().replace('/frames', '/'))).toBe(404)
  })

  test('more than eight at a time', async () => {
    const open = Array.from({ length: 8 }, () => new WebSocket(linkOf()))
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.on('message', resolve))))
    expect(await dial(linkOf())).toBe(503)
    for (const socket of open) socket.terminate()
  })
})

describe('the page', () => {
  test('says that the inspector comes from the internet, and holds no token', async () => {
    const { status, body } = await get('/')
    expect(status).toBe(200)
    expect(body).toContain('loaded from the internet')
    expect(body).toContain('data-src="https://stately.ai/inspect"')
    const token = new URL(server.url).hash.slice(1)
    expect(token.length).toBeGreaterThan(30)
    expect(body).not.toContain(token)
  })

  test('may load nothing but itself and the hosted inspector, and may not be framed', async () => {
    const { csp } = await get('/')
    expect(csp).toContain("default-src 'none'")
    expect(csp).toContain("script-src 'self'")
    expect(csp).toContain('frame-src https://stately.ai;')
    expect(csp).toContain("frame-ancestors 'none'")
  })

  test('comes with its script and style', async () => {
    const script = readFileSync(new URL('../../../console/inspector/bridge.js', import.meta.url), 'utf8')
    expect(await get('/bridge.js')).toMatchObject({ status: 200, body: script })
    expect(await get('/bridge.css')).toMatchObject({ status: 200 })
  })

  test.for<[what: string, path: string, headers: Record<string, string>, method: string, status: number]>([
    ['another path', '/bridge.html', {}, 'GET', 404],
    ['a path that climbs', '/../inspector-server.ts', {}, 'GET', 404],
    ['another method', '/', {}, 'POST', 405],
    ['a name that was resolved to us', '/', { host: 'evil.example' }, 'GET', 421],
    ['a page of another site', '/', { origin: 'https://evil.example' }, 'GET', 403],
  ])('is not shown for %s', async ([, path, headers, method, status]) => {
    expect(await get(path, headers, method)).toMatchObject({ status })
  })
})

describe('a viewer', () => {
  test('that does not read makes its sink full, and empty again when it reads', async () => {
    const socket = new WebSocket(linkOf())
    await new Promise((resolve) => socket.once('message', resolve))
    socket.pause()
    const frame = JSON.stringify('x'.repeat(65_536))
    let written = 0
    while (sinks[0]?.write(frame) === true && written < 1_000) written += 1
    expect(written).toBeLessThan(1_000)
    expect(told).toEqual([])
    socket.resume()
    await expect.poll(() => told).toEqual(['drained'])
    socket.terminate()
  })

  test('that leaves is let go of', async () => {
    const socket = new WebSocket(linkOf())
    await new Promise((resolve) => socket.once('message', resolve))
    socket.terminate()
    await expect.poll(() => told).toEqual(['closed'])
  })

  test('is sent away when the frames end', async () => {
    const socket = new WebSocket(linkOf())
    await new Promise((resolve) => socket.once('message', resolve))
    const code = new Promise((resolve) => socket.once('close', resolve))
    sinks[0]?.end()
    expect(await code).toBe(1001)
  })

  test('that sends something enormous is cut off', async () => {
    const socket = new WebSocket(linkOf())
    await new Promise((resolve) => socket.once('message', resolve))
    const code = new Promise((resolve) => socket.once('close', resolve))
    socket.send('x'.repeat(100_000))
    expect(await code).toBe(1009)
  })
})

test('a port that is taken is an error that says so', async () => {
  await expect(startInspectorServer({ port: portOf(), follow })).rejects.toMatchObject({ code: 'inspector-port-taken' })
})
