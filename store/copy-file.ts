// Copy file: a database as it is at one instant, also while a server writes into it. Changes nothing in it.

import Database from 'better-sqlite3'
import { translate } from './store-error.ts'

/** @param to must not exist yet. @throws StoreError when it cannot be read */
export function copyFile(from: string, to: string): void {
  try {
    const connection = new Database(from, { readonly: true, fileMustExist: true })
    try {
      connection.prepare('vacuum into ?').run(to)
    } finally {
      connection.close()
    }
  } catch (error) {
    throw translate(error, from)
  }
}
