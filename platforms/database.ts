// Database: the platform by which a narrative marks its own rows, such as a post that went out.
//
//   U1. Only tables on the list can be changed.
//   U2. A change and its result are kept together, under the command's key: it is made once, however often it is asked for.
//   U3. Carried out in a dry run too: these are our own rows. Unmarked, the same post would be taken again and again,
//       and the dry run would show something other than what will happen.

import type { Json, JsonObject } from '../json.ts'
import { didYouMean } from './nearest-name.ts'
import type { Platform } from './platform.ts'
import { PlatformError } from './platform-error.ts'

/** What this platform needs of the store. */
interface Tables {
  /** Rows changed. `where` is an expression of the filter grammar; the value `NOW()` means the current time. */
  update(change: { table: string; where: string; values: JsonObject; limit?: number; by?: string }): number
  /** Keeps the result of the work under the key, together with what the work changes; gives a result that is kept. */
  once<T extends Json>(key: string, work: () => T): T
}

export const UPDATABLE_TABLES = [
  'approved_discord_posts',
  'potential_discord_posts',
  'content',
  'post_history',
] as const

export interface DatabaseOptions {
  readonly tables: Tables
  /** Names of the tables that narratives may change. Default UPDATABLE_TABLES. */
  readonly allowed?: readonly string[]
}

export function createDatabasePlatform({ tables, allowed = UPDATABLE_TABLES }: DatabaseOptions): Platform {
  return {
    name: 'database',
    commands: ['update_table'],
    effectOf: (command) => (command === 'update_table' ? 'write' : undefined),
    inDoubt: (command) => (command === 'update_table' ? 'repeat' : undefined),
    async execute({ command, args }, { signal, idempotencyKey }) {
      if (command !== 'update_table') {
        throw new PlatformError('unknown-command', `The database has no command '${command}'.`)
      }
      const { warnings, ...change } = readUpdate(args, allowed)
      signal.throwIfAborted()
      // Its key begins with the execution.
      const by = idempotencyKey.split('/', 1)[0]!
      const work = () => ({ rows_affected: tables.update({ ...change, by }), table_name: change.table })
      const result = tables.once(idempotencyKey, work)
      return { result, dryRun: false, ...(warnings.length > 0 && { warnings }) }
    },
  }
}

const ARGUMENTS = ['table_name', 'where_clause', 'updates', 'limit'] as const

function readUpdate(args: JsonObject, allowed: readonly string[]) {
  const table = textOf(args, 'table_name')
  if (!allowed.includes(table)) {
    const message = `update_table may not change the table '${table}'.${didYouMean(table, allowed)} Allowed: ${allowed.join(', ')}.`
    throw new PlatformError('table-not-updatable', message)
  }
  const where = textOf(args, 'where_clause')
  const values = updatesOf(args.updates)
  const limit = limitOf(args.limit)
  const warnings = Object.keys(args)
    .filter((name) => !ARGUMENTS.some((known) => known === name))
    .map((name) => `update_table does not know the argument '${name}' and ignores it.${didYouMean(name, ARGUMENTS)}`)
  return { table, where, values, ...(limit !== undefined && { limit }), warnings }
}

function textOf(args: JsonObject, name: 'table_name' | 'where_clause'): string {
  const value = args[name]
  if (value === undefined || value === null) throw missing(name)
  if (typeof value !== 'string' || value.trim() === '') throw wrong(name, 'text that is not blank', value)
  return value
}

function updatesOf(value: Json | undefined): JsonObject {
  if (value === undefined || value === null) throw missing('updates')
  if (typeof value !== 'object' || Array.isArray(value) || Object.keys(value).length === 0) {
    throw wrong('updates', 'a table of at least one column and its value', value)
  }
  for (const [column, cell] of Object.entries(value as JsonObject)) {
    if (typeof cell === 'object' && cell !== null) {
      throw wrong(`updates.${column}`, 'a string, a number, true, false or null', cell)
    }
  }
  return value as JsonObject
}

function limitOf(value: Json | undefined): number | undefined {
  if (value === undefined || value === null) return undefined
  const limit = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value
  if (typeof limit === 'number' && Number.isSafeInteger(limit) && limit > 0) return limit
  throw wrong('limit', 'an integer from 1', value)
}

function missing(name: string): PlatformError {
  const message = `update_table lacks the argument '${name}'. It requires table_name, where_clause, updates.`
  return new PlatformError('missing-argument', message)
}

function wrong(name: string, expected: string, value: Json): PlatformError {
  return new PlatformError(
    'invalid-argument',
    `update_table: '${name}' must be ${expected}, got ${JSON.stringify(value)}.`,
  )
}
