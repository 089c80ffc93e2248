// A process to be killed: works on the store at argv[2] as argv[3] says, and tells each step on stdout.

import { writeSync } from 'node:fs'
import { openStore } from '../../store/open-store.ts'
import { answer, execution, posts } from './fixtures.ts'

const [, , path = '', mode = ''] = process.argv
const store = openStore(path)
const tell = (line: string): void => void writeSync(1, `${line}\n`)

if (mode === 'open') {
  store.state.set(`opened by ${process.pid}`, 'yes', 1)
  store.close()
  tell('opened')
}

if (mode === 'answer') {
  store.executions.begin(execution('E1', { bot: 'writer' }))
  const act = { executionId: 'E1', key: 'write' }
  store.journal.begin({ ...act, act: 'write', sequence: 0, at: 1 })
  store.journal.saveAnswer(act, { prompt: 'p', answer: answer({ text: 'paid for' }), at: 2 })
  store.effects.intend({
    key: 'E1/write/0',
    executionId: 'E1',
    act: 'write',
    platform: 'discord',
    command: 'messages.send',
    args: {},
    at: 3,
  })
  store.mailbox.append({ id: 'm1', to: '/bots/writer', message: { type: 'bot.run' }, at: 4 })
  tell('answered')
  setInterval(() => {}, 1000) // until it is killed
}

if (mode === 'complete') {
  store.executions.begin(execution('E1'))
  store.content.insert(
    posts(
      Array.from({ length: 500 }, () => ({ idea: 'i' })),
      { table: 'ideas' },
    ),
    1,
  )
  for (let index = 1; index <= 500; index++) {
    const act = { executionId: 'E1', key: `act-${index}` }
    store.journal.begin({ ...act, act: 'a', sequence: index, at: 1 })
    store.journal.saveAnswer(act, { prompt: 'p', answer: answer(), at: 2 })
    const rows = posts(
      Array.from({ length: 20 }, () => ({ title: act.key })),
      { act: act.key },
    )
    store.journal.complete(act, { result: {}, rows, pulled: [{ table: 'ideas', ids: [index] }], at: 3 })
    await store.committed()
    tell(act.key)
  }
}

if (mode === 'collect') {
  for (let round = 0; round < 200; round++) {
    store.content.insert(posts([{ [`key_${round % 20}`]: 'x' }], { table: `table_${round % 10}` }), 1)
    store.content.select({ table: `table_${round % 10}`, where: `id > ${round}` }, 1)
    openStore(path).close()
    globalThis.gc?.()
  }
  store.close()
  tell(`collected ${typeof globalThis.gc}`)
}
