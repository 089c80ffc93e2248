import { describe, expect, test } from 'vitest'
import { posts, TRACEPARENT } from '../fixtures.ts'
import { temporaryStore } from '../temporary-store.ts'

function filled() {
  const { store, query } = temporaryStore()
  const rows = [
    { values: { title: 'b', rank: 2 }, traceparent: TRACEPARENT },
    { values: { title: 'a', rank: 2 } },
    { values: { title: 'c', rank: 1 } },
  ]
  const columns = [
    { name: 'title', type: 'text' },
    { name: 'rank', type: 'integer' },
  ] as const
  store.content.insert(posts([], { columns, rows }), 1000)
  return { content: store.content, query }
}

const titles = (rows: readonly { readonly [key: string]: unknown }[]) => rows.map(({ title }) => title).join('')

describe('select', () => {
  test('gives all columns but those of trace and source, and refs beside the rows', () => {
    const found = filled().content.select({ table: 'posts' }, 0)
    expect(found.columns).toEqual([
      'id',
      'title',
      'rank',
      'generated_at',
      'source_narrative',
      'source_act',
      'generation_model',
      'review_status',
      'tags',
      'rating',
    ])
    expect(found.refs).toMatchObject([{ id: 1, traceparent: TRACEPARENT }, { id: 2 }, { id: 3 }])
    expect(found.warnings).toEqual([])
  })

  test('gives the asked columns in the asked order, spelled as the table does', () => {
    const found = filled().content.select({ table: 'posts', columns: ['RANK', 'title', 'trace_id'], limit: 1 }, 0)
    expect(found.columns).toEqual(['rank', 'title', 'trace_id'])
    expect(Object.keys(found.rows[0]!)).toEqual(['rank', 'title', 'trace_id'])
  })

  test.for<[orderBy: string | undefined, expected: string]>([
    [undefined, 'bac'],
    ['', 'bac'],
    ['title', 'abc'],
    ['title DESC', 'cba'],
    ['rank asc, title desc', 'cba'],
    ['rank DESC', 'bac'],
    [' rank , "title" ASC ', 'cab'],
    ['generated_at DESC', 'bac'],
  ])('orders by %s, then by id', ([orderBy, expected]) => {
    expect(titles(filled().content.select({ table: 'posts', orderBy }, 0).rows)).toBe(expected)
  })

  test('cuts by limit and offset', () => {
    const { content } = filled()
    expect(titles(content.select({ table: 'posts', limit: 2 }, 0).rows)).toBe('ba')
    expect(titles(content.select({ table: 'posts', limit: 1, offset: 1 }, 0).rows)).toBe('a')
    expect(titles(content.select({ table: 'posts', offset: 2 }, 0).rows)).toBe('c')
    expect(content.select({ table: 'posts', limit: 0 }, 0)).toMatchObject({ rows: [], capped: false })
  })

  test('gives a sample of the rows that the filter finds', () => {
    const { content } = filled()
    const sample = content.select({ table: 'posts', sample: 2, where: 'rank = 2', orderBy: 'title' }, 0)
    expect([...titles(sample.rows)].sort()).toEqual(['a', 'b'])
    expect(sample.warnings).toEqual(['A sample has no order_by.'])
    expect(content.select({ table: 'posts', sample: 1 }, 0).rows).toHaveLength(1)
  })

  test('a filter on a column that is not there finds nothing, and says so', () => {
    expect(filled().content.select({ table: 'posts', where: 'rank = 2 OR likes > 5' }, 0)).toEqual({
      rows: [],
      columns: expect.arrayContaining(['title']),
      refs: [],
      capped: false,
      warnings: ['The table posts has no column likes, so its filter finds nothing.'],
    })
  })

  test('never gives more than a thousand rows', () => {
    const { store } = temporaryStore()
    store.content.insert(posts(Array.from({ length: 1001 }, (_, index) => ({ title: `${index}` }))), 1)
    for (const query of [{}, { limit: 5000 }, { sample: 2000 }]) {
      const { rows, refs, capped, warnings } = store.content.select({ table: 'posts', ...query }, 0)
      expect([rows.length, refs.length, capped, warnings.length]).toEqual([1000, 1000, true, 1])
    }
    expect(store.content.select({ table: 'posts', limit: 1000 }, 0)).toMatchObject({ capped: false, warnings: [] })
    expect(store.content.select({ table: 'posts', offset: 1 }, 0)).toMatchObject({ capped: false })
  })

  test('reads the tables of the server and of other people as well', () => {
    const { content, query } = filled()
    query('create view titles as select title as "the title", title from posts')
    query(`create table facts (id text primary key, data json, seen datetime)`)
    query(`insert into facts values ('x', '{"a":[1]}', '2026-01-01'), ('y', 'not json', null)`)
    expect(content.select({ table: 'titles', orderBy: 'title' }, 0).rows).toEqual([
      { title: 'a' },
      { title: 'b' },
      { title: 'c' },
    ])
    expect(content.select({ table: 'facts' }, 0)).toMatchObject({
      rows: [
        { id: 'x', data: { a: [1] }, seen: '2026-01-01' },
        { id: 'y', data: 'not json', seen: null },
      ],
      refs: [{}, {}],
    })
    expect(content.select({ table: 'content_tables', columns: ['name'] }, 0).rows).toEqual([{ name: 'posts' }])
  })
})

test.for<[string, Parameters<ReturnType<typeof filled>['content']['select']>[0], string, RegExp]>([
  ['an unknown table', { table: 'post' }, 'table-not-found', /no table post; did you mean posts\?/],
  ['an unknown column', { table: 'posts', columns: ['titel'] }, 'unknown-column', /did you mean title\?/],
  ['an unknown column far from all', { table: 'posts', columns: ['xyz'] }, 'unknown-column', /it has id, title/],
  ['an order by an unknown column', { table: 'posts', orderBy: 'rnk' }, 'unknown-column', /did you mean rank\?/],
  [
    'an order by something else',
    { table: 'posts', orderBy: 'rank, random()' },
    'bad-order-by',
    /position 7: expected a column/,
  ],
  ['an order by nothing', { table: 'posts', orderBy: 'rank,' }, 'bad-order-by', /found nothing/],
  ['a bad filter', { table: 'posts', where: 'rank = ' }, 'bad-filter', /position 8/],
  ['a hostile table name', { table: 'posts; drop table posts' }, 'bad-identifier', /cannot be a table or column name/],
  ['a hostile column name', { table: 'posts', columns: ['title" from state; --'] }, 'bad-identifier', /cannot be/],
])('select refuses %s', ([, query, code, message]) => {
  const { content } = filled()
  expect(() => content.select(query, 0)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  )
  expect(content.select({ table: 'posts' }, 0).rows).toHaveLength(3)
})

describe('update', () => {
  test('changes what the filter finds, the oldest first', () => {
    const { content } = filled()
    const change = { table: 'posts', where: "review_status = 'pending'", values: { review_status: 'posted' }, limit: 1 }
    expect(content.update(change, 0)).toBe(1)
    expect(titles(content.select({ table: 'posts', where: "review_status = 'posted'" }, 0).rows)).toBe('b')
    expect(content.update({ ...change, limit: undefined }, 0)).toBe(2)
    expect(content.update(change, 0)).toBe(0)
  })

  test('brings values to the type of their column; NOW() is the time', () => {
    const { content, query } = filled()
    const values = { rank: '7', generated_at: 'NOW()', title: ' now() ', rating: 'NOW()', tags: null }
    content.update({ table: 'posts', where: 'id = 3', values }, 1_764_000_000_000)
    const iso = '2025-11-24T16:00:00.000Z'
    expect(query('select rank, generated_at, title, rating, tags from posts where id = 3')).toEqual([
      { rank: 7, generated_at: iso, title: iso, rating: 1_764_000_000_000, tags: null },
    ])
  })

  test.for<[string, { table?: string; where?: string; values?: Record<string, string> }, string]>([
    ['a filter on an unknown column', { where: 'likes = 1' }, 'unknown-column'],
    ['an unknown column', { values: { likes: '1' } }, 'unknown-column'],
    ['the id', { values: { ID: '1' } }, 'reserved-table'],
    ['the trace', { values: { traceparent: 'x' } }, 'reserved-table'],
    ['a table of the server', { table: 'ledger', values: { cost_usd: '0' } }, 'reserved-table'],
    ['an unknown table', { table: 'nowhere' }, 'table-not-found'],
    ['a hostile column', { values: { 'title" = 1 --': 'x' } }, 'bad-identifier'],
  ])('refuses %s', ([, change, code]) => {
    const { content } = filled()
    const whole = { table: 'posts', where: '1=1', values: { title: 'x' }, ...change }
    expect(() => content.update(whole, 0)).toThrow(expect.objectContaining({ code }))
    expect(titles(content.select({ table: 'posts' }, 0).rows)).toBe('bac')
  })
})
