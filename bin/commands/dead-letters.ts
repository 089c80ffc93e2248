// dead-letters list, show, redrive, drop: messages that were given up, and what a person does about them.

import type { Config } from '../../config/config.ts'
import { askServer } from '../../console/control.ts'
import { operatorName } from '../../console/operator.ts'
import { BotticelliError } from '../../errors.ts'
import type { Store, StoredDeadLetter } from '../../store/store.ts'
import type { Options, Run } from '../command.ts'
import type { ChangeAnswer } from '../engine-routes.ts'
import { reportError } from '../error-report.ts'
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts'
import { ago, grouped, isoTime, plural } from '../figures.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../parse.ts'
import { oneLine, plainText } from '../plain-text.ts'
import { readStore, withStore } from '../project.ts'
import { table } from '../table.ts'

export const deadLettersList: Run = async (options, io) => {
  const { config } = io.configInPart()
  const filter = { limit: options.number('limit') ?? 20 }
  const { letters, count } = await readStore(config, { letters: [], count: 0 }, ({ deadLetters }) => {
    return { letters: deadLetters.list(filter), count: deadLetters.count() }
  })
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
    const older = count > letters.length ? `${grouped(count - letters.length)} older ones are not shown. ` : ''
    io.remark(`\n${older}Send one again: botticelli dead-letters redrive ID`)
  }
  return EXIT.ok
}

export const deadLettersShow: Run = async (options, io) => {
  const { config } = io.configInPart()
  const id = options.args[0] ?? ''
  const letter = await readStore(config, undefined, (store) => findLetter(store, id))
  if (letter === undefined) throw absent(id)
  if (io.json) io.printJson(letterJson(letter))
  else {
    io.print(`${io.paint('bold', letter.id)}  to ${letter.to} · ${letter.reason} · ${ago(letter.at, io.now())}`)
    io.print(plainText(JSON.stringify(letter.message, null, 2)))
    for (const { code, message } of letter.errors) io.print(`${code ?? 'error'}: ${plainText(message)}`)
  }
  return EXIT.ok
}

/** A running server sends it itself, so that its actor gets it at once; else it waits for the next start of its bot. */
export const deadLettersRedrive: Run = (options, io) =>
  eachLetter('redriven', options, io, async (store, { id, to }, config) => {
    const answer = await askServer<ChangeAnswer>(config.stateDir, 'POST', `/v1/dead-letters/redrive?id=${id}`)
    if (answer?.done) return undefined
    const name = /^\/bots\/([^/]+)$/.exec(to)?.[1]
    const bot = config.bots.find((one) => one.name === name)
    if (name !== undefined && bot === undefined) throw unknownBot(id, name, config)
    store.deadLetters.redrive(id, { by: operatorName(), at: io.now() })
    if (bot?.enabled === false) return `waits until ${name} is enabled`
    return answer === undefined ? 'waits until the server is started' : `waits until ${to} runs`
  })

export const deadLettersDrop: Run = (options, io) =>
  eachLetter('dropped', options, io, (store, { id }) => {
    store.deadLetters.drop(id, { by: operatorName(), at: io.now() })
    return undefined
  })

/** @returns what a person should know of it. @throws BotticelliError why it is not changed */
type Change = (
  store: Store,
  letter: StoredDeadLetter,
  config: Config,
) => Promise<string | undefined> | string | undefined

async function eachLetter(what: string, options: Options, io: Io, change: Change): Promise<ExitCode> {
  const all = options.isSet('all')
  if (!all && options.args.length === 0)
    throw new UsageError('No dead letter is named.', 'Give an ID, or --all.', io.globals)
  const { config } = io.configInPart()
  const ids = all
    ? await readStore(config, [], (store) =>
        store.deadLetters
          .list()
          .map(({ id }) => id)
          .toReversed(),
      )
    : [...new Set(options.args)]
  if (ids.length > 1 && !(await io.confirm(`${plural(ids.length, 'dead letter')} will be ${what}. Go on?`))) {
    return EXIT.stopped
  }
  const outcomes = await withStore(
    config,
    ids.map((id): Outcome => ({ id, error: absent(id) })),
    async (store) => {
      const made: Outcome[] = []
      for (const id of ids) made.push(await changeOne(store, id, (letter) => change(store, letter, config)))
      return made
    },
  )
  const done = outcomes.filter(({ error }) => error === undefined)
  if (io.json) io.printJson({ [what]: done.map(({ id }) => id) })
  else if (ids.length === 0) io.remark('No dead letters.')
  for (const { id, error, note } of outcomes) {
    if (error !== undefined) await reportError(error, io)
    else if (!io.json) io.print(`${id}  ${what}${note === undefined ? '' : `, ${note}`}`)
  }
  const [first] = outcomes
  if (done.length === outcomes.length) return EXIT.ok
  return done.length > 0 ? EXIT.partial : exitCodeOf(first?.error?.code)
}

/** By its id or how that begins. @throws BotticelliError `not-found`, also when several are meant */
function findLetter(store: Store, id: string): StoredDeadLetter {
  const exact = store.deadLetters.find(id)
  if (exact !== undefined) return exact
  const matches = store.deadLetters.list().filter((one) => one.id.startsWith(id))
  if (matches.length === 1) return matches[0]!
  if (matches.length === 0) throw absent(id)
  const some = matches.slice(0, 3).map((one) => one.id)
  throw new BotticelliError('not-found', `"${id}" is the beginning of ${plural(matches.length, 'dead letter')}.`, {
    fix: `Write more of it: ${some.join(', ')}`,
  })
}

interface Outcome {
  readonly id: string
  readonly note?: string | undefined
  readonly error?: BotticelliError
}

async function changeOne(
  store: Store,
  id: string,
  change: (letter: StoredDeadLetter) => ReturnType<Change>,
): Promise<Outcome> {
  try {
    const letter = findLetter(store, id)
    return { id: letter.id, note: await change(letter) }
  } catch (error) {
    if (!(error instanceof BotticelliError)) throw error
    return { id, error }
  }
}

function unknownBot(id: string, bot: string, { bots }: Config): BotticelliError {
  const known = bots.length === 0 ? '' : ` There is ${bots.map(({ name }) => name).join(', ')}.`
  return new BotticelliError(
    'not-found',
    `The dead letter ${id} is for the bot "${bot}", which is not configured.${known}`,
    {
      fix: `Add [bots.${bot}] to botticelli.toml, or give the message up: botticelli dead-letters drop ${id}`,
    },
  )
}

function absent(id: string): BotticelliError {
  return new BotticelliError('not-found', `There is no dead letter "${id}".`, {
    fix: 'List what there is with "botticelli dead-letters list".',
  })
}

function letterJson({ at, ...letter }: StoredDeadLetter) {
  return { ...letter, at: isoTime(at) }
}
