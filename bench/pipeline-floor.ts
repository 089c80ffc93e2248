// Pipeline floor: what the disk allows. A bare loop over better-sqlite3, flushed at every commit as the engine's file is.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'

export interface PipelineFloor extends Disposable {
  /** Items in rounds of `inFlight`; each step of a round is one commit, which is the best that group commit could do. */
  work(items: number, inFlight: number, like: { readonly commits: number; readonly bytes: number }): void
}

/** `like` says how many commits an item takes by itself, and how many bytes. */
export function openFloor(): PipelineFloor {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-floor-'))
  const connection = new Database(join(folder, 'floor.db'))
  connection.pragma('journal_mode = wal')
  connection.pragma('synchronous = full')
  connection.exec('create table journal (item integer, step integer, data text, primary key (item, step)) strict')
  const insert = connection.prepare('insert into journal values (?, ?, ?)')
  const write = connection.transaction((from: number, to: number, step: number, data: string) => {
    for (let item = from; item < to; item++) insert.run(item, step, data)
  })
  let done = 0
  return {
    work(items, inFlight, { commits, bytes }) {
      const steps = Math.max(1, Math.round(commits))
      const data = 'x'.repeat(Math.max(1, Math.round(bytes / steps)))
      const end = done + items
      for (let from = done; from < end; from += inFlight) {
        const to = Math.min(from + inFlight, end)
        for (let step = 0; step < steps; step++) write.immediate(from, to, step, data)
      }
      done = end
    },
    [Symbol.dispose]() {
      connection.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
