import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyFile } from '../../store/copy-file.ts'
import { openStore } from '../../store/open-store.ts'
import { answer, execution } from './fixtures.ts'
import { temporaryFolder, temporaryStore } from './temporary-store.ts'

const picture = { hash: 'a'.repeat(64), bytes: Buffer.from([0, 1, 2, 255]) }
const sound = { hash: 'b'.repeat(64), bytes: Buffer.alloc(2_000_000, 7) }

function ended(ids: readonly string[]) {
  const { store, query, path } = temporaryStore()
  for (const [index, id] of ids.entries()) {
    store.executions.begin(execution(id))
    store.journal.begin({ executionId: id, key: 'see', act: 'see', sequence: 0, at: 1 })
    store.journal.saveAnswer({ executionId: id, key: 'see' }, { prompt: 'p', answer: answer(), at: 2 })
    store.journal.complete({ executionId: id, key: 'see' }, { result: {}, at: 3 })
    store.executions.finish(id, { status: 'completed', at: 100 * (index + 1) })
  }
  return { store, query, path }
}

test('bytes are kept once, whoever sends them, and as they are', async () => {
  const { store, query } = ended(['A', 'B'])
  for (const id of ['A', 'A', 'B']) store.media.keep(id, picture)
  store.media.keep('B', sound)
  expect(store.media.read(picture.hash)).toEqual(picture.bytes)
  expect(store.media.read(sound.hash)).toEqual(sound.bytes)
  expect(store.media.read('c'.repeat(64))).toBeUndefined()
  await store.committed()
  expect(query('select hash from media order by hash')).toEqual([{ hash: picture.hash }, { hash: sound.hash }])
})

test('they go with the last execution that has sent them', () => {
  const { store } = ended(['A', 'B'])
  store.media.keep('A', picture)
  store.media.keep('B', picture)
  store.media.keep('A', sound)
  store.maintenance.prune({ at: 150, now: 400 })
  expect(store.media.read(picture.hash)).toEqual(picture.bytes)
  expect(store.media.read(sound.hash)).toBeUndefined()
  store.maintenance.prune({ at: 250, now: 400 })
  expect(store.media.read(picture.hash)).toBeUndefined()
})

test('an execution that goes on from another one keeps what that one has sent', () => {
  const { store } = ended(['A'])
  store.media.keep('A', picture)
  store.executions.begin(execution('B'))
  store.journal.begin({ executionId: 'A', key: 'tell', act: 'tell', sequence: 1, at: 4 })
  store.journal.takeOver('A', 'B', 'tell', 5)
  store.maintenance.prune({ at: 150, now: 400 })
  expect(store.executions.list().map(({ id }) => id)).toEqual(['B'])
  expect(store.media.read(picture.hash)).toEqual(picture.bytes)
})

test('a backup holds them', async () => {
  const { store, path: original } = ended(['A'])
  store.media.keep('A', sound)
  const path = join(temporaryFolder(), 'backup.db')
  await store.committed()
  copyFile(original, path)
  using copy = openStore(path)
  expect(copy.media.read(sound.hash)).toEqual(sound.bytes)
})
