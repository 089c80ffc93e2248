// Contract: our stream as the official package's own receiver reads it, from a real server with a crash, a restart and a
// run that is killed in the middle.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect'
import { ulid } from 'ulid'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createMachine } from 'xstate'
import type { BotMessage } from '../../../actors/bot.ts'
import { type Botticelli, openBotticelli } from '../../../botticelli.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { createInspectionFeed } from '../../../console/inspector/inspection-feed.ts'
import { type InspectorServer, startInspectorServer } from '../../../console/inspector/inspector-server.ts'

const PROMPT = 'Write a post about the first day of spring'
const BOOT = ulid()
const frames: StatelyInspectionEvent[] = []
let folder: string
let app: Botticelli
let server: InspectorServer

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 10_000, interval: 10 })
const shown = (name: string, status: 'active' | 'done' | 'stopped') => until(() => statusesOf(name).includes(status))
const idle = () => until(() => app.system.record('/bots/writer')?.value === 'idle')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'botticelli-inspector-'))
  writeFileSync(
    join(folder, 'write.toml'),
    `[narrative]\nname = "write"\ndescription = "d"\n[toc]\norder = ["draft", "polish"]\n[acts]\ndraft = "${PROMPT}"\npolish = "Again: {{draft}}"\n`,
  )
  writeFileSync(join(folder, 'script.toml'), '[[reply]]\nwhen = { act = "draft", call = 2 }\ndelay = "2s"\n')
  writeFileSync(
    join(folder, 'botticelli.toml'),
    '[models]\ndefault = "scripted"\nscript = "script.toml"\n[telemetry]\nmetrics = false\n[bots.writer]\nnarrative = "write.toml"\n',
  )
  app = await openBotticelli(loadConfig({ cwd: folder, environment: {} }).config)
  const feed = createInspectionFeed(app.system, { boot: BOOT, now: () => Date.now() })
  server = await startInspectorServer({ port: 0, follow: feed.follow('types') })
  createWebSocketReceiver({ server: server.socketUrl }).subscribe((event) => frames.push(event))
  await shown('writer', 'active')

  const run = () => {
    const message: BotMessage = { type: 'bot.run', run: ulid(), trigger: 'manual' }
    app.system.tell('/bots/writer', message)
  }
  run()
  await shown('polish', 'done')
  await idle()
  // A message that crashed its actor is tried again in the next life, unless its time is over by then.
  app.system.tell('/bots/writer', { type: 'bot.crash' }, { expiresInMs: 100 })
  await until(() => app.system.deadLetters().length === 1)
  await idle()
  run()
  await until(() => sessionsOf('draft').length === 2)
  app.system.kill('/bots/writer')
  await shown('draft', 'stopped')
})

afterAll(async () => {
  await app.stop()
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const births = () => frames.filter((frame) => frame.type === '@xstate.actor')
const sessionsOf = (name: string) =>
  births()
    .filter((frame) => frame.name === name)
    .map(({ sessionId }) => sessionId)
const snapshotsOf = (sessionId: string | undefined) =>
  frames.flatMap((frame) =>
    frame.type === '@xstate.snapshot' && frame.sessionId === sessionId ? [frame.snapshot] : [],
  )
const statusesOf = (name: string) => sessionsOf(name).flatMap((id) => snapshotsOf(id).map(({ status }) => status))

test('every frame is one of the three messages, with the fields of all', () => {
  expect(frames.length).toBeGreaterThan(40)
  for (const frame of frames) {
    expect(['@xstate.actor', '@xstate.event', '@xstate.snapshot']).toContain(frame.type)
    expect(frame).toMatchObject({ _version: '0.7.2', id: null, rootId: frames[0]?.sessionId })
    expect(frame.sessionId).toMatch(new RegExp(`^${BOOT}/x:\\d+$`))
    expect(frame.createdAt).toMatch(/^\d{13}$/)
  }
  const times = frames.map(({ createdAt }) => Number(createdAt))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

test('an actor is introduced before anything is said of it, after its parent, and only once', () => {
  const known = new Set<string | undefined>([undefined])
  for (const frame of frames) {
    if (frame.type === '@xstate.actor') {
      expect(known).toContain(frame.parentId)
      expect(known).not.toContain(frame.sessionId)
      known.add(frame.sessionId)
    } else expect(known).toContain(frame.sessionId)
  }
})

test('the tree is that of the server: supervisors, bot, run, acts and what works inside them', () => {
  const nameOf = (sessionId: string | undefined) => births().find((frame) => frame.sessionId === sessionId)?.name
  const parents = births().map((frame) => [frame.name, nameOf(frame.parentId)])
  expect(parents).toContainEqual(['/', undefined])
  expect(parents).toContainEqual(['bots', '/'])
  expect(parents).toContainEqual(['writer', 'bots'])
  expect(parents).toContainEqual([expect.stringMatching(/^run-/), 'writer'])
  expect(parents).toContainEqual(['draft', expect.stringMatching(/^run-/)])
})

test('the definition of a bot makes a machine with its states', () => {
  const definition = births().find(({ name }) => name === 'writer')?.definition ?? ''
  expect(Object.keys(createMachine(JSON.parse(definition)).states)).toEqual(['recovering', 'idle', 'running'])
})

test('an act that is done is shown to be done', () => {
  const [first] = sessionsOf('draft')
  expect(snapshotsOf(first).at(-1)?.status).toBe('done')
})

describe('the ends of the bot', () => {
  test('its crash is shown with the message, once, and as the last of that life', () => {
    const states = snapshotsOf(sessionsOf('writer')[0])
    expect(states.at(-1)).toMatchObject({
      status: 'error',
      error: { name: 'Error', message: 'Injected crash of the bot "writer".' },
    })
    expect(states.filter(({ status }) => status !== 'active')).toHaveLength(1)
  })

  test('its restart is a new actor with the same name and parent', () => {
    const [first, second] = births().filter(({ name }) => name === 'writer')
    expect(second?.parentId).toBe(first?.parentId)
    expect(second?.sessionId).not.toBe(first?.sessionId)
  })

  test('when it is killed, it and everything that worked for it is shown as stopped', () => {
    const killed = sessionsOf('writer').at(-1)
    expect(snapshotsOf(killed).at(-1)?.status).toBe('stopped')
    const below = births().filter((frame) => isBelow(frame.sessionId, killed))
    expect(below.length).toBeGreaterThanOrEqual(3)
    for (const { sessionId } of below) expect(snapshotsOf(sessionId).at(-1)?.status).not.toBe('active')
  })
})

function isBelow(sessionId: string | undefined, top: string | undefined): boolean {
  const parent = births().find((frame) => frame.sessionId === sessionId)?.parentId
  return parent !== undefined && (parent === top || isBelow(parent, top))
}

test('no prompt and no answer is in any frame', () => {
  const text = JSON.stringify(frames)
  expect(text).not.toContain('first day of spring')
  expect(text).not.toContain(folder)
})
