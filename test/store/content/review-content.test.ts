import { describe, expect, test } from 'vitest'
import type { NewRow } from '../../../store/store.ts'
import { posts, TRACEPARENT } from '../fixtures.ts'
import { temporaryStore } from '../temporary-store.ts'

const ref = { table: 'drafts', id: 1 }
const approve = { status: 'approved', target: 'approved_posts', by: 'ada', at: 5000 } as const
const reject = { status: 'rejected', by: 'ada', note: 'dull', at: 6000 } as const

function drafts() {
  const temporary = temporaryStore()
  const { content } = temporary.store
  const rows: NewRow[] = [
    { values: { text: 'one', facts: { n: 1 }, tags: ['x'], id: 'm-1' }, traceparent: TRACEPARENT },
    { values: { text: 'two', facts: null, id: 'm-2' }, source: { table: 'ideas', id: 9 } },
  ]
  const columns = [
    { name: 'text', type: 'text' },
    { name: 'facts', type: 'json' },
    { name: 'id', type: 'text' },
  ] as const
  content.insert(posts([], { table: 'drafts', columns, rows, model: 'small' }), 1000)
  return { ...temporary, content }
}

test('content is shown apart from what the server keeps beside it', () => {
  const { content } = drafts()
  expect(content.find(ref)).toEqual({
    ...ref,
    reviewStatus: 'pending',
    narrative: 'writer',
    act: 'as_json',
    model: 'small',
    generatedAt: 1000,
    traceparent: TRACEPARENT,
    values: { text: 'one', facts: { n: 1 }, tags: ['x'], source_id: 'm-1' },
  })
  expect(content.find({ table: 'drafts', id: 2 })).toMatchObject({ source: { table: 'ideas', id: 9 } })
  expect(content.find({ table: 'drafts', id: 3 })).toBeUndefined()
  expect(content.find({ table: 'nowhere', id: 1 })).toBeUndefined()
  expect(content.find({ table: 'executions', id: 1 })).toBeUndefined()
})

test('a list is newest first over all tables', () => {
  const { content, query } = drafts()
  content.insert(posts([{ a: 'x' }], { table: 'later' }), 2000)
  content.insert(posts([{ a: 'x' }], { table: 'dropped' }), 2000)
  query('drop table dropped')
  content.update({ table: 'drafts', where: 'id = 2', values: { review_status: 'posted' } }, 0)
  const names = (filter?: Parameters<typeof content.list>[0]) =>
    content.list(filter).map(({ table, id }) => `${table}/${id}`)
  expect(content.tables()).toEqual(['drafts', 'later'])
  expect(names()).toEqual(['later/1', 'drafts/2', 'drafts/1'])
  expect(names({ limit: 2 })).toEqual(['later/1', 'drafts/2'])
  expect(names({ table: 'drafts', status: 'pending' })).toEqual(['drafts/1'])
  expect(names({ status: 'rejected' })).toEqual([])
  expect(() => content.list({ table: 'draft' })).toThrow(/did you mean drafts/)
})

describe('approving', () => {
  test('copies the row with its trace and its source, and keeps the decision', () => {
    const { content, query } = drafts()
    expect(content.review(ref, approve)).toEqual({ changed: true, copied: { table: 'approved_posts', id: 1 } })
    expect(content.find(ref)?.reviewStatus).toBe('approved')
    expect(content.find({ table: 'approved_posts', id: 1 })).toEqual({
      ...content.find(ref),
      table: 'approved_posts',
      id: 1,
      reviewStatus: 'pending',
      source: ref,
    })
    expect(query('select table_name, row_id, status, reviewer, copied_table, copied_id, at from reviews')).toEqual([
      {
        table_name: 'drafts',
        row_id: 1,
        status: 'approved',
        reviewer: 'ada',
        copied_table: 'approved_posts',
        copied_id: 1,
        at: 5000,
      },
    ])
    expect(query('select at, who, action, subject from audit')).toEqual([
      { at: 5000, who: 'ada', action: 'content.approve', subject: 'drafts/1' },
    ])
    expect(content.generations({ table: 'approved_posts' })).toEqual([])
  })

  test('again changes nothing and names the copy', () => {
    const { content, query } = drafts()
    const { copied } = content.review(ref, approve)
    expect(content.review(ref, { ...approve, at: 9000 })).toEqual({ changed: false, copied })
    expect(content.list({ table: 'approved_posts' })).toHaveLength(1)
    expect(content.countOf('approved_posts', 'pending')).toBe(1)
    expect(query('select count(*) as n from audit')).toEqual([{ n: 1 }])
  })

  test('without a target only marks the row', () => {
    const { content } = drafts()
    expect(content.review(ref, { status: 'approved', by: 'ada', at: 1 })).toEqual({ changed: true })
    expect(content.find(ref)?.reviewStatus).toBe('approved')
    expect(content.tables()).toEqual(['drafts'])
  })
})

describe('rejecting', () => {
  test('takes back a copy that nobody has used; approving once more puts it back', () => {
    const { content } = drafts()
    const { copied } = content.review(ref, approve)
    expect(content.review(ref, reject)).toEqual({ changed: true })
    expect(content.find(copied!)?.reviewStatus).toBe('rejected')
    expect(content.review(ref, approve)).toEqual({ changed: true, copied })
    expect(content.find(copied!)?.reviewStatus).toBe('pending')
  })

  test('leaves a copy that was posted', () => {
    const { content } = drafts()
    const { copied } = content.review(ref, approve)
    content.update({ table: 'approved_posts', where: '1=1', values: { review_status: 'posted' } }, 0)
    content.review(ref, reject)
    expect(content.find(copied!)?.reviewStatus).toBe('posted')
  })
})

test('what was posted stays posted', () => {
  const { content } = drafts()
  content.update({ table: 'drafts', where: 'id = 1', values: { review_status: 'posted' } }, 0)
  expect(content.review(ref, reject)).toEqual({ changed: false })
  expect(content.find(ref)?.reviewStatus).toBe('posted')
})

test.for([
  ['a row that does not exist', { table: 'drafts', id: 77 }, approve, 'unknown-record'],
  ['a table that does not exist', { table: 'nowhere', id: 1 }, approve, 'table-not-found'],
  ['a table of the server', { table: 'executions', id: 1 }, approve, 'reserved-table'],
  ['a target that is a table of the server', ref, { ...approve, target: 'state' }, 'reserved-table'],
] as const)('review refuses %s, and nothing has happened', ([, which, decision, code]) => {
  const { content, query } = drafts()
  expect(() => content.review(which, decision)).toThrow(expect.objectContaining({ code }))
  expect(content.find(ref)?.reviewStatus).toBe('pending')
  expect(query('select count(*) as n from reviews')).toEqual([{ n: 0 }])
})

test('rows are counted by status, and a table that holds no content has none', () => {
  const { content, query } = drafts()
  content.review(ref, reject)
  expect([content.countOf('drafts', 'pending'), content.countOf('drafts', 'rejected')]).toEqual([1, 1])
  query('create table mine (id integer primary key, text text)')
  expect([content.countOf('mine', 'pending'), content.countOf('nowhere', 'pending')]).toEqual([0, 0])
})

describe('a row that a curator chose', () => {
  function chosen() {
    const drafted = drafts()
    const rows: NewRow[] = [{ values: { text: 'one' }, source: ref }]
    drafted.content.insert(
      posts([], { table: 'approved_posts', columns: [{ name: 'text', type: 'text' }], rows }),
      2000,
    )
    return drafted
  }
  const copy = { table: 'approved_posts', id: 1 }

  test('no longer waits to be posted when its draft is rejected', () => {
    const { content } = chosen()
    expect(content.find(ref)?.reviewStatus).toBe('approved')
    expect(content.review(ref, reject)).toEqual({ changed: true })
    expect(content.find(copy)?.reviewStatus).toBe('rejected')
  })

  test('is not copied into its own table by approving it, but waits again after it was rejected', () => {
    const { content } = chosen()
    expect(content.review(copy, approve)).toEqual({ changed: false })
    content.review(copy, reject)
    expect(content.review(copy, approve)).toEqual({ changed: true })
    expect(content.find(copy)?.reviewStatus).toBe('pending')
    expect(content.list({ table: 'approved_posts' })).toHaveLength(1)
  })
})
