// The watching thread of loop-watchdog.ts. It owns no timers: it sleeps on shared memory, so that nothing delays it.

import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

const CHECK_MS = 4
const { shared, limitMs, hardLimitMs, lastWordsFd } = workerData as {
  shared: SharedArrayBuffer
  limitMs: number
  hardLimitMs?: number
  lastWordsFd?: number
}
const words = new Int32Array(shared, 0, 2)
const bytes = new Uint8Array(shared, 8)
const sleeper = new Int32Array(new SharedArrayBuffer(4))

let beat = Atomics.load(words, 0)
let beatAt = performance.now()
let reported = false

for (;;) {
  Atomics.wait(sleeper, 0, 0, CHECK_MS)
  const now = performance.now()
  const current = Atomics.load(words, 0)
  if (current !== beat || current === 0) {
    beat = current
    beatAt = now
    reported = false
    continue
  }
  const silentMs = now - beatAt
  if (silentMs >= limitMs && !reported) {
    reported = true
    parentPort?.postMessage({ path: currentPath(), noticedAfterMs: silentMs })
  }
  if (hardLimitMs === undefined || silentMs < hardLimitMs) continue
  const lastWords = JSON.stringify({
    event: 'event-loop-blocked',
    path: currentPath(),
    blockedMs: Math.round(silentMs),
  })
  if (lastWordsFd !== undefined) writeSync(lastWordsFd, `${lastWords}\n`)
  process.kill(process.pid, 'SIGKILL')
}

function currentPath(): string | undefined {
  const length = Atomics.load(words, 1)
  // A copy: text is not decoded out of shared memory.
  return length === 0 ? undefined : new TextDecoder().decode(bytes.slice(0, length))
}
