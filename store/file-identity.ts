// File identity: whether the file that is open is still the one that has its name.
//
// SQLite goes on with a file that was deleted or replaced and notices nothing; what is written then is gone with the process.

import { statSync } from 'node:fs'
import { StoreError } from './store-error.ts'

/** @param file that is open already @returns what is wrong with it now; undefined when it is the same */
export function identityOf(file: string): () => StoreError | undefined {
  const opened = idOf(file)
  return () => {
    const now = idOf(file)
    if (now === opened) return undefined
    const what = now === undefined ? 'was deleted or moved' : 'was replaced by another file'
    return new StoreError('store-file-gone', `The database ${file} ${what} while it is open.`)
  }
}

function idOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true })
  return found && `${found.dev}:${found.ino}`
}
