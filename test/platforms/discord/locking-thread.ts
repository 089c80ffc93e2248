// Takes its turn ten times, from a thread of its own.

import { workerData } from 'node:worker_threads'
import { oneAtATime } from '../../../platforms/discord/one-at-a-time.ts'

const [atWork, crowded] = [0, 1]
const counts = new Int32Array(workerData)
for (let turn = 0; turn < 10; turn++) {
  await oneAtATime(['shared'], new AbortController().signal, async () => {
    if (Atomics.add(counts, atWork, 1) > 0) Atomics.add(counts, crowded, 1)
    await new Promise((resolve) => setImmediate(resolve))
    Atomics.sub(counts, atWork, 1)
  })
}
