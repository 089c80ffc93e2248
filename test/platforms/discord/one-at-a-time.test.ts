import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { oneAtATime } from '../../../platforms/discord/one-at-a-time.ts'

test('of many in several threads one is at work at a time, and all have their turn', async () => {
  const memory = new SharedArrayBuffer(8)
  const [atWork, crowded] = [0, 1]
  const counts = new Int32Array(memory)
  const threads = [1, 2].map(() => new Worker(new URL('./locking-thread.ts', import.meta.url), { workerData: memory }))
  const work = () =>
    oneAtATime(['shared'], new AbortController().signal, async () => {
      if (Atomics.add(counts, atWork, 1) > 0) Atomics.add(counts, crowded, 1)
      await new Promise((resolve) => setImmediate(resolve))
      Atomics.sub(counts, atWork, 1)
    })
  const ends = threads.map((thread) => new Promise((resolve) => thread.once('exit', resolve)))
  await Promise.all([...Array.from({ length: 10 }, work), ...ends])
  expect([...counts]).toEqual([0, 0])
})

test('who fails gives the turn to the next', async () => {
  const { signal } = new AbortController()
  const failing = oneAtATime(['failing'], signal, () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  expect(await oneAtATime(['failing'], signal, async () => 'next')).toBe('next')
})
