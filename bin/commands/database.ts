// backup, restore, db check, db migrate, db vacuum, retention apply: care of the project's database file.

import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { boundsOf } from '../../actors/upkeep.ts'
import type { Config } from '../../config/config.ts'
import { openControl } from '../../console/control.ts'
import { BotticelliError } from '../../errors.ts'
import { copyFile, flush } from '../../store/copy-file.ts'
import { inspectFile, inspectVersion, migrationsOf } from '../../store/inspect-file.ts'
import { ownDatabase } from '../../store/own-database.ts'
import { type PublishedRow, publishedSince } from '../../store/published-since.ts'
import { setAside } from '../../store/set-aside.ts'
import type { Maintenance, Prunable } from '../../store/store.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { isoTime, plural, withIsoTimes } from '../figures.ts'
import type { Io } from '../io.ts'
import { readStore, withStore } from '../project.ts'
import { table } from '../table.ts'

/** Whole, while others go on; looked through before it counts. */
export const backup: Run = async (options, io) => {
  const { config } = io.configInPart()
  needDatabase(config)
  const named = options.args[0]
  const file = resolve(
    io.cwd,
    named ?? join(makeFolder(join(config.stateDir, 'backups')), `botticelli-${stampOf(io)}.db`),
  )
  if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory()) {
    const fix = 'Make it first, or name a file in another one.'
    throw new BotticelliError('not-found', `There is no folder ${dirname(file)}.`, { fix })
  }
  if (existsSync(file)) {
    const message = `${file} exists already, it was not overwritten.`
    throw new BotticelliError('file-exists', message, { fix: 'Name another file, or remove this one.' })
  }
  copyFile(config.database, file)
  inspectFile(file)
  if (io.json) io.printJson({ file })
  else io.print(file)
  return EXIT.ok
}

/** Only where no server runs. What was there is kept beside it. */
export const restore: Run = async (options, io) => {
  const { config } = io.config()
  const file = resolve(io.cwd, options.args[0] ?? '')
  const stats = statSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile()) {
    throw new BotticelliError('file-read', stats === undefined ? `There is no file ${file}.` : `${file} is no file.`)
  }
  const name = basename(config.root)
  if (options.text('confirm') !== name) {
    const fix = `If that is meant: botticelli restore ${options.args[0]} --confirm ${name}`
    throw new BotticelliError('confirmation-missing', `The database of ${config.root} would be replaced.`, { fix })
  }
  await using _lock = await openControl(config.stateDir, {})
  using _owned = ownDatabase(config.database)
  mkdirSync(dirname(config.database), { recursive: true })
  const incoming = `${config.database}.incoming`
  takeIn(file, incoming)
  const kept = existsSync(config.database) ? `${config.database}.before-${stampOf(io)}` : undefined
  const published = kept === undefined ? undefined : publishedSince(config.database, incoming)
  if (kept !== undefined) setAside(config.database, kept)
  renameSync(incoming, config.database)
  flush(dirname(config.database))
  const told = { restored: config.database, kept: kept ?? null, publishedSince: published ?? null }
  if (io.json) io.printJson(withIsoTimes(told))
  else {
    io.print(`${config.database} is what ${file} was.`)
    if (kept !== undefined) io.remark(`What it was before is in ${kept}.`)
    warnOfPublished(published, config, io)
  }
  return EXIT.ok
}

/** What was published after the backup was made is not in it. */
function warnOfPublished(published: readonly PublishedRow[] | undefined, config: Config, io: Io): void {
  if (published === undefined) {
    io.remark(
      'What was published after that backup is not in it, and would be published again: before you serve, look at',
    )
    io.remark(`what waits: botticelli content list --table ${config.pipeline.approved} --status pending`)
    return
  }
  if (published.length === 0) {
    io.remark('Nothing that waits in it was published since, as far as the database knows that was there before.')
    return
  }
  const doubtful = published.filter(({ isCertain }) => !isCertain).length
  const unsure = doubtful === 0 ? '' : `, ${doubtful} of them perhaps`
  io.remark(
    `Since that backup ${plural(published.length, 'row')} that wait in it were published${unsure}, and would be again. Before`,
  )
  io.remark('you serve, take them out:')
  for (const [table, rows] of Map.groupBy(published, ({ table }) => table)) {
    const ids = rows.map(({ id }) => id).join(' ')
    io.remark(`botticelli content reject --table ${table} ${ids} --note "published before the restore"`)
  }
}

/** @throws BotticelliError for a file that is not to be restored */
function takeIn(file: string, incoming: string): void {
  rmSync(incoming, { force: true })
  try {
    copyFile(file, incoming)
    inspectFile(incoming)
    inspectVersion(incoming)
  } catch (error) {
    rmSync(incoming, { force: true })
    if (!(error instanceof BotticelliError) || NOT_THE_FILE.includes(error.code)) throw error
    const fix =
      'Nothing was changed. Restore a file that "botticelli backup" has made with this version or an older one.'
    throw new BotticelliError(error.code, error.message.replaceAll(incoming, file), { cause: error.cause, fix })
  }
}

/** Of a copy that could not be made, however good the file is. */
const NOT_THE_FILE: readonly string[] = ['store-full', 'store-open']

export const dbCheck: Run = async (_, io) => {
  const { config } = io.configInPart()
  needDatabase(config)
  const found = await readStore(config, undefined, (store) => ({
    damages: store.maintenance.check(),
    sizes: store.maintenance.sizes(),
  }))
  const { damages = [], sizes } = found ?? {}
  if (io.json) io.printJson({ ok: damages.length === 0, damages, ...sizes })
  else if (damages.length === 0) io.print(`${config.database} is whole, ${shownBytes(sizes?.databaseBytes ?? 0)}.`)
  else for (const line of damages) io.print(line)
  return damages.length === 0 ? EXIT.ok : EXIT.failed
}

/** Opening it is what migrates. */
export const dbMigrate: Run = async (_, io) => {
  const { config } = io.configInPart()
  needDatabase(config)
  const before = migrationsOf(config.database)
  const all = await withStore(config, [], (store) => store.maintenance.migrations())
  const migrations = all.map((one) => ({ ...one, isNew: !before.includes(one.number) }))
  if (io.json) io.printJson(migrations)
  else {
    for (const { number, name, isNew } of migrations) io.print(`${number}  ${name}${isNew ? '  done now' : ''}`)
    const done = migrations.filter(({ isNew }) => isNew).length
    io.remark(done === 0 ? 'Nothing was to be done.' : `${plural(done, 'migration')} done now.`)
  }
  return EXIT.ok
}

export const dbVacuum: Run = async (_, io) => {
  const { config } = io.configInPart()
  needDatabase(config)
  await using _lock = await openControl(config.stateDir, {})
  using _owned = ownDatabase(config.database)
  const sizes = await withStore(config, undefined, (store) => {
    const before = store.maintenance.sizes().databaseBytes
    store.maintenance.compact()
    return { before, after: store.maintenance.sizes().databaseBytes }
  })
  if (io.json) io.printJson(sizes)
  else io.print(`${shownBytes(sizes?.before ?? 0)} before, ${shownBytes(sizes?.after ?? 0)} now.`)
  return EXIT.ok
}

/** Forgets what the server would forget by itself within the hour. */
export const retentionApply: Run = async (options, io) => {
  const { config } = io.config()
  needDatabase(config)
  const { retention } = config
  const recordsMs = options.number('older-than') ?? retention.recordsMs
  const now = io.now()
  const bounds = boundsOf({ ...retention, recordsMs }, now)
  const isDry = options.isSet('dry-run')
  const counts = isDry
    ? await readStore(config, NOTHING, ({ maintenance }) => maintenance.prunable(bounds))
    : await withStore(config, NOTHING, ({ maintenance }) => forget(maintenance, { ...bounds, now }))
  const records = Object.values(counts).reduce((sum, one) => sum + one, 0)
  const before = isoTime(bounds.at)
  if (io.json) io.printJson({ dryRun: isDry, before, records, ...counts })
  else {
    io.print(`${plural(records, 'record')} of before ${before} ${isDry ? 'would be' : 'were'} forgotten.`)
    const rows = KINDS.filter(([kind]) => counts[kind] > 0).map(([kind, name]) => [name, String(counts[kind])])
    for (const line of rows.length === 0 ? [] : table(['KIND', 'RECORDS'], rows, io)) io.print(line)
  }
  return EXIT.ok
}

function forget(maintenance: Maintenance, bounds: Parameters<Maintenance['prune']>[0]): Prunable {
  const gone = { ...NOTHING }
  // To the last one: a piece is small where records are not in the order of their times.
  for (let some = 1; some > 0; ) {
    const piece = maintenance.prune(bounds)
    some = 0
    for (const [kind] of KINDS) {
      gone[kind] += piece[kind]
      some += piece[kind]
    }
  }
  return gone
}

const KINDS: readonly (readonly [keyof Prunable, string])[] = [
  ['executions', 'runs'],
  ['deadLetters', 'dead letters'],
  ['answers', 'cached answers'],
  ['generations', 'records of generations'],
  ['events', 'events'],
  ['ledger', 'lines of the ledger'],
  ['reviews', 'reviews'],
  ['audit', 'lines of the audit'],
  ['content', 'rows of content'],
]

const NOTHING = Object.fromEntries(KINDS.map(([kind]) => [kind, 0])) as Record<keyof Prunable, number>

function makeFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true })
    return path
  } catch (cause) {
    throw new BotticelliError('state-not-writable', `The folder ${path} cannot be made.`, { cause })
  }
}

function needDatabase({ database }: Config): void {
  if (existsSync(database)) return
  const fix = 'The first run makes it: botticelli run FILE, or botticelli serve. For a project elsewhere: -C DIR'
  throw new BotticelliError('not-found', `There is no database ${database} yet.`, { fix })
}

function stampOf(io: Io): string {
  return new Date(io.now()).toISOString().replaceAll(/[:.]/g, '-')
}

function shownBytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
