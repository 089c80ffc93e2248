// What kill -9 leaves behind (P1, P2, P3), with real processes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../store/open-store.ts'
import { answer } from './fixtures.ts'
import { temporaryFolder } from './temporary-store.ts'

const PROCESS = fileURLToPath(new URL('./crashing-process.ts', import.meta.url))

/** Runs until the given number of lines was told, then kills without a warning. */
async function killAfter(path: string, mode: string, lines: number): Promise<void> {
  const child = spawn(process.execPath, [PROCESS, path, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  let told = 0
  for await (const _ of createInterface(child.stdout)) {
    told++
    if (told === lines) child.kill('SIGKILL')
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
}

test('an answer, an intent and a message that were taken are there after kill -9', async () => {
  const path = join(temporaryFolder(), 'store.db')
  await killAfter(path, 'answer', 1)
  using store = openStore(path)
  expect(store.executions.unfinished('writer').map(({ id }) => id)).toEqual(['E1'])
  expect(store.journal.begin({ executionId: 'E1', key: 'write', act: 'write', sequence: 0, at: 9 })).toMatchObject({
    status: 'answered',
    attempts: 2,
    answer: answer({ text: 'paid for' }),
  })
  expect(store.ledger.totals()).toMatchObject({ calls: 1, costUsd: 0.25 })
  expect(store.effects.list('E1')).toMatchObject([{ key: 'E1/write/0', status: 'intended' }])
  expect(store.mailbox.load('/bots/writer')).toMatchObject([{ id: 'm1', attempts: 0 }])
  expect(store.maintenance.check()).toEqual([])
})

test.for([1, 7, 40])('a process killed after %i acts has stored each whole or not at all', async (lines) => {
  const path = join(temporaryFolder(), 'store.db')
  await killAfter(path, 'complete', lines)
  using store = openStore(path)
  const completed = store.journal.acts('E1').filter(({ status }) => status === 'completed')
  expect(completed.length).toBeGreaterThanOrEqual(lines)
  const rows = store.content.list({ table: 'posts', limit: 100_000 })
  expect(rows).toHaveLength(completed.length * 20)
  expect(new Set(rows.map(({ act }) => act))).toEqual(new Set(completed.map(({ key }) => key)))
  expect(store.content.list({ table: 'ideas', limit: 1000 })).toHaveLength(500 - completed.length)
  expect(store.maintenance.check()).toEqual([])
})

test('of several processes that open a new database at once, all can', async () => {
  const path = join(temporaryFolder(), 'deep', 'down', 'store.db')
  const exits = Array.from({ length: 4 }, async () => {
    const child = spawn(process.execPath, [PROCESS, path, 'open'], { stdio: ['ignore', 'ignore', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const said = text(child.stderr)
    const [code] = await once(child, 'exit')
    return { code, said: await said }
  })
  expect(await Promise.all(exits)).toEqual(exits.map(() => ({ code: 0, said: '' })))
  using store = openStore(path)
  expect(store.state.keys()).toHaveLength(4)
})

// better-sqlite3 before 13 aborted in the garbage collector of Node 24.19 and later.
test('statements and connections survive the garbage collector', async () => {
  const path = join(temporaryFolder(), 'store.db')
  const child = spawn(process.execPath, ['--expose-gc', PROCESS, path, 'collect'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = text(child.stdout)
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await said).toBe('collected function\n')
})
