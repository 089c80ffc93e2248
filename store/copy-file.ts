// Copy file: a database as it is at one instant, also while a server writes into it. Changes nothing in it, whatever its
// version.
//
//   C1. The copy is whole and on the disk when the call returns, or it is not there.
//   C2. Nobody else may read it: prompts and drafts are in it.

import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { StoreError, translate } from './store-error.ts'

/** @param to must not exist yet. @throws StoreError when one cannot be read, or the other not be written */
export function copyFile(from: string, to: string): void {
  try {
    closeSync(openSync(to, 'wx', 0o600))
  } catch (cause) {
    throw notMade(to, cause)
  }
  try {
    const connection = new Database(from, { readonly: true, fileMustExist: true })
    try {
      connection.prepare('vacuum into ?').run(to)
    } finally {
      connection.close()
    }
    flush(to)
    flush(dirname(to))
  } catch (error) {
    rmSync(to, { force: true })
    throw isOfTarget(error) ? notMade(to, error) : translate(error, from)
  }
}

/** What cannot be read is the source, what finds no room is the copy. */
function isOfTarget(error: unknown): boolean {
  const { code = '' } = error as { readonly code?: string }
  return !code.startsWith('SQLITE_') || /^SQLITE_(FULL|READONLY|IOERR_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE))/.test(code)
}

function notMade(to: string, error: unknown): StoreError {
  const { code = '', message } = error as { readonly code?: string; readonly message: string }
  const isFull = /^(SQLITE_FULL|ENOSPC|EDQUOT|EFBIG)$/.test(code)
  const what = isFull ? 'cannot be made, the disk is full' : 'cannot be made'
  return new StoreError(isFull ? 'store-full' : 'store-open', `The copy ${to} ${what}: ${message}`, { cause: error })
}

/** A file, or the names in a folder. */
export function flush(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
