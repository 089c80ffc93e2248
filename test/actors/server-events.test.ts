// What a server tells of itself and its actors.

import { expect, test } from 'vitest'
import { serverEvents } from '../../actors/server-events.ts'
import { StoreError } from '../../store/store-error.ts'
import type { SupervisionEvent } from '../../supervisor/index.ts'
import { onWarning } from '../../telemetry/log.ts'
import { temporaryStore } from '../store/temporary-store.ts'

const clock = { now: () => 5_000 }
const server = { version: '1', pid: 7, bots: ['writer'] }

test('a start, an end, and each other configuration, also over restarts', () => {
  const { store } = temporaryStore()
  const first = serverEvents(store, clock)
  first.started(server, { a: 1 })
  first.configured({ a: 1 })
  first.configured({ a: 2 })
  first.stopped(3_000)
  serverEvents(store, clock).started(server, { a: 2 })
  serverEvents(store, clock).started(server, { a: 3 })
  expect(store.events.list().map(({ type }) => type)).toEqual([
    'server.started',
    'config.changed',
    'server.stopped',
    'server.started',
    'server.started',
    'config.changed',
  ])
  const [one, two] = store.events.list({ type: 'config.changed' })
  expect(two?.data.before).toBe(one?.data.config)
})

test('of actors that live long everything, of others what went wrong', () => {
  const { store } = temporaryStore()
  const { hear } = serverEvents(store, clock)
  const error = { name: 'Error', message: 'no' }
  const bot = { at: 1, path: '/bots/writer', kind: 'bot', incarnation: 1 } as const
  const act = { at: 2, path: '/bots/writer/run-1/act', kind: 'act', incarnation: 1 } as const
  const events: SupervisionEvent[] = [
    { ...bot, type: 'started' },
    { ...act, type: 'started' },
    { ...act, type: 'crashed', error, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    { ...act, type: 'restarted', incarnation: 2, restarts: 1 },
    { ...act, type: 'stopped', reason: 'normal' },
    { ...bot, type: 'handled', messageType: 'bot.run', durationMs: 1, ok: true },
    { ...bot, type: 'paused', reason: 'by hand' },
    { ...bot, type: 'stopped', reason: 'shutdown' },
  ]
  for (const event of events) hear(event)
  expect(store.events.list({ bot: 'writer' })).toMatchObject([
    { type: 'actor.started', subject: '/bots/writer' },
    { type: 'actor.crashed', traceId: 'a'.repeat(32), data: { error: { code: 'Error', message: 'no' } } },
    { type: 'actor.restarted', data: { restarts: 1 } },
    { type: 'actor.paused', data: { reason: 'by hand' } },
    { type: 'actor.stopped', data: { reason: 'shutdown' } },
  ])
})

test('an event that the database cannot take is logged and stops nobody', () => {
  const warnings: string[] = []
  const end = onWarning((event) => warnings.push(event))
  const full = () => {
    throw new StoreError('store-full', 'The disk is full.')
  }
  const { hear } = serverEvents({ events: { ...temporaryStore().store.events, add: full } }, clock)
  hear({ at: 1, path: '/bots/writer', kind: 'bot', incarnation: 1, type: 'started' })
  end()
  expect(warnings).toEqual(['db.event_lost'])
})
