// Names of tables and columns: the only text that gets into SQL other than as a bound value.

import { StoreError } from '../store-error.ts'

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/
const MAX_LENGTH = 100

export function isIdentifier(name: string): boolean {
  return name.length <= MAX_LENGTH && IDENTIFIER.test(name)
}

/** The name between quotes, ready for SQL. @throws StoreError `bad-identifier` */
export function quote(name: string): string {
  if (!isIdentifier(name)) throw new StoreError('bad-identifier', `${shown(name)} cannot be a table or column name.`)
  return `"${name}"`
}

/** What SQLite takes for the same name: it does not tell cases apart. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** A name of unknown origin, for a message. */
export function shown(name: string): string {
  return JSON.stringify(name.length > MAX_LENGTH ? `${name.slice(0, MAX_LENGTH)}…` : name)
}
