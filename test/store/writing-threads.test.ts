// Several threads that write to one file at the same time, as bots in threads do beside the server: whatever one of them
// is told of a locked file, nothing is lost, nothing is there twice, and the order of each is kept.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { temporaryStore } from './temporary-store.ts'
import type { Writing, Written } from './writing-thread.ts'

const MESSAGES = 200

async function startWriting(writing: Writing): Promise<Written> {
  const worker = new Worker(new URL('./writing-thread.ts', import.meta.url), { workerData: writing })
  const [written] = (await once(worker, 'message')) as [Written]
  await worker.terminate()
  return written
}

test('nothing is lost and the order is kept, though the file is locked again and again', {
  timeout: 60_000,
}, async () => {
  const { store, path } = temporaryStore({ busyTimeoutMs: 10_000 })
  const names = ['atOnce', 'atOnce', 'group', 'group'] as const
  const threads = names.map((as, n) => startWriting({ path, to: `/bots/${as}-${n}`, as, messages: MESSAGES }))
  const hog = startWriting({ path, to: '/hog', as: 'hog', messages: 0 })
  // The server writes as well, in commits that all of one turn share.
  for (let n = 0; n < MESSAGES; n++) {
    store.mailbox.append({
      id: `server-${n}`,
      to: '/bots/server',
      message: { type: 'note', meta: { id: `${n}` } },
      at: n,
    })
    if (n % 20 === 19) await store.committed()
  }
  const written = await Promise.all(threads)
  await hog
  await store.committed()
  const inOrder = (name: string) => Array.from({ length: MESSAGES }, (_, n) => `${name}-${n}`)
  for (const [n, as] of names.entries()) {
    const to = `/bots/${as}-${n}`
    expect(store.mailbox.load(to).map(({ id }) => id)).toEqual(inOrder(to))
  }
  expect(store.mailbox.load('/bots/server').map(({ id }) => id)).toEqual(inOrder('server'))
  expect(written.reduce((sum, { busy }) => sum + busy, 0)).toBeGreaterThan(0)
})
