// The end of a machine's work, told to an actor that may have ended by then.

import { expect, onTestFinished, test, vi } from 'vitest'
import { assign, createActor, setup } from 'xstate'
import { sendEnd, throwError, type WorkFailed } from '../../actors/send-end.ts'

type Done = { readonly type: 'done'; readonly text: string }

function machineOf(work: () => Promise<string>) {
  return setup({
    types: { context: {} as { readonly text: string }, events: {} as Done | WorkFailed },
    actions: {
      begin: ({ self }) => sendEnd(self, work(), (text): Done => ({ type: 'done', text })),
      throwError,
    },
  }).createMachine({
    context: { text: '' },
    initial: 'working',
    states: {
      working: {
        entry: 'begin',
        on: {
          done: { target: 'ended', actions: assign(({ event }) => ({ text: event.text })) },
          'work.failed': { actions: 'throwError' },
        },
      },
      ended: { type: 'final' },
    },
  })
}

test('what came of the work is an event', async () => {
  const actor = createActor(machineOf(async () => 'bread')).start()
  await vi.waitFor(() => expect(actor.getSnapshot().status).toBe('done'))
  expect(actor.getSnapshot().context.text).toBe('bread')
})

test('work that failed ends the actor with its error', async () => {
  const actor = createActor(machineOf(() => Promise.reject(new Error('no oven'))))
  const heard = new Promise((resolve) => actor.subscribe({ error: resolve }))
  actor.start()
  expect(await heard).toMatchObject({ message: 'no oven' })
})

test.for(['resolve', 'reject'] as const)(
  'an actor that was stopped hears nothing, and nobody is warned: %s',
  async (how) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const work = Promise.withResolvers<string>()
    const actor = createActor(machineOf(() => work.promise)).start()
    actor.stop()
    work[how]('too late')
    await work.promise.catch(() => {})
    await Promise.resolve()
    expect(warn).not.toHaveBeenCalled()
  },
)
