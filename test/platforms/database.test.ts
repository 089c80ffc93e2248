import { expect, test } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { createDatabasePlatform } from '../../platforms/database.ts'
import { codeOf, runCommand } from './run-command.ts'

const UPDATE = {
  table_name: 'approved_discord_posts',
  where_clause: "review_status = 'pending'",
  updates: { review_status: 'posted', posted_at: 'NOW()' },
}

function open(allowed?: readonly string[]) {
  const changes: unknown[] = []
  const tables = {
    update: (change: unknown) => {
      changes.push(change)
      return 3
    },
    once: <T>(_key: string, work: () => T) => work(),
  }
  return { changes, database: createDatabasePlatform({ tables, ...(allowed && { allowed }) }) }
}

test('update_table changes rows, and answers how many', async () => {
  const { changes, database } = open()
  const outcome = await runCommand(database, 'update_table', { ...UPDATE, limit: '1' })
  expect(outcome).toEqual({ result: { rows_affected: 3, table_name: UPDATE.table_name }, dryRun: false })
  const change = { table: UPDATE.table_name, where: UPDATE.where_clause, values: UPDATE.updates, limit: 1, by: 'test' }
  expect(changes).toEqual([change])
})

test.for<[title: string, args: JsonObject, code: string]>([
  ['a table that is not on the list', { ...UPDATE, table_name: 'ledger' }, 'table-not-updatable'],
  ['no table', { ...UPDATE, table_name: null }, 'missing-argument'],
  ['no filter', { table_name: UPDATE.table_name, updates: UPDATE.updates }, 'missing-argument'],
  ['a blank filter', { ...UPDATE, where_clause: ' ' }, 'invalid-argument'],
  ['no updates', { ...UPDATE, updates: null }, 'missing-argument'],
  ['empty updates', { ...UPDATE, updates: {} }, 'invalid-argument'],
  ['a nested value', { ...UPDATE, updates: { tags: ['a'] } }, 'invalid-argument'],
  ['a limit of nothing', { ...UPDATE, limit: 0 }, 'invalid-argument'],
])('refuses %s', async ([, args, code]) => {
  const { changes, database } = open()
  expect(await codeOf(runCommand(database, 'update_table', args))).toBe(code)
  expect(changes).toEqual([])
})

test('the list of tables can be configured', async () => {
  const { database } = open(['mine'])
  expect(await runCommand(database, 'update_table', { ...UPDATE, table_name: 'mine' })).toBeDefined()
  expect(await codeOf(runCommand(database, 'update_table', UPDATE))).toBe('table-not-updatable')
})

test('an unknown argument is ignored with a warning', async () => {
  const { database } = open()
  const { warnings } = await runCommand(database, 'update_table', { ...UPDATE, limt: 1 })
  expect(warnings).toEqual(["update_table does not know the argument 'limt' and ignores it. Did you mean 'limit'?"])
})
