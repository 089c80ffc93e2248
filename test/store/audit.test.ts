import { beforeEach, expect, test } from 'vitest'
import type { Store } from '../../store/store.ts'
import { posts, TRACE, TRACEPARENT } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

let store: Store
beforeEach(() => {
  store = temporaryStore().store
  const line = { subject: 'server', details: {}, at: 1_000 }
  store.audit.add({ ...line, by: 'anna', action: 'server.start', details: { posting: 'live' } })
  store.audit.add({ ...line, by: 'ben', action: 'server.reload', at: 2_000 })
  store.audit.add({ ...line, by: 'anna', action: 'content.approve', subject: 'drafts/12', at: 3_000 })
})

test('lines are kept in order, with who, what, when and what else is to be said', () => {
  expect(store.audit.list()[0]).toEqual({
    id: 1,
    at: 1_000,
    by: 'anna',
    action: 'server.start',
    subject: 'server',
    details: { posting: 'live' },
  })
  expect(store.audit.list().map(({ id }) => id)).toEqual([1, 2, 3])
})

test.for([
  [{ by: 'anna' }, [1, 3]],
  [{ action: 'server' }, [1, 2]],
  [{ action: 'server.reload' }, [2]],
  [{ action: 'serv' }, []],
  [{ since: 2_000 }, [2, 3]],
  [{ after: 1 }, [2, 3]],
  [{ after: 1, limit: 1 }, [2]],
  [{ limit: 1 }, [3]],
] as const)('asked for %j they are %j', ([filter, ids]) => {
  expect(store.audit.list(filter).map(({ id }) => id)).toEqual(ids)
})

test('a decision about a row has the trace of the row', () => {
  const columns = [{ name: 'text', type: 'text' }] as const
  const rows = [{ values: { text: 'a post' }, traceparent: TRACEPARENT }]
  store.content.insert(posts([], { table: 'posts', columns, rows }), 3_500)
  const [row] = store.content.list({ table: 'posts' })
  store.content.review(row!, { status: 'rejected', by: 'anna', at: 4_000 })
  expect(store.audit.list({ action: 'content.reject' })).toMatchObject([{ trace: TRACE, subject: `posts/${row?.id}` }])
})
