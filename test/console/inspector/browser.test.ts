// The page of the inspector in a real browser. The hosted inspector in its frame is a stand-in on this machine that says
// what the real one says when it has loaded, and shows the actors that it is told of.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { fromPromise, setup } from 'xstate'
import { createInspectionFeed } from '../../../console/inspector/inspection-feed.ts'
import { type InspectorServer, startInspectorServer } from '../../../console/inspector/inspector-server.ts'
import { type ActorSystem, startSystem } from '../../../supervisor/index.ts'
import { type OpenedBrowser, openBrowser } from '../../browser.ts'

const STAND_IN = `<!doctype html><title>stand-in</title><ul></ul><script>
  addEventListener('message', ({ data, origin }) => {
    const item = document.createElement('li')
    item.textContent = [data.type, data.name ?? '', JSON.stringify(data.snapshot?.value ?? ''), origin].join(' ')
    document.querySelector('ul').append(item)
  })
  parent.postMessage({ type: '@statelyai.connected' }, '*')
</script>`

let opened: OpenedBrowser
let hosted: Server
let system: ActorSystem
let server: InspectorServer
let page: Page

beforeAll(async () => {
  opened = await openBrowser()
  hosted = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(STAND_IN))
  await new Promise<void>((resolve) => hosted.listen(0, '127.0.0.1', resolve))
}, 60_000)
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  hosted.close()
})

beforeEach(async () => {
  const lamp = setup({ actors: { glow: fromPromise(() => new Promise(() => {})) } }).createMachine({
    id: 'lamp',
    initial: 'dark',
    states: { dark: { on: { press: 'lit' } }, lit: { invoke: { src: 'glow' }, on: { press: 'dark' } } },
  })
  system = await startSystem({
    id: '',
    strategy: 'one_for_one',
    children: [{ id: 'lamp', kind: 'machine', start: () => ({ logic: lamp }) }],
  })
  const feed = createInspectionFeed(system, { boot: 'boot', now: () => Date.now() })
  const { port } = hosted.address() as AddressInfo
  server = await startInspectorServer({ port: 0, follow: feed.follow('types'), hostedUrl: `http://127.0.0.1:${port}/` })
  page = await opened.browser.newPage({ viewport: { width: 1000, height: 600 } })
})
afterEach(async () => {
  await page.close()
  await server[Symbol.asyncDispose]()
  await system.stop()
})

const told = () => page.frameLocator('iframe').locator('li').allTextContents()
const status = () => page.locator('#state').textContent()

test('the page hands the inspector in it the actors, and what happens to them', async () => {
  await page.goto(server.url)
  await expect.poll(status).toBe('Connected.')
  const { origin } = new URL(server.url)
  await expect.poll(told).toContainEqual(`@xstate.actor lamp "dark" ${origin}`)
  system.tell('/lamp', { type: 'press' })
  await expect.poll(told).toContainEqual(`@xstate.snapshot  "lit" ${origin}`)
})

test('a link with an old token is told so', async () => {
  await page.goto(server.url.replace(/#.*/, '#an-old-token'))
  await expect.poll(status).toMatch(/takes no more of this link: botticelli inspect shows the present one/)
  expect(await told()).toEqual([])
})

test('200 actors are handed over, and one that crashes is seen to come back; a server started anew wants its own link', async () => {
  for (let n = 0; n < 200; n += 1) {
    const logic = fromPromise(() => new Promise(() => {}))
    await system.startChild('/', { id: `bot-${n}`, kind: 'machine', start: () => ({ logic }) })
  }
  await page.goto(server.url)
  const actors = async () => (await told()).filter((line) => line.startsWith('@xstate.actor'))
  await expect.poll(async () => (await actors()).length).toBe(202)
  system.kill('/lamp')
  await expect.poll(async () => (await actors()).filter((line) => line.includes(' lamp ')).length).toBe(2)
  const port = Number(new URL(server.url).port)
  await server[Symbol.asyncDispose]()
  await expect.poll(status).toBe('The server does not answer. Trying again.')
  const feed = createInspectionFeed(system, { boot: 'anew', now: () => Date.now() })
  const { port: hostedPort } = hosted.address() as AddressInfo
  server = await startInspectorServer({
    port,
    follow: feed.follow('types'),
    hostedUrl: `http://127.0.0.1:${hostedPort}/`,
  })
  await expect.poll(status, { timeout: 10_000 }).toMatch(/botticelli inspect shows the present one/)
}, 30_000)

test('a server that ends is told, and the page says where its inspector comes from', async () => {
  await page.goto(server.url)
  await expect.poll(status).toBe('Connected.')
  expect(await page.locator('header').textContent()).toMatch(/loaded from the internet/)
  await server[Symbol.asyncDispose]()
  await expect.poll(status).toMatch(/does not answer/)
})

test('a page of another origin gets no frames, even with the token', async () => {
  const { port } = hosted.address() as AddressInfo
  await page.goto(`http://127.0.0.1:${port}/`)
  const outcome = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url)
        socket.onmessage = () => resolve('a frame')
        socket.onclose = () => resolve('refused')
      }),
    server.socketUrl,
  )
  expect(outcome).toBe('refused')
})

test('the page loads nothing but itself and the inspector', async () => {
  const loaded: string[] = []
  const refused: string[] = []
  page.on('request', (request) => loaded.push(new URL(request.url()).origin))
  page.on('console', (message) => message.type() === 'error' && refused.push(message.text()))
  await page.goto(server.url)
  await expect.poll(status).toBe('Connected.')
  const allowed = [new URL(server.url).origin, `http://127.0.0.1:${(hosted.address() as AddressInfo).port}`]
  expect([...new Set(loaded)].filter((origin) => !allowed.includes(origin))).toEqual([])
  expect(refused.filter((text) => /Content Security Policy/.test(text))).toEqual([])
})
