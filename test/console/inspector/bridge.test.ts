// The page's script against a real server. The browser around it is a stand-in: a frame, a status line, messages.

import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LineSink } from '../../../console/follow.ts'
import { type InspectorServer, startInspectorServer } from '../../../console/inspector/inspector-server.ts'

const SCRIPT = readFileSync(new URL('../../../console/inspector/bridge.js', import.meta.url), 'utf8')

let server: InspectorServer
let sinks: LineSink[]
beforeEach(async () => {
  sinks = []
  server = await startInspectorServer({
    port: 0,
    follow: (sink) => {
      sinks.push(sink)
      sink.write(`{"connection":${sinks.length}}`)
      return { drained: () => {}, close: () => {} }
    },
  })
})
afterEach(() => server[Symbol.asyncDispose]())

function openPage(link: string) {
  const { host, hash } = new URL(link)
  const posted: unknown[] = []
  const timers: (() => void)[] = []
  const contentWindow = { postMessage: (data: unknown, origin: string) => posted.push([data, origin]) }
  const frame = { dataset: { src: 'https://stately.ai/inspect' }, src: '', contentWindow }
  const status = { textContent: '' }
  let listen: (event: object) => void = () => {}
  const page = {
    document: { querySelector: (selector: string) => (selector === 'iframe' ? frame : status) },
    window: { addEventListener: (_type: string, listener: (event: object) => void) => (listen = listener) },
    location: { host, hash },
    setTimeout: (run: () => void) => timers.push(run),
    WebSocket,
    fetch: (path: string, init: RequestInit) => fetch(new URL(path, `http://${host}`), init),
    URL,
    JSON,
    encodeURIComponent,
  }
  runInNewContext(SCRIPT, page)
  const ready = { source: contentWindow, origin: 'https://stately.ai', data: { type: '@statelyai.connected' } }
  return { posted, timers, frame, status, ready, say: (event: object) => listen(event) }
}

test('loads the inspector, and hands frames to it alone once it says that it is there', async () => {
  const page = openPage(server.url)
  expect(page.frame.src).toBe('https://stately.ai/inspect')
  expect(sinks).toHaveLength(0)
  page.say(page.ready)
  await expect.poll(() => page.posted).toEqual([[{ connection: 1 }, 'https://stately.ai']])
  expect(page.status.textContent).toBe('Connected.')
})

test('listens to nobody but the inspector in its frame', async () => {
  const page = openPage(server.url)
  page.say({ ...page.ready, origin: 'https://evil.example' })
  page.say({ ...page.ready, source: {} })
  page.say({ ...page.ready, data: { type: 'other' } })
  page.say({ ...page.ready, data: null })
  page.say(page.ready)
  await expect.poll(() => page.posted.length).toBe(1)
  expect(sinks).toHaveLength(1)
})

test('an inspector that was reloaded is told everything again, and nothing twice', async () => {
  const page = openPage(server.url)
  page.say(page.ready)
  await expect.poll(() => page.posted.length).toBe(1)
  page.say(page.ready)
  await expect.poll(() => page.posted.length).toBe(2)
  sinks[1]?.write('{"more":true}')
  await expect.poll(() => page.posted.at(-1)).toEqual([{ more: true }, 'https://stately.ai'])
  expect(page.posted).toHaveLength(3)
})

test('a connection that ends is tried again', async () => {
  const page = openPage(server.url)
  page.say(page.ready)
  await expect.poll(() => page.posted.length).toBe(1)
  sinks[0]?.end()
  await expect.poll(() => page.status.textContent).toBe('The connection has ended. Trying again.')
  page.timers.pop()?.()
  await expect.poll(() => page.posted.at(-1)).toEqual([{ connection: 2 }, 'https://stately.ai'])
})

test('a link with an old token is told apart from one that works', async () => {
  const page = openPage(server.url.replace(/#.*/, '#old'))
  page.say(page.ready)
  await expect.poll(() => page.status.textContent).toContain('takes no more of this link')
  expect(sinks).toHaveLength(0)
})

test('an inspector that does not load is told, with what works without it', () => {
  const page = openPage(server.url)
  page.timers.shift()?.()
  expect(page.status.textContent).toBe(
    'stately.ai has not loaded: it needs the internet. Without it: botticelli actors tree',
  )
})

test('an inspector that has loaded is not called late', async () => {
  const page = openPage(server.url)
  page.say(page.ready)
  await expect.poll(() => page.status.textContent).toBe('Connected.')
  page.timers.shift()?.()
  expect(page.status.textContent).toBe('Connected.')
})
