import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { Statement } from '../../store/statement.ts'

function find(sql: string, params: Parameters<Statement['get']>[0]) {
  return new Statement(new Database(':memory:'), sql, false).get(params)
}

test('parameters are bound by their names, as often as each is written, and undefined is NULL', () => {
  expect(find('select @b as b, @a as a, @b as again, @c as c', { a: 1, b: 'two', c: undefined })).toEqual({
    a: 1,
    b: 'two',
    again: 'two',
    c: null,
  })
})

test('what only looks like a parameter is none', () => {
  const sql = `select '@a ''@b' as "@c -- ""@d""", @e as e -- @f's`
  expect(find(sql, { e: 5 })).toEqual({ '@c -- "@d"': "@a '@b", e: 5 })
})

test('one that is not given is an error, and no NULL', () => {
  expect(() => find('select @given, @missing', { given: 1 })).toThrow('The parameter @missing is not given.')
})
