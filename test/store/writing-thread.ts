// A thread to write to a store together with others. As `workerData` says it appends messages, as a bot's thread does
// (`atOnce`) or in shared commits, or it holds the lock of the file for a while, again and again.

import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { openStore } from '../../store/open-store.ts'
import { StoreError } from '../../store/store-error.ts'

export interface Writing {
  readonly path: string
  /** Its name, also the address of its messages. */
  readonly to: string
  readonly as: 'atOnce' | 'group' | 'hog'
  readonly messages: number
}

export interface Written {
  /** How often the file was locked by another. */
  readonly busy: number
}

const { path, to, as, messages } = workerData as Writing
const sleeper = new Int32Array(new SharedArrayBuffer(4))
const sleep = (ms: number) => void Atomics.wait(sleeper, 0, 0, ms)

function hog(): number {
  const connection = new Database(path, { timeout: 5_000 })
  for (let n = 0; n < 20; n++) {
    connection.exec('begin immediate')
    sleep(25)
    connection.exec('commit')
    sleep(10)
  }
  connection.close()
  return 0
}

async function write(): Promise<number> {
  let busy = 0
  const store = untilFree(() => openStore(path, { commitAtOnce: as === 'atOnce', busyTimeoutMs: 5 }))
  for (let n = 0; n < messages; n++) {
    const id = `${to}-${n}`
    untilFree(() => store.mailbox.append({ id, to, message: { type: 'note', meta: { id } }, at: n }))
    if (n % 8 === 7) await store.committed()
  }
  await store.committed()
  store.close()
  return busy

  function untilFree<T>(work: () => T): T {
    for (;;) {
      try {
        return work()
      } catch (error) {
        if (!(error instanceof StoreError && error.code === 'store-busy')) throw error
        busy++
        sleep(1)
      }
    }
  }
}

parentPort!.postMessage({ busy: as === 'hog' ? hog() : await write() } satisfies Written)
