import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../json.ts'
import { OWN_TABLES } from '../../../store/content/table.ts'
import { COLUMN_TYPES, type Column, type ColumnType } from '../../../store/store.ts'
import { execution, posts, TRACE, TRACEPARENT } from '../fixtures.ts'
import { temporaryStore } from '../temporary-store.ts'

const AT = Date.parse('2026-11-21T10:00:00Z')
const ALL_TYPES: readonly Column[] = COLUMN_TYPES.map((type) => ({ name: `a_${type.replace('-', '_')}`, type }))

describe('the table', () => {
  test('has the content, a number for each row, and the bookkeeping columns', () => {
    const { store, query } = temporaryStore()
    store.content.insert(
      posts([{ slogan: 'Warm', words: 1 }], {
        columns: [
          { name: 'slogan', type: 'text' },
          { name: 'words', type: 'integer' },
        ],
        model: 'small',
        description: 'Collect slogans',
      }),
      AT,
    )
    expect(query('select * from posts')).toEqual([
      {
        id: 1,
        slogan: 'Warm',
        words: 1,
        generated_at: '2026-11-21T10:00:00.000Z',
        source_narrative: 'writer',
        source_act: 'as_json',
        generation_model: 'small',
        review_status: 'pending',
        tags: null,
        rating: null,
        trace_id: null,
        traceparent: null,
        execution_id: 'E1',
        source_table: null,
        source_row: null,
      },
    ])
    expect(query('select * from content_tables')).toEqual([
      { name: 'posts', narrative: 'writer', description: 'Collect slogans', created_at: AT },
    ])
  })

  test('says its types in its schema, so that values come back as they went in', () => {
    const { store, query } = temporaryStore()
    const values = {
      a_text: 'ä"\'\u0000 🎨',
      a_integer: -7,
      a_real: 2.5,
      a_boolean: true,
      a_json: { deep: [null, 'x', { y: 1 }] },
      a_text_list: ['one', 'two'],
      a_timestamp: '2026-01-02T03:04:05.678Z',
    }
    store.content.insert(
      posts([values, { a_boolean: false, a_json: 'text', a_integer: 0 }], { columns: ALL_TYPES }),
      AT,
    )
    const columns = Object.keys(values)
    expect(store.content.select({ table: 'posts', columns }, AT).rows).toEqual([
      values,
      { ...Object.fromEntries(columns.map((name) => [name, null])), a_boolean: false, a_json: 'text', a_integer: 0 },
    ])
    expect(query("select type from pragma_table_info('posts') where name like 'a\\_%' escape '\\'")).toEqual(
      ['TEXT', 'INTEGER', 'REAL', 'BOOLEAN INTEGER', 'JSON TEXT', 'LIST TEXT', 'TIMESTAMP TEXT'].map((type) => ({
        type,
      })),
    )
  })

  test('gets the columns that it lacks, and keeps the rows that it has', () => {
    const { store } = temporaryStore()
    store.content.insert(posts([{ title: 'old' }]), AT)
    store.content.insert(posts([{ title: 'new', mood: 'calm' }]), AT)
    expect(store.content.select({ table: 'POSTS', columns: ['title', 'mood'] }, AT).rows).toEqual([
      { title: 'old', mood: null },
      { title: 'new', mood: 'calm' },
    ])
  })

  test('may be one that a person made', () => {
    const { store, query } = temporaryStore()
    query('create table stock (name text not null, level int)')
    query("insert into stock values ('pen', 3)")
    const outcome = store.content.insert(
      posts([{ name: 'ink', level: '4', extra: 'x' }, { level: 1 }], { table: 'stock' }),
      AT,
    )
    expect(outcome).toMatchObject({
      ids: [2, undefined],
      stored: 1,
      skipped: [{ index: 1, reason: /NOT NULL/ }].map(({ index }) => ({
        index,
        reason: expect.stringContaining('NOT NULL'),
      })),
    })
    expect(query('select name, level, extra, source_act, review_status from stock')).toEqual([
      { name: 'pen', level: 3, extra: null, source_act: null, review_status: null },
      { name: 'ink', level: 4, extra: 'x', source_act: 'as_json', review_status: 'pending' },
    ])
  })

  test.for(['posts_source', 'posts_review', 'posts_key', 'a'.repeat(100)])('may stand beside %s', (table) => {
    const { store } = temporaryStore()
    store.content.insert(posts([{ a: 'x' }], { table }), AT)
    store.content.insert(posts([{ a: 'x' }], { columns: [{ name: 'a', type: 'text', key: true }] }), AT)
    expect(store.content.tables()).toEqual([table, 'posts'].sort())
  })

  test('never is one of the server', () => {
    const { store } = temporaryStore()
    for (const table of [...OWN_TABLES, 'Executions', 'sqlite_sequence']) {
      expect(() => store.content.insert(posts([{ a: 'x' }], { table }), AT), table).toThrow(
        expect.objectContaining({ code: 'reserved-table' }),
      )
    }
  })

  test.for(['', 'a b', 'a;drop table state', 'a"b', '1a', 'größe', 'a'.repeat(101)])('is not called %j', (table) => {
    const { store } = temporaryStore()
    expect(() => store.content.insert(posts([{ a: 'x' }], { table }), AT)).toThrow(
      expect.objectContaining({ code: 'bad-identifier' }),
    )
  })

  test('does not grow without end', () => {
    const { store } = temporaryStore()
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`key_${index}`, 'x']))
    const { stored, warnings } = store.content.insert(posts([wide]), AT)
    expect(stored).toBe(1)
    expect(warnings).toContain('The table has 200 columns, the key "key_200" gets none.')
  })
})

describe('keys', () => {
  test.for<[key: string, column: string]>([
    ['postTitle', 'post_title'],
    ['Post Title', 'post_title'],
    ['POST_TITLE', 'post_title'],
    ['post-title', 'post_title'],
    ['post_title', 'postTitle'],
    ['Title', 'title'],
    ['title', 'TITLE'],
  ])('%s finds the column %s', ([key, column]) => {
    const { store } = temporaryStore()
    store.content.insert(posts([{ [column]: 'first' }]), AT)
    store.content.insert(posts([{ [key]: 'second' }]), AT)
    const { rows, columns } = store.content.select({ table: 'posts' }, AT)
    expect(rows.map((row) => row[column])).toEqual(['first', 'second'])
    expect(columns).toHaveLength(9)
  })

  test('that cannot be names become some, or are dropped with a word', () => {
    const { store } = temporaryStore()
    const hostile = 'x" TEXT); drop table state; --'
    const { warnings } = store.content.insert(posts([{ '1st place': 'a', 日本: 'b', [hostile]: 'c', ok: 'd' }]), AT)
    const { columns, rows } = store.content.select({ table: 'posts' }, AT)
    expect(columns).toEqual(expect.arrayContaining(['c_1st_place', 'x_text_drop_table_state', 'ok']))
    expect(rows[0]).toMatchObject({ c_1st_place: 'a', x_text_drop_table_state: 'c', ok: 'd' })
    expect(warnings).toContain('The key "日本" cannot be a column.')
    expect(store.state.keys()).toEqual([])
  })

  test('that JavaScript or SQLite knows are keys like others', () => {
    const { store } = temporaryStore()
    const row = JSON.parse('{"constructor": "McLaren", "toString": "x", "__proto__": "y", "rowid": "z"}')
    expect(store.content.insert(posts([row]), AT).warnings).toEqual([])
    const columns = ['constructor', 'toString', 'proto', 'c_rowid']
    const { rows } = store.content.select({ table: 'posts', columns }, AT)
    expect(Object.entries(rows[0]!)).toEqual([
      ['constructor', 'McLaren'],
      ['toString', 'x'],
      ['proto', 'y'],
      ['c_rowid', 'z'],
    ])
  })

  test('of the server are not taken from the content; those of a reviewer are', () => {
    const { store, query } = temporaryStore()
    const { warnings } = store.content.insert(
      posts([
        { a: 'x', execution_id: 'forged', Generated_At: 'never', tags: ['t'], rating: '4', review_status: 'approved' },
        { a: 'y', tags: 'no list', review_status: null },
      ]),
      AT,
    )
    expect(query('select execution_id, generated_at, tags, rating, review_status from posts')).toEqual([
      {
        execution_id: 'E1',
        generated_at: '2026-11-21T10:00:00.000Z',
        tags: '["t"]',
        rating: 4,
        review_status: 'approved',
      },
      {
        execution_id: 'E1',
        generated_at: '2026-11-21T10:00:00.000Z',
        tags: '[]',
        rating: null,
        review_status: 'pending',
      },
    ])
    expect(warnings).toEqual([
      'The key execution_id is written by the server, its value was dropped.',
      'The key Generated_At is written by the server, its value was dropped.',
      'A value of the column tags is not a list, an empty one was stored.',
    ])
  })

  test('without a column are told once, with their number', () => {
    const { store } = temporaryStore()
    const rows = [
      { a: '1', b: 'x' },
      { a: '2', b: 'y' },
    ]
    const { warnings } = store.content.insert(posts(rows, { columns: [{ name: 'a', type: 'text' }] }), AT)
    expect(warnings).toEqual(['The key "b" has no column, its value was dropped. (2 times)'])
  })

  test('that are required and missing leave a NULL and a warning', () => {
    const { store } = temporaryStore()
    const columns: Column[] = [
      { name: 'a', type: 'text', required: true },
      { name: 'b', type: 'text' },
    ]
    expect(store.content.insert(posts([{ b: 'x' }], { columns }), AT)).toMatchObject({
      stored: 1,
      warnings: ['The required column a has no value, NULL was stored.'],
    })
  })
})

test.for<[type: ColumnType, given: Json, stored: string | number | null, warns?: true]>([
  ['text', 5, '5'],
  ['text', true, 'true'],
  ['text', { a: 1 }, '{"a":1}'],
  ['integer', ' 42 ', 42],
  ['integer', '123456789012345678', '123456789012345678'],
  ['integer', true, 1],
  ['integer', 'many', null, true],
  ['integer', [1], null, true],
  ['integer', '', null, true],
  ['integer', 4.5, 4.5],
  ['real', '2.5', 2.5],
  ['real', false, '0.0'],
  ['real', 'Infinity', null, true],
  ['boolean', 'Yes', 1],
  ['boolean', 'F', 0],
  ['boolean', 2, 1],
  ['boolean', 'perhaps', 0, true],
  ['json', 'x', '"x"'],
  ['json', 5, '5'],
  ['text-list', ['a', 5, { b: 1 }], '["a","5","{\\"b\\":1}"]'],
  ['text-list', 'a, b', '[]', true],
  ['timestamp', '2026-01-02', '2026-01-02T00:00:00.000Z'],
  ['timestamp', '2026-01-02 03:04', '2026-01-02T03:04:00.000Z'],
  ['timestamp', '2026-01-02T03:04:05.6789+0200', '2026-01-02T01:04:05.678Z'],
  ['timestamp', 1_764_000_000, '2025-11-24T16:00:00.000Z'],
  ['timestamp', 1_764_000_000_000, '2025-11-24T16:00:00.000Z'],
  ['timestamp', 'tomorrow', 'tomorrow', true],
  ['timestamp', '2026-13-45', '2026-13-45', true],
  ['integer', null, null],
])('%s takes %j as %j', ([type, given, stored, warns]) => {
  const { store, query } = temporaryStore()
  const columns: Column[] = [
    { name: 'anchor', type: 'text' },
    { name: 'value', type },
  ]
  const { warnings } = store.content.insert(posts([{ anchor: 'x', value: given }], { columns }), AT)
  // SQLite itself writes the numbers, some have more digits than a number of JavaScript.
  expect(query('select cast(value as text) as value from posts')).toEqual([
    { value: stored === null ? null : `${stored}` },
  ])
  expect(warnings).toHaveLength(warns ? 1 : 0)
})

describe('ids', () => {
  const withIds = (ids: readonly Json[], type: ColumnType = 'integer', key = false) =>
    posts(
      ids.map((id) => ({ title: 't', id })),
      {
        columns: [
          { name: 'id', type, key },
          { name: 'title', type: 'text' },
        ],
      },
    )

  test('that are free numbers are taken, others replaced', () => {
    const { store } = temporaryStore()
    expect(store.content.insert(withIds([5, 7, 7, 3, 2 ** 40, -1, 'x']), AT)).toMatchObject({
      ids: [5, 7, 8, 9, 10, 11, 12],
      warnings: [
        'An id of the content was used before or cannot be used, the row got a new one. (4 times)',
        'A value of the column id is not a number, NULL was stored.',
      ],
    })
  })

  test('of deleted rows are never used again', () => {
    const { store, query } = temporaryStore()
    store.content.insert(withIds([1, 2]), AT)
    query('delete from posts')
    expect(store.content.insert(withIds([1, 2]), AT).ids).toEqual([3, 4])
  })

  test('that are texts go to source_id', () => {
    const { store } = temporaryStore()
    store.content.insert(withIds(['a-1', 'a-2'], 'text'), AT)
    const { rows } = store.content.select({ table: 'posts', columns: ['id', 'source_id'] }, AT)
    expect(rows).toEqual([
      { id: 1, source_id: 'a-1' },
      { id: 2, source_id: 'a-2' },
    ])
  })

  test('that are keys of a platform go to source_id, once each', () => {
    const { store } = temporaryStore()
    const rows = withIds(['123456789012345678', '123456789012345679'], 'integer', true)
    expect(store.content.insert(rows, AT).stored).toBe(2)
    expect(store.content.insert(rows, AT)).toMatchObject({ stored: 0, skipped: [{ index: 0 }, { index: 1 }] })
    expect(store.content.select({ table: 'posts', columns: ['source_id'] }, AT).rows).toEqual([
      { source_id: '123456789012345678' },
      { source_id: '123456789012345679' },
    ])
  })
})

describe('sources', () => {
  test('give one row each to a table', () => {
    const { store } = temporaryStore()
    store.content.insert(posts([{ idea: 'i' }], { table: 'drafts' }), AT)
    const from = (id: number, table = 'drafts') => ({ values: { title: 't' }, source: { table, id } })
    const rows = posts([{ title: 't' }], { rows: [from(1), from(1, 'DRAFTS'), from(2), { values: { title: 't' } }] })
    expect(store.content.insert(rows, AT)).toMatchObject({
      ids: [1, undefined, 2, 3],
      skipped: [{ index: 1, reason: 'Its source is in the table already, as row 1.' }],
    })
    expect(store.content.insert({ ...rows, rows: [from(1), from(2)] }, AT)).toMatchObject({
      stored: 0,
      ids: [undefined, undefined],
    })
    expect(store.content.insert({ ...rows, table: 'elsewhere', rows: [from(1)] }, AT).stored).toBe(1)
  })

  test('and traces stay with the row (P5)', () => {
    const { store, query } = temporaryStore()
    store.executions.begin(execution('E1', { traceparent: TRACEPARENT.replace(TRACE, 'f'.repeat(32)) }))
    const rows = [
      { values: { a: 'x' }, traceparent: TRACEPARENT, source: { table: 'drafts', id: 4 } },
      { values: { a: 'y' } },
    ]
    store.content.insert(posts([{ a: 'x' }], { rows }), AT)
    expect(query('select trace_id, traceparent, source_table, source_row from posts')).toEqual([
      { trace_id: TRACE, traceparent: TRACEPARENT, source_table: 'drafts', source_row: 4 },
      { trace_id: 'f'.repeat(32), traceparent: null, source_table: null, source_row: null },
    ])
  })
})

describe('bad rows', () => {
  test('are skipped, the others stored', () => {
    const { store } = temporaryStore()
    expect(store.content.insert(posts([{ a: 'x' }, {}, { a: null }, { a: 'y' }]), AT)).toMatchObject({
      ids: [1, undefined, undefined, 2],
      stored: 2,
      skipped: [{ index: 1 }, { index: 2 }],
    })
    expect(store.content.generations()).toMatchObject([{ stored: 2, skipped: 2, status: 'success' }])
  })

  test('alone are an error, after which nothing is there but the record of it', () => {
    const { store } = temporaryStore()
    expect(() => store.content.insert(posts([{ a: null }]), AT)).toThrow(expect.objectContaining({ code: 'bad-rows' }))
    expect(store.content.exists('posts')).toBe(false)
    expect(store.content.tables()).toEqual([])
    expect(store.content.generations()).toMatchObject(
      [{ table: 'posts', status: 'failed', error: /None of the 1 rows/ }].map((record) => ({
        ...record,
        error: expect.stringMatching(record.error),
      })),
    )
  })
})

describe('generations', () => {
  test('are one record a run and table, which acts add to', () => {
    const { store } = temporaryStore()
    store.executions.begin(execution('E1', { startedAt: 1000 }))
    store.content.insert(posts([{ a: 'x' }, {}]), 1500)
    store.content.insert(posts([{ a: 'y' }]), 2000)
    store.content.insert(posts([{ a: 'z' }], { executionId: 'E2' }), 3000)
    store.content.noteFailure({ table: 'other', narrative: 'writer', executionId: 'E1' }, 'no JSON', 4000)
    expect(store.content.generations()).toEqual([
      {
        table: 'other',
        narrative: 'writer',
        executionId: 'E1',
        status: 'failed',
        stored: 0,
        skipped: 0,
        error: 'no JSON',
        startedAt: 1000,
        endedAt: 4000,
        durationMs: 3000,
      },
      {
        table: 'posts',
        narrative: 'writer',
        executionId: 'E2',
        status: 'success',
        stored: 1,
        skipped: 0,
        startedAt: 3000,
        endedAt: 3000,
        durationMs: 0,
      },
      {
        table: 'posts',
        narrative: 'writer',
        executionId: 'E1',
        status: 'success',
        stored: 2,
        skipped: 1,
        startedAt: 1000,
        endedAt: 2000,
        durationMs: 1000,
      },
    ])
    expect(store.content.generations({ table: 'POSTS', limit: 1 })).toHaveLength(1)
  })
})

test('whatever a model answers, rows are stored or skipped, and nothing else happens', () => {
  const { store, query } = temporaryStore()
  const key = fc.oneof(
    fc.constantFrom('id', 'ID', 'title', 'Title', 'tags', 'rating', 'review_status', 'trace_id', 'rowid', '__proto__'),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  const values = fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>, { maxKeys: 6 })
  const type = fc.constantFrom(...COLUMN_TYPES)
  let tables = 0
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), type, (rows, columnType) => {
      const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))]
      const columns = keys.map((name): Column => ({ name, type: columnType }))
      const table = `table_${tables++ % 5}`
      const before = store.content.exists(table) ? store.content.list({ table, limit: 10_000 }).length : 0
      try {
        const { ids, stored, skipped } = store.content.insert(posts(rows, { table, columns }), AT)
        expect(stored + skipped.length).toBe(rows.length)
        expect(ids.filter((id) => id !== undefined)).toHaveLength(stored)
        expect(store.content.list({ table, limit: 10_000 })).toHaveLength(before + stored)
      } catch (error) {
        expect(error).toMatchObject({ name: 'StoreError', code: 'bad-rows' })
      }
    }),
    { numRuns: 200 },
  )
  const made = query<{ name: string }>("select name from sqlite_master where type = 'table' and name like 'table_%'")
  expect(made.map(({ name }) => name).sort()).toEqual(['table_0', 'table_1', 'table_2', 'table_3', 'table_4'])
  expect(store.maintenance.check()).toEqual([])
})
