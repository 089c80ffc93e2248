// dead-letters list, show, redrive, drop: messages that were given up, and what a person does about them.

import { userInfo } from 'node:os'
import { askServer } from '../../console/control.ts'
import { BotticelliError } from '../../errors.ts'
import type { Store, StoredDeadLetter } from '../../store/store.ts'
import type { Options, Run } from '../command.ts'
import type { ChangeAnswer } from '../engine-routes.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { ago, isoTime, plural } from '../figures.ts'
import type { Io } from '../io.ts'
import { oneLine, plainText } from '../plain-text.ts'
import { withStore } from '../project.ts'
import { table } from '../table.ts'

export const deadLettersList: Run = async (options, io) => {
  const { config } = io.config()
  const filter = { limit: options.number('limit') ?? 20 }
  const letters = await withStore(config, [], (store) => store.deadLetters.list(filter))
  if (io.json) io.printJson(letters.map(letterJson))
  else if (letters.length === 0) io.remark('No dead letters.')
  else {
    const cells = letters.map(({ id, to, message, reason, errors, at }) => [
      id,
      ago(at, io.now()),
      to,
      String(message.type),
      reason,
      oneLine(errors.at(-1)?.message ?? '-', 60),
    ])
    for (const line of table(['ID', 'WHEN', 'TO', 'MESSAGE', 'REASON', 'LAST ERROR'], cells, io)) io.print(line)
    io.remark('\nSend one again: botticelli dead-letters redrive ID')
  }
  return EXIT.ok
}

export const deadLettersShow: Run = async (options, io) => {
  const { config } = io.config()
  const id = options.args[0] ?? ''
  const letter = await withStore(config, undefined, (store) => store.deadLetters.find(id))
  if (letter === undefined) throw absent(id)
  if (io.json) io.printJson(letterJson(letter))
  else {
    io.print(`${io.paint('bold', letter.id)}  to ${letter.to} · ${letter.reason} · ${ago(letter.at, io.now())}`)
    io.print(plainText(JSON.stringify(letter.message, null, 2)))
    for (const { code, message } of letter.errors) io.print(`${code ?? 'error'}: ${plainText(message)}`)
  }
  return EXIT.ok
}

/** A running server sends it itself, so that its actor gets it at once; without one it waits for the next start. */
export const deadLettersRedrive: Run = (options, io) =>
  eachLetter('redriven', options, io, async (store, id, { config }) => {
    const answer = await askServer<ChangeAnswer>(config.stateDir, 'POST', `/v1/dead-letters/redrive?id=${id}`)
    if (answer === undefined) store.deadLetters.redrive(id, { by: userInfo().username, at: io.now() })
    return answer?.done !== false
  })

export const deadLettersDrop: Run = (options, io) =>
  eachLetter('dropped', options, io, (store, id) => {
    store.deadLetters.drop(id, { by: userInfo().username, at: io.now() })
    return true
  })

type Change = (store: Store, id: string, loaded: ReturnType<Io['config']>) => boolean | Promise<boolean>

async function eachLetter(what: string, options: Options, io: Io, change: Change): Promise<ExitCode> {
  const loaded = io.config()
  const { config } = loaded
  const ids = await withStore(config, options.args, (store) =>
    options.isSet('all') ? store.deadLetters.list().map(({ id }) => id) : options.args,
  )
  if (ids.length > 1 && !(await io.confirm(`${plural(ids.length, 'dead letter')} will be ${what}. Go on?`))) {
    return EXIT.stopped
  }
  const changed = await withStore(config, [] as string[], async (store) => {
    const done: string[] = []
    for (const id of ids) {
      if (store.deadLetters.find(id) !== undefined && (await change(store, id, loaded))) done.push(id)
    }
    return done
  })
  if (io.json) io.printJson({ [what]: changed })
  else for (const id of changed) io.print(`${id}  ${what}`)
  if (changed.length === ids.length) return EXIT.ok
  if (changed.length > 0) return EXIT.partial
  throw absent(ids.join(', '))
}

function absent(id: string): BotticelliError {
  return new BotticelliError('not-found', `There is no dead letter "${id}".`, {
    fix: 'List what there is with "botticelli dead-letters list".',
  })
}

function letterJson({ at, ...letter }: StoredDeadLetter) {
  return { ...letter, at: isoTime(at) }
}
