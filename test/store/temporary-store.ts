// A store on a real file in a folder of its own, gone at the end of the test.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { openStore, type StoreOptions } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'

export interface TemporaryStore {
  readonly store: Store
  readonly path: string
  /** Looks into the file with other eyes than the store's. */
  query<Row>(sql: string): Row[]
  /** The same file, opened as after a restart. */
  reopen(): Store
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function temporaryStore(options?: StoreOptions): TemporaryStore {
  const path = join(temporaryFolder(), 'store.db')
  const opened = [openStore(path, options)]
  onTestFinished(() => {
    for (const store of opened) store.close()
  })
  return {
    store: opened[0]!,
    path,
    query: <Row>(sql: string) => {
      const connection = new Database(path)
      try {
        const statement = connection.prepare<[], Row>(sql)
        if (statement.reader) return statement.all()
        statement.run()
        return []
      } finally {
        connection.close()
      }
    },
    reopen: () => {
      opened.at(-1)?.close()
      opened.push(openStore(path, options))
      return opened.at(-1)!
    },
  }
}
