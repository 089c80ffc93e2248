// What was written before migration 11 is what it was, from whichever version it comes.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { inspectFile } from '../../store/inspect-file.ts'
import { migrate, readMigrations } from '../../store/migrate.ts'
import { openStore } from '../../store/open-store.ts'
import { answer, execution } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

const MIGRATIONS = readMigrations(new URL('../../store/migrations/', import.meta.url))
const NEWEST = MIGRATIONS.length
const FEWER_PAGES = 11

/** A file of this version with lines of these times in its ledger, each of an execution of its own. */
function fileOf(version: number, times: readonly number[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-pages-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'old.db')
  using old = closing(new Database(path))
  migrate(
    old.db,
    path,
    MIGRATIONS.filter(({ number }) => number <= version),
  )
  const begin =
    old.db.prepare(`insert into executions (id, parent_id, file, narrative, bot, trigger, options, status, started_at)
    values (?, ?, 'a.toml', 'a', 'writer', 'cli', '{}', ?, ?)`)
  const call =
    old.db.prepare(`insert into ledger (at, execution_id, act_key, bot, provider, model, input_tokens, output_tokens, cost_usd,
      duration_ms) values (?, ?, 'a', 'writer', 'openai', 'gpt', 10, 5, 0.25, 3)`)
  old.db.exec('begin')
  times.forEach((at, place) => {
    begin.run(`E${place}`, null, place === 0 ? 'running' : 'completed', at)
    call.run(at, `E${place}`)
  })
  begin.run('E0/n', 'E0', 'completed', times[0])
  old.db.exec('commit')
  return path
}

function closing(db: Database.Database) {
  return { db, [Symbol.dispose]: () => db.close() }
}

test.for(MIGRATIONS.filter(({ number }) => number < FEWER_PAGES))('a file of $name', ({ number }) => {
  const path = fileOf(number, [100, 100, 250, 200, 300])
  {
    using store = openStore(path)
    expect(store.maintenance.migrations()).toHaveLength(NEWEST)
    expect(store.ledger.lines()).toBe(5)
    expect(store.ledger.totals({ since: 200 })).toMatchObject({ calls: 3, costUsd: 0.75 })
    expect(store.ledger.totals({ since: 201, bot: 'writer' })).toMatchObject({ calls: 2 })
    expect(store.ledger.totals({ executionId: 'E2' })).toMatchObject({ calls: 1, inputTokens: 10 })
    expect(store.ledger.list({ since: 0 }).map(({ at }) => at)).toEqual([100, 100, 250, 200, 300])
    expect(store.executions.unfinished('writer').map(({ id }) => id)).toEqual(['E0'])
    expect(store.executions.list({ parentId: 'E0' }).map(({ id }) => id)).toEqual(['E0/n'])
    expect(store.executions.list({ limit: 2 }).map(({ id }) => id)).toEqual(['E4', 'E3'])
    expect(store.maintenance.check()).toEqual([])
  }
  inspectFile(path)
})

test('lines that an older file has in one millisecond, or behind a clock that was set back, are found since their time', () => {
  const crowd = Array.from({ length: 3_000 }, () => 50)
  const path = fileOf(FEWER_PAGES - 1, [...crowd, 51, 9_000, 52])
  using store = openStore(path)
  for (const [since, calls] of [
    [50, 3_003],
    [51, 3],
    [52, 2],
    [53, 1],
  ] as const) {
    expect(store.ledger.totals({ since }).calls).toBe(calls)
  }
})

test('lines of a clock that is set back are found since their time, and counted', () => {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1'))
  const act = { executionId: 'E1', key: 'a' }
  store.journal.begin({ ...act, act: 'a', sequence: 0, at: 1 })
  for (const at of [500, 900_000, 400, 400, 900_000])
    store.journal.saveAnswer(act, { prompt: '', answer: answer(), at })
  expect(store.ledger.lines()).toBe(5)
  expect(store.ledger.list({ since: 400 }).map(({ at }) => at)).toEqual([500, 900_000, 400, 400, 900_000])
  expect(store.ledger.totals({ since: 401 }).calls).toBe(3)
  store.maintenance.prune({ now: 1_000_000, at: 0, ledgerAt: 500 })
  expect(store.ledger.list({ since: 0 }).map(({ at }) => at)).toEqual([500, 900_000, 900_000])
})

test('no id of a forgotten event is given again', () => {
  const { store } = temporaryStore()
  for (const at of [1, 2, 3]) store.events.add({ type: 'server.started', at, data: {} as never })
  store.maintenance.prune({ now: 10, at: 10, ledgerAt: 10 })
  store.maintenance.prune({ now: 20, at: 20, ledgerAt: 20, keptEvents: 0 })
  expect(store.events.list().map(({ id, type }) => [id, type])).toEqual([[5, 'records.pruned']])
})

test.for([
  [
    'the unfinished runs of a bot',
    'executions_running',
    `select id from executions e where status = 'running' and bot = 'b' and parent_id is null`,
  ],
  [
    'the bots at work',
    'executions_running',
    `select distinct bot from executions where status = 'running' and bot is not null and parent_id is null`,
  ],
  ['what is nested in a run', 'executions_of_parent', `select id from executions where parent_id = 'E1'`],
  ['what is forgotten with a run', 'executions_of_parent', `delete from executions where id = 'E1'`],
  [
    'a time in the ledger',
    'INTEGER PRIMARY KEY',
    `select sum(cost_usd) from ledger l where l.id >= 1024 * 5 and l.at >= 5`,
  ],
] as const)('%s is found by %s', ([, by, sql]) => {
  const { query } = temporaryStore()
  const plan = query<{ detail: string }>(`explain query plan ${sql}`).map(({ detail }) => detail)
  expect(plan).toContainEqual(expect.stringContaining(by))
})
