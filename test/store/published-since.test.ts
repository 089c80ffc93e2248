import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publishedSince } from '../../store/published-since.ts'
import type { NewEffect } from '../../store/store.ts'
import { execution, posts } from './fixtures.ts'
import { temporaryFolder, temporaryStore } from './temporary-store.ts'

const error = { name: 'Error', message: 'no' }

test('a backup is told what was published since, of the rows that wait in it', () => {
  const { store, path, query } = temporaryStore()
  store.executions.begin(execution('E1'))
  store.content.insert(
    posts(['before', 'since', 'in doubt', 'dry', 'failed', 'known', 'rejected'].map((text) => ({ text }))),
    1,
  )
  const intend = (id: number, own: Partial<NewEffect> = {}) => {
    const key = `E1/post/${id}`
    const item = { table: 'posts', id }
    store.effects.intend({
      key,
      executionId: 'E1',
      act: 'post',
      platform: 'discord',
      command: 'messages.send',
      args: {},
      item,
      at: 10,
      ...own,
    })
    return key
  }
  const done = { result: { id: '7' }, dryRun: false, at: 20 }
  store.effects.settle(intend(1), done)
  store.content.update({ table: 'posts', where: 'id = 1', values: { review_status: 'posted' } }, 20)
  const known = intend(6)
  store.content.review({ table: 'posts', id: 7 }, { status: 'rejected', by: 'a person', at: 5 })
  const backup = join(temporaryFolder(), 'backup.db')
  query('pragma wal_checkpoint(truncate)')
  copyFileSync(path, backup)

  store.content.insert(posts([{ text: 'later' }]), 30)
  store.effects.settle(intend(2), { ...done, at: 40 })
  store.effects.settle(intend(3), { error, at: 41 })
  store.effects.doubt(intend(3, { at: 42 }), { error, at: 50 })
  store.effects.settle(intend(4), { ...done, dryRun: true })
  store.effects.settle(intend(5), { error, at: 44 })
  store.effects.settle(known, done)
  store.effects.settle(intend(8), done)
  expect(publishedSince(path, backup)).toEqual([
    { table: 'posts', id: 2, publishedAt: 40, isCertain: true },
    { table: 'posts', id: 3, publishedAt: 50, isCertain: false },
  ])
  expect(publishedSince(backup, backup)).toEqual([])
})

test('where one of them is no database, nobody can say', () => {
  const { path } = temporaryStore()
  const other = join(temporaryFolder(), 'other.db')
  writeFileSync(other, 'this is no database, however long it may be')
  expect(publishedSince(other, path)).toBeUndefined()
  expect(publishedSince(join(temporaryFolder(), 'nothing.db'), path)).toBeUndefined()
})
