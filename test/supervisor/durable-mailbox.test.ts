// Durable mailboxes: what is accepted is in the inbox store until it was handled, over restarts of actor and process.

import { expect, onTestFinished, test } from 'vitest'
import { fromCallback } from 'xstate'
import {
  type ActorSpec,
  type DeadLetter,
  type Delivered,
  type InboxStore,
  startSystem,
} from '../../supervisor/index.ts'
import { FakeClock, settle } from './fake-clock.ts'

/** A store in memory that outlives the systems of a test. */
function memoryInbox() {
  const waiting = new Map<string, { path: string; message: Delivered; attempts: number }>()
  const letters: DeadLetter[] = []
  const inbox: InboxStore = {
    append: (path, message) => void waiting.set(message.meta.id, { path, message, attempts: 0 }),
    load: (path) =>
      [...waiting.values()]
        .filter((each) => each.path === path)
        .map(({ message, attempts }) => ({ ...message, meta: { ...message.meta, attempt: attempts + 1 } })),
    attempt: (id) => {
      const found = waiting.get(id)
      if (found) found.attempts++
      return found !== undefined
    },
    ack: (id) => void waiting.delete(id),
    giveUp: (letter) => {
      waiting.delete(letter.id)
      letters.push(letter)
    },
    redrive: (id) => {
      const index = letters.findIndex((letter) => letter.id === id)
      if (index < 0) return undefined
      const [{ to, message }] = letters.splice(index, 1) as [DeadLetter]
      const again = { ...message, meta: { ...message.meta, attempt: 1 } }
      waiting.set(id, { path: to, message: again, attempts: 0 })
      return { to, message: again }
    },
    drop: (id) => letters.splice(letters.findIndex((letter) => letter.id === id) >>> 0, 1).length > 0,
  }
  return { inbox, waiting, letters }
}

/** One process: an actor that notes what it handles, and throws over messages of type `bad`. */
async function start(inbox: InboxStore, handled: string[]) {
  const clock = new FakeClock()
  const worker: ActorSpec = {
    id: 'worker',
    kind: 'bot',
    mailbox: { durable: true },
    redeliver: { maxAttempts: 2 },
    start: () => ({
      logic: fromCallback(({ receive }) => {
        receive((event) => {
          const { type, meta } = event as Delivered
          handled.push(`${type}#${meta.attempt}`)
          if (type === 'bad') throw new Error('It is bad.')
        })
      }),
    }),
  }
  const root = { id: '', strategy: 'one_for_one', intensity: 10, children: [worker] } as const
  const system = await startSystem(root, { clock, inbox })
  onTestFinished(() => system.stop())
  return system
}

test('a message that was accepted and not handled is handled by the next process', async () => {
  const { inbox, waiting } = memoryInbox()
  const handled: string[] = []
  const first = await start(inbox, handled)
  first.pause('/worker', { reason: 'test' })
  expect(first.tell('/worker', { type: 'a' })).toMatchObject({ accepted: true })
  first.tell('/worker', { type: 'b' })
  expect(waiting.size).toBe(2)
  await first.stop()
  expect(first.deadLetters()).toEqual([])
  await start(inbox, handled)
  await settle()
  expect(handled).toEqual(['a#1', 'b#1'])
  expect(waiting.size).toBe(0)
})

test('what is told to an actor that is stopping waits for its next life', async () => {
  const { inbox, waiting } = memoryInbox()
  const handled: string[] = []
  const first = await start(inbox, handled)
  await first.terminateChild('/', 'worker')
  expect(first.tell('/worker', { type: 'a' })).toMatchObject({ accepted: true })
  expect(waiting.size).toBe(1)
  await first.restartChild('/', 'worker')
  await settle()
  expect(handled).toEqual(['a#1'])
  expect(waiting.size).toBe(0)
})

test('attempts are counted over processes, and a message that spends them is a kept dead letter', async () => {
  const { inbox, waiting, letters } = memoryInbox()
  const handled: string[] = []
  const first = await start(inbox, handled)
  first.tell('/worker', { type: 'bad' })
  await settle()
  expect(handled).toEqual(['bad#1', 'bad#2'])
  expect(letters).toMatchObject([{ reason: 'poison', errors: [{ message: 'It is bad.' }, { message: 'It is bad.' }] }])
  expect(waiting.size).toBe(0)

  // One that was delivered twice by processes that ended over it is not delivered a third time.
  const message = { type: 'deadly', meta: { id: 'm', correlationId: 'm', sentAt: 0, attempt: 1 } }
  inbox.append('/worker', message)
  inbox.attempt('m')
  inbox.attempt('m')
  await first.stop()
  await start(inbox, handled)
  await settle()
  expect(handled).toHaveLength(2)
  expect(letters.map(({ id }) => id)).toContain('m')
})

test('a kept dead letter is sent again, also by another process', async () => {
  const { inbox, letters } = memoryInbox()
  const handled: string[] = []
  const first = await start(inbox, handled)
  first.tell('/worker', { type: 'bad' })
  await settle()
  await first.stop()
  const second = await start(inbox, handled)
  expect(second.redrive(letters[0]!.id)).toMatchObject({ accepted: true })
  await settle()
  expect(handled).toEqual(['bad#1', 'bad#2', 'bad#1', 'bad#2'])
})

test('a message that its sender took back is not delivered', async () => {
  const { inbox, waiting } = memoryInbox()
  const handled: string[] = []
  const system = await start(inbox, handled)
  system.tell('/worker', { type: 'a' })
  waiting.clear()
  system.tell('/worker', { type: 'b' })
  await settle()
  expect(handled).toEqual(['b#1'])
})

test('what the store throws reaches the sender, and nothing was accepted', async () => {
  const { inbox } = memoryInbox()
  const handled: string[] = []
  const full = () => {
    throw new Error('The disk is full.')
  }
  const system = await start({ ...inbox, append: full }, handled)
  expect(() => system.tell('/worker', { type: 'a' })).toThrow('full')
  await settle()
  expect(handled).toEqual([])
})

test('what is sent to somebody who is not there yet waits, where the store expects one', async () => {
  const { inbox, letters } = memoryInbox()
  const handled: string[] = []
  const early: ActorSpec = {
    id: 'early',
    kind: 'bot',
    start: (self) => {
      self.tell('/late', { type: 'a' })
      self.tell('/nobody', { type: 'b' })
      return { logic: fromCallback(() => {}) }
    },
  }
  const late: ActorSpec = {
    id: 'late',
    kind: 'bot',
    mailbox: { durable: true },
    start: () => ({
      logic: fromCallback(({ receive }) => receive((event) => void handled.push((event as Delivered).type))),
    }),
  }
  const system = await startSystem(
    { id: '', strategy: 'one_for_one', children: [early, late] },
    { clock: new FakeClock(), inbox: { ...inbox, expects: (path) => path === '/late' } },
  )
  onTestFinished(() => system.stop())
  await settle()
  expect(handled).toEqual(['a'])
  expect(letters.map(({ to, reason }) => [to, reason])).toEqual([['/nobody', 'unknown']])
})
