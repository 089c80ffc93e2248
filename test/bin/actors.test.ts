// The actor commands and inspect, against one real server with a bot that has crashed and one that has run.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { makeProject, type Project, type Running } from '../end-to-end/project.ts'

const WRITE = `[narrative]
name = "write"
description = "Writes."

[toc]
order = ["draft"]

[acts]
draft = "Write about the first day of spring."
`
const BROKEN = WRITE.replace('"write"', '"broken"')

let project: Project
let server: Running
const botticelli = (...args: string[]) => project.botticelli(args)

beforeAll(async () => {
  project = makeProject()
  project.write('write.toml', WRITE)
  project.write('broken.toml', BROKEN)
  project.write('script.toml', '[[reply]]\nwhen = { narrative = "broken" }\nfault = "http:400"\n')
  project.write(
    'botticelli.toml',
    `[models]
default = "scripted"
script = "script.toml"

[telemetry]
metrics = false

[bots.writer]
narrative = "write.toml"
on_start = true
every = "24h"

[bots.breaker]
narrative = "broken.toml"
on_start = true
every = "24h"
`,
  )
  server = project.start(['serve'])
  await server.says('ready in')
  await server.says('bot.failed')
})
afterAll(() => project[Symbol.dispose]())

describe('without a server', () => {
  test.for([['actors', 'tree'], ['actors', 'show', 'x'], ['actors', 'events'], ['actors', 'graph', 'x'], ['inspect']])(
    '%s %s says so and ends with 5',
    async (args) => {
      using empty = makeProject()
      const { code, stdout, stderr } = await empty.botticelli(args)
      expect([code, stdout]).toEqual([5, ''])
      expect(stderr).toContain('error[server-not-running]')
      expect(stderr).toContain('botticelli serve')
    },
  )
})

describe('actors tree', () => {
  test('shows who supervises whom', async () => {
    const { code, stdout } = await botticelli('actors', 'tree')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^\/ +running .*\n├─ runs +running\n├─ bots .*\n│ {2}├─ writer .*\n│ {2}└─ breaker .*\n├─ scheduler/,
    )
    expect(stdout).toMatch(/bots +running +one_for_one, \d+ of \d+ restarts left/)
    expect(stdout).toMatch(/writer +idle/)
  })

  test('starts where it is told, as deep as it is told', async () => {
    expect((await botticelli('actors', 'tree', 'bots')).stdout).toMatch(/^\/bots .*\n├─ writer .*\n└─ breaker .*\n$/)
    expect((await botticelli('actors', 'tree', '--depth', '0')).stdout).toMatch(/^\/ .*\n$/)
  })

  test('prints a list of records with --json', async () => {
    const { stdout } = await botticelli('actors', 'tree', '/bots', '--json')
    const actors = JSON.parse(stdout)
    expect(actors.map(({ path }: { path: string }) => path)).toEqual(['/bots', '/bots/writer', '/bots/breaker'])
    expect(actors[1]).toMatchObject({ kind: 'bot', incarnation: 1, state: 'running', value: 'idle', parent: '/bots' })
    expect(actors[1].startedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
  })

  test('shows what someone should look at, with the way to it and the reason', async () => {
    const { stdout } = await botticelli('actors', 'tree', '--unhealthy')
    expect(stdout).not.toContain('writer')
    expect(stdout).toMatch(/^\/ .*\n└─ bots .*\n {3}└─ breaker +idle +fails 1 · last error \d+ (?:s|min) ago: .+\n$/)
  })

  test('has nothing to show when nothing is wrong', async () => {
    const { code, stdout, stderr } = await botticelli('actors', 'tree', '/runs', '--unhealthy')
    expect([code, stdout, stderr]).toEqual([0, '', 'Nothing is wrong at /runs or below.\n'])
  })

  test('knows the name that was meant', async () => {
    const { code, stderr } = await botticelli('actors', 'tree', '/bots/writr')
    expect(code).toBe(4)
    expect(stderr).toContain('Did you mean "/bots/writer"?')
  })
})

describe('actors show', () => {
  test('shows state, counts and what happened, and of the context types and sizes', async () => {
    const { code, stdout } = await botticelli('actors', 'show', 'writer')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\/bots\/writer +bot · idle · incarnation 1\n/)
    expect(stdout).toMatch(/messages +1 handled · 0 failed/)
    expect(stdout).toContain('"bot": "string(6)"')
    expect(stdout).toMatch(/\/bots\/writer +started/)
  })

  test('shows the context in full when it is asked to', async () => {
    const { stdout } = await botticelli('actors', 'show', 'writer', '--sanitize', 'full', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      path: '/bots/writer',
      context: { bot: 'writer', runs: 1 },
      children: [],
    })
  })
})

describe('actors graph', () => {
  test('is a mermaid chart with the current state marked', async () => {
    const { code, stdout } = await botticelli('actors', 'graph', 'writer')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^stateDiagram-v2\n/)
    expect(stdout).toContain('bot_idle --> bot_running: bot.run')
    expect(stdout).toContain('class bot_idle current')
  })

  test('is a Graphviz graph, or data', async () => {
    expect((await botticelli('actors', 'graph', 'writer', '--format', 'dot')).stdout).toMatch(/^digraph "bot" \{\n/)
    const chart = JSON.parse((await botticelli('actors', 'graph', 'writer', '--json')).stdout)
    expect(chart.states).toContainEqual(expect.objectContaining({ id: 'bot.idle', isCurrent: true }))
  })

  test('is refused for what is no machine', async () => {
    const { code, stderr } = await botticelli('actors', 'graph', '/bots')
    expect(code).toBe(1)
    expect(stderr).toContain('error[no-statechart]: /bots is a supervisor')
  })
})

describe('actors events', () => {
  test('tells what happened since the server began', async () => {
    const { code, stdout } = await botticelli('actors', 'events', '/bots', '--type', 'started')
    expect(code).toBe(0)
    expect(stdout.split('\n')[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} \/bots +started$/)
    expect(stdout).toMatch(/\/bots\/writer\/run-\w+\/draft +started/)
  })

  test('is one object a line with --json', async () => {
    const { stdout } = await botticelli('actors', 'events', 'writer', '--json')
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toMatchObject({ path: '/bots/writer', kind: 'bot', incarnation: 1, type: 'started' })
    expect(lines.every(({ at }) => /Z$/.test(at))).toBe(true)
  })

  test('says when nothing has happened', async () => {
    const { code, stdout, stderr } = await botticelli('actors', 'events', '/bots/nobody')
    expect([code, stdout, stderr]).toEqual([0, '', 'Nothing has happened at /bots/nobody.\n'])
  })

  test('of a type that there is not are refused', async () => {
    const { code, stderr } = await botticelli('actors', 'events', '--type', 'crash')
    expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean crashed?')])
    const none = await botticelli('actors', 'events', 'writer', '--type', 'hung')
    expect(none.stderr).toBe('No event "hung" has happened at /bots/writer.\n')
  })

  test('tell the doubt that somebody has about a specification', async () => {
    const { stdout } = await botticelli('actors', 'events', '--type', 'doubtful')
    expect(stdout).toMatch(/\/bots {2}doubtful +The back-off of writer is so slow/)
  })

  test('goes on with -f until it is interrupted, and is no burden to the server', async () => {
    const follower = project.start(['actors', 'events', '-f', '--json', '--type', 'started'])
    await follower.says('/scheduler')
    const { code } = await follower.kill('SIGINT')
    expect(code).toBe(0)
    expect((await botticelli('actors', 'tree')).code).toBe(0)
  })
})

describe('inspect', () => {
  test('opens a page whose socket shows the actors, says where it comes from, and ends with Ctrl-C', async () => {
    const running = project.start(['inspect', '--port', '0', '--json'])
    await running.says('socketUrl')
    const { socketUrl } = JSON.parse(running.output())
    const names = new Set<string>()
    const socket = new WebSocket(socketUrl)
    socket.on('message', (data) => names.add(JSON.parse(String(data)).name))
    await vi.waitUntil(() => names.has('scheduler'), { timeout: 10_000 })
    expect([...names]).toEqual(expect.arrayContaining(['/', 'bots', 'writer', 'breaker']))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    expect(await running.kill('SIGINT')).toMatchObject({ code: 0 })
    await closed
  })

  test('tells a person that the inspector comes from the internet', async () => {
    const running = project.start(['inspect', '--port', '0'])
    await running.says('Ctrl-C ends it')
    expect(running.output()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}\n/)
    expect(running.output()).toContain('comes from the internet (stately.ai)')
    await running.kill('SIGTERM')
  })

  test('pushes frames to a relay', async () => {
    const names: string[] = []
    const relay = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    relay.on('connection', (socket) => socket.on('message', (data) => names.push(JSON.parse(String(data)).name)))
    await new Promise((resolve) => relay.once('listening', resolve))
    const { port } = relay.address() as { port: number }
    const running = project.start(['inspect', '--push', `ws://127.0.0.1:${port}`])
    await vi.waitUntil(() => names.includes('scheduler'), { timeout: 10_000 })
    for (const client of relay.clients) client.terminate()
    const ended = await new Promise((resolve) => running.process.once('close', resolve))
    expect(ended).toBe(1)
    expect(running.output()).toContain('error[inspector-relay]')
    relay.close()
  })

  test('asks before frames leave the machine', async () => {
    const { code, stderr } = await botticelli('inspect', '--push', 'wss://relay.invalid')
    expect(code).toBe(7)
    expect(stderr).toContain('Frames leave this machine and go to relay.invalid.')
  })

  test('says that an address is none', async () => {
    expect(await botticelli('inspect', '--push', 'localhost:8080')).toMatchObject({ code: 2 })
  })
})

test('the inspector opens with the server when the configuration says so; only the command tells the link', async () => {
  using other = makeProject()
  other.write('botticelli.toml', '[telemetry]\nmetrics = false\n\n[inspector]\nenabled = true\nport = 0\n')
  const serving = other.start(['serve'])
  await serving.says('the link to it: botticelli inspect')
  const { code, stdout } = await other.botticelli(['inspect', '--json'])
  expect(code).toBe(0)
  const { url, socketUrl } = JSON.parse(stdout)
  expect(serving.output()).toContain(new URL(url).origin)
  expect(serving.output()).not.toContain(new URL(url).hash.slice(1))
  const names: string[] = []
  const socket = new WebSocket(socketUrl)
  socket.on('message', (data) => names.push(JSON.parse(String(data)).name))
  await vi.waitUntil(() => names.includes('scheduler'), { timeout: 10_000 })
  const gone = new Promise((resolve) => socket.once('close', resolve))
  expect(await serving.kill('SIGTERM')).toMatchObject({ code: 0 })
  await gone
})

test('what follows a server that ends waits for its next start, until it is interrupted', async () => {
  using other = makeProject()
  other.write('botticelli.toml', '[telemetry]\nmetrics = false\n')
  const serving = other.start(['serve'])
  await serving.says('ready in')
  const follower = other.start(['actors', 'events', '-f'])
  await follower.says('/scheduler')
  expect(await serving.kill('SIGTERM')).toMatchObject({ code: 0 })
  await follower.says('its next start is waited for')
  expect((await follower.kill('SIGINT')).code).toBe(0)
})
