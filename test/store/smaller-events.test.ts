// Events that were told before migration 10 are what they were.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { migrate, readMigrations } from '../../store/migrate.ts'
import { openStore } from '../../store/open-store.ts'
import { TRACE } from './fixtures.ts'

test('an older file keeps its events, and its ids go on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-events-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'old.db')
  const old = new Database(path)
  const before = readMigrations(new URL('../../store/migrations/', import.meta.url)).filter(({ number }) => number < 10)
  migrate(old, path, before)
  const insert = old.prepare('insert into domain_events values (?, 5, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  insert.run(
    3,
    'act.started',
    TRACE,
    'b7ad6b7169203331',
    'E1',
    '2',
    'E1/part',
    'write',
    'writer',
    null,
    '{"attempt":1}',
  )
  insert.run(4, 'act.started', null, null, 'C', null, 'E2', 'write', null, null, '{"attempt":1}')
  insert.run(9, 'server.started', null, null, null, null, null, null, null, null, '{}')
  old.close()

  using store = openStore(path)
  expect(store.events.list()).toMatchObject([
    {
      id: 3,
      traceId: TRACE,
      spanId: 'b7ad6b7169203331',
      correlationId: 'E1',
      causationId: '2',
      executionId: 'E1/part',
    },
    { id: 4, correlationId: 'C', executionId: 'E2' },
    { id: 9 },
  ])
  expect(store.events.list({ correlation: 'E1' }).map(({ id }) => id)).toEqual([3])
  expect(store.events.story(TRACE).map(({ id }) => id)).toEqual([3])
  store.events.add({ type: 'server.started', at: 6, data: {} as never })
  expect(store.events.list().at(-1)).toMatchObject({ id: 10 })
})
