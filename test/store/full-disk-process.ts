// A process whose files may not grow past a limit that its parent has set: fills the write-ahead log at argv[2], sees
// what the store says, makes room again, and tells what came of it as one line of JSON. With `changed` as argv[3] the
// file is changed by somebody else before there is room.

import { writeSync } from 'node:fs'
import Database from 'better-sqlite3'
import { openStore } from '../../store/open-store.ts'
import { answer, execution } from './fixtures.ts'

const [, , path = '', mode = ''] = process.argv
const store = openStore(path)
const other = new Database(path)
const act = { executionId: 'E1', key: 'write' }

store.executions.begin(execution('E1'))
store.journal.begin({ ...act, act: 'write', sequence: 0, at: 1 })
await store.committed()
fill(4_000)
fill(100)

store.journal.saveAnswer(act, { prompt: 'p'.repeat(30_000), answer: answer({ text: 'paid for' }), at: 2 })
const committed = await codeOf(() => store.committed())
const trouble = (store.trouble as { code?: string } | undefined)?.code
const seen = store.journal.find(act)?.status
const refused = await codeOf(() => store.journal.complete(act, { result: {}, at: 3 }))
const still = await codeOf(() => store.committed())

other.pragma('wal_checkpoint(truncate)')
if (mode === 'changed') other.exec("delete from executions where id = 'E1'")
const completed = await codeOf(() => store.journal.complete(act, { result: {}, at: 3 }))
const after = (store.trouble as { code?: string } | undefined)?.code
const status = store.journal.find(act)?.status
const calls = store.ledger.totals().calls
other.close()
const closed = await codeOf(() => store.close())
writeSync(1, JSON.stringify({ committed, trouble, seen, refused, still, completed, after, status, calls, closed }))

/** Rewrites one row, which grows the log and not the database, until no more of the size fits. */
function fill(bytes: number): void {
  const row = other.prepare(`insert or replace into state (key, value, at) values ('filler', ?, 0)`)
  try {
    for (let n = 0; n < 10_000; n++) row.run('x'.repeat(bytes))
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
  }
}

async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call()
    return 'ok'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}
