// What the first version wrote is there in this one, whichever versions were in between, and its unfinished work goes on.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { migrate, readMigrations } from '../../store/migrate.ts'
import { openStore } from '../../store/open-store.ts'

const MIGRATIONS = readMigrations(new URL('../../store/migrations/', import.meta.url))

/** One run that completed, and one that was interrupted in its second act. */
const CONTENTS = `
insert into executions (id, parent_id, file, narrative, bot, trigger, options, traceparent, status, started_at, ended_at) values
  ('A', null, '/n.toml', 'n', 'writer', 'schedule', '{}', null, 'completed', 10, 20),
  ('B', null, '/n.toml', 'n', 'writer', 'schedule', '{"model":"m"}', null, 'running', 30, null),
  ('B/part', 'B', '/n.toml', 'part', 'writer', 'narrative', '{}', null, 'running', 31, null);
insert into act_executions (execution_id, key, act, sequence, status, attempts, prompt, answer, result, rows_stored, started_at, ended_at) values
  ('A', 'a', 'a', 0, 'completed', 1, '"Ask."', '{"text":"Said."}', '{"response":"Said."}', 2, 10, 20),
  ('B', 'a', 'a', 0, 'completed', 2, '"Ask."', '{"text":"Said."}', '{"response":"Said."}', 0, 30, 31),
  ('B', 'b', 'b', 1, 'running', 1, null, null, null, 0, 31, null);
insert into effects (key, execution_id, act, platform, command, args, status, intended_at) values
  ('B/b/0', 'B', 'b', 'discord', 'messages.send', '{"content":"x"}', 'intended', 32);
insert into ledger (at, execution_id, act_key, bot, provider, model, input_tokens, output_tokens, cost_usd, duration_ms) values
  (11, 'A', 'a', 'writer', 'openai', 'm', 10, 5, 0.5, 3), (31, 'B', 'a', 'writer', 'openai', 'm', 10, 5, 0.25, 3);
insert into mailbox (id, recipient, message, attempts, at) values
  ('m1', '/bots/writer', '{"type":"bot.run","run":"B","meta":{"id":"m1"}}', 1, 30);
insert into dead_letters (id, recipient, message, reason, errors, at) values
  ('d1', '/bots/gone', '{"type":"bot.run","meta":{"id":"d1"}}', 'failed', '[]', 9);
insert into schedules (bot, due_at) values ('writer', 99);
insert into state (key, value, at) values ('channel', '"1"', 9);
insert into reviews (table_name, row_id, status, reviewer, at) values ('posts', 1, 'approved', 'ann', 21);
insert into audit (at, who, action, subject, details) values (21, 'ann', 'content.approve', 'posts/1', '{}');
`

test.for(MIGRATIONS.slice(0, -1).map(({ name, number }) => [name, number] as const))('up to %s', ([, number]) => {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-earlier-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'old.db')
  const old = new Database(path)
  migrate(old, path, MIGRATIONS.slice(0, 1))
  old.exec(CONTENTS)
  migrate(old, path, MIGRATIONS.slice(0, number))
  old.close()

  using store = openStore(path)
  expect(store.maintenance.migrations()).toHaveLength(MIGRATIONS.length)
  expect(store.maintenance.check()).toEqual([])
  expect(store.executions.find('A')).toMatchObject({ status: 'completed', startedAt: 10, endedAt: 20 })
  expect(store.executions.unfinished('writer')).toMatchObject([{ id: 'B', options: { model: 'm' } }])
  expect(store.journal.acts('B')).toMatchObject([
    { key: 'a', status: 'completed', attempts: 2 },
    { key: 'b', status: 'running' },
  ])
  expect(store.ledger.totals()).toMatchObject({ calls: 2, costUsd: 0.75, repeated: 0, lost: 0 })
  expect(store.mailbox.load('/bots/writer')).toMatchObject([{ message: { run: 'B' }, attempts: 1 }])
  expect(store.deadLetters.list()).toMatchObject([{ id: 'd1', to: '/bots/gone' }])
  expect(store.schedules.find('writer')).toMatchObject({ dueAt: 99 })
  expect(store.audit.list({})).toMatchObject([{ action: 'content.approve' }])

  // The interrupted run goes on, ends, and is forgotten with all that is its own.
  store.executions.reopen('B', { owner: 1, at: 40 })
  store.journal.begin({ executionId: 'B', key: 'b', act: 'b', sequence: 1, at: 41 })
  store.journal.complete({ executionId: 'B', key: 'b' }, { result: {}, at: 42 })
  store.effects.settle('B/b/0', { result: { id: '7' }, dryRun: false, at: 42 })
  store.executions.finish('B', { status: 'completed', at: 43 })
  expect(store.events.list()).toContainEqual(expect.objectContaining({ type: 'execution.completed' }))
  expect(store.maintenance.prune({ at: 100, ledgerAt: 0, now: 100 })).toMatchObject({ executions: 2 })
  expect(store.maintenance.check()).toEqual([])
})
