// The filter language against rows in a real table.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterProblem } from '../../../store/filter/filter-problem.ts'
import { parseFilter } from '../../../store/filter/parse.ts'
import type { Store } from '../../../store/store.ts'
import { StoreError } from '../../../store/store-error.ts'
import { posts } from '../fixtures.ts'
import { temporaryStore } from '../temporary-store.ts'

const NOW = Date.parse('2026-11-21T10:00:00Z')

function stock(): Store {
  const { store } = temporaryStore()
  store.content.insert(
    posts(
      [
        { item: 'pen', stock_level: 3, reorder_point: 5, price: 1.5, low: true, snowflake: '123456789012345678' },
        { item: 'Ink', stock_level: 9, reorder_point: 5, price: 7, low: false, snowflake: '9' },
        { item: "o'clock", stock_level: null, reorder_point: 0, price: null, low: null, snowflake: null },
        { item: '50% off', stock_level: 0, reorder_point: 0, price: -2, low: false, snowflake: '5' },
      ],
      {
        columns: [
          { name: 'item', type: 'text' },
          { name: 'stock_level', type: 'integer' },
          { name: 'reorder_point', type: 'integer' },
          { name: 'price', type: 'real' },
          { name: 'low', type: 'boolean' },
          { name: 'snowflake', type: 'text' },
        ],
      },
    ),
    NOW,
  )
  return store
}

test.for<[where: string, items: string[]]>([
  ['1=0', []],
  ['1 = 1', ['pen', 'Ink', "o'clock", '50% off']],
  ["review_status = 'pending'", ['pen', 'Ink', "o'clock", '50% off']],
  ['stock_level < reorder_point', ['pen']],
  ['stock_level <= 3', ['pen', '50% off']],
  ['stock_level <> 3', ['Ink', '50% off']],
  ['stock_level != 3', ['Ink', '50% off']],
  ['stock_level == 3', ['pen']],
  ['3 < stock_level', ['Ink']],
  ['price = -2', ['50% off']],
  ['price > .5 AND price < 1e1', ['pen', 'Ink']],
  ['stock_level IS NULL', ["o'clock"]],
  ['stock_level is not null and price is not null', ['pen', 'Ink', '50% off']],
  ['stock_level = NULL', []],
  ['low = TRUE', ['pen']],
  ['low = false', ['Ink', '50% off']],
  ["item = 'o''clock'", ["o'clock"]],
  ["item IN ('pen', 'Ink', 'ink')", ['pen', 'Ink']],
  ['stock_level NOT IN (3, 9)', ['50% off']],
  ["item LIKE 'i%'", ['Ink']],
  ["item NOT LIKE '%n%'", ["o'clock", '50% off']],
  ["NOT item = 'pen' AND NOT (item = 'Ink')", ["o'clock", '50% off']],
  ["item = 'pen' OR item = 'Ink' AND stock_level = 0", ['pen']],
  ["(item = 'pen' OR item = 'Ink') AND stock_level = 9", ['Ink']],
  ['snowflake = 123456789012345678', ['pen']],
  ["stock_level = '3'", ['pen']],
  ['"item" = \'pen\'', ['pen']],
  ["ITEM = 'pen'", ['pen']],
  ["item = 'x'' OR 1=1'", []],
  ['not not low = true', ['pen']],
])('%s', ([where, items]) => {
  const found = stock().content.select({ table: 'posts', columns: ['item'], where }, NOW)
  expect(found.rows.map(({ item }) => item)).toEqual(items)
  expect(filterProblem(where)).toBeUndefined()
})

describe('times', () => {
  const DAY = 86_400_000
  const times = [
    ['iso', new Date(NOW - 3 * DAY).toISOString()],
    ['space', '2026-11-18 10:00:00'],
    ['date', '2026-11-18'],
    ['zone', '2026-11-18T12:00:00+02:00'],
    ['old', '2026-09-01T00:00:00Z'],
    ['words', 'three days ago'],
    ['none', null],
  ] as const

  function events(): Store {
    const { store, query } = temporaryStore()
    const rows = times.map(([name, created_at]) => ({ name, created_at }))
    store.content.insert(posts(rows), NOW - 3 * DAY)
    query('create table clock (id integer primary key, name text, created_at integer)')
    query(`insert into clock (name, created_at) values ('ms', ${NOW - DAY}), ('s', ${(NOW - DAY) / 1000}), ('old', 5)`)
    return store
  }

  test.for<[table: string, where: string, names: string[]]>([
    ['posts', "created_at > NOW() - INTERVAL '7 days'", ['iso', 'space', 'date', 'zone']],
    ['posts', "created_at > now() - interval '2 days'", []],
    ['posts', "NOW() - INTERVAL '1 month' > created_at", ['old']],
    ['posts', "created_at > NOW() - INTERVAL '3 days 1 hour'", ['iso', 'space', 'zone']],
    ['posts', 'created_at + 1 = 2', ['error']],
    ['posts', "generated_at >= NOW() - INTERVAL '72 hours' AND name = 'none'", ['none']],
    ['posts', "generated_at > NOW() - INTERVAL '71 hours'", []],
    ['posts', "generated_at > '2026-11-18' AND generated_at < '2026-11-19' AND name = 'old'", ['old']],
    ['posts', "NOW() > '2026-01-01' AND name = 'words'", ['words']],
    ['posts', "created_at < NOW() + INTERVAL '1 year' AND NOT created_at > NOW() - INTERVAL '30 days'", ['old']],
    ['clock', "created_at > NOW() - INTERVAL '7 days'", ['ms', 's']],
    ['clock', "created_at <= NOW() - INTERVAL '7 days'", ['old']],
  ])('%s: %s', ([table, where, names]) => {
    const select = () => events().content.select({ table, columns: ['name'], where }, NOW)
    if (names[0] === 'error') expect(select).toThrow(/position 12/)
    else expect(select().rows.map(({ name }) => name)).toEqual(names)
  })

  test('a month before the 31st of March is the last of February', () => {
    const { store } = temporaryStore()
    store.content.insert(posts([{ a: 'x' }]), Date.parse('2026-02-28T12:00:00Z'))
    const where = "generated_at = NOW() - INTERVAL '1 month'"
    expect(store.content.select({ table: 'posts', where }, Date.parse('2026-03-31T12:00:00Z')).rows).toHaveLength(1)
  })
})

test.for<[where: string, at: number, expected: RegExp]>([
  ['', 1, /expected a column or a value, found the end/],
  ['review_status', 14, /expected a comparison .* found the end/],
  ["review_status 'pending'", 15, /found 'pending'/],
  ['rating >', 9, /a column or a value, found the end/],
  ['rating = = 3', 10, /found "="/],
  ['a = 1; DROP TABLE posts', 6, /found ";"/],
  ['a = 1 -- comment', 7, /found "-"/],
  ["a = 'open", 5, /a text without its closing quote/],
  ['a = 1 b = 2', 7, /expected AND, OR or the end, found "b"/],
  ['(a = 1', 7, /expected "\)", found the end/],
  ['a IN 1', 6, /expected "\("/],
  ['a IN ()', 7, /a column or a value/],
  ['a IS 5', 6, /expected NULL/],
  ['a NOT 5', 7, /expected IN or LIKE/],
  ['lower(a) = 1', 1, /no function but NOW/],
  ['a > NOW', 8, /expected "\("/],
  ["a > NOW() - '7 days'", 13, /expected INTERVAL/],
  ["a > NOW() - INTERVAL 'a week'", 22, /like '7 days'/],
  ['a > NOW() - INTERVAL 7', 22, /like '7 days'/],
  ['a = (select 1)', 5, /a column or a value/],
  ['AND', 1, /found "AND"/],
  ['größe = 1', 3, /found "ö"/],
  ['a = @x', 5, /found "@"/],
  [`${'not '.repeat(501)}a`, 2001, /at most 500 conditions/],
  [`${'('.repeat(20_000)}`, 10_001, /at most 10000 characters/],
])('%s is refused with its place', ([where, at, expected]) => {
  const problem = filterProblem(where)
  expect(problem).toMatch(expected)
  expect(problem).toContain(`position ${at}:`)
})

test('whatever is written, a filter is understood or refused, and never harms', () => {
  const store = stock()
  const word = fc.constantFrom(
    'item',
    'stock_level',
    'nope',
    'AND',
    'OR',
    'NOT',
    'IS',
    'NULL',
    'IN',
    'LIKE',
    '(',
    ')',
    ',',
    '=',
    '<>',
    '<',
    '-',
    '+',
    "'a'",
    "''",
    '1',
    '2.5',
    'NOW()',
    "INTERVAL '1 day'",
    'TRUE',
    ';',
    '--',
    '/*',
    'drop table posts',
    '"',
    "'",
  )
  const text = fc.oneof(
    fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(text, (where) => {
      const problem = filterProblem(where)
      try {
        store.content.select({ table: 'posts', where }, NOW)
        expect(problem).toBeUndefined()
      } catch (error) {
        expect(error).toBeInstanceOf(StoreError)
        expect(error).toMatchObject({ code: 'bad-filter', message: problem })
      }
    }),
    { numRuns: 2000 },
  )
  expect(store.content.select({ table: 'posts' }, NOW).rows).toHaveLength(4)
})

test('the longest filter that is allowed runs', () => {
  const where = Array.from({ length: 500 }, (_, index) => `price = ${index}`).join(' OR ')
  expect(stock().content.select({ table: 'posts', columns: ['item'], where }, NOW).rows).toEqual([{ item: 'Ink' }])
  expect(parseFilter(`${'('.repeat(400)}1=1${')'.repeat(400)}`)).toMatchObject({ is: 'comparison' })
})
