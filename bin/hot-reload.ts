// Hot reload: a running server takes over what was changed in its configuration and its narratives.
//
//   H1. All is read and checked before anything changes. One fault, and everything goes on as it was (P7).
//   H2. One reload at a time. What was asked for meanwhile comes after it.
//   H3. A file that is gone, or that somebody has emptied, is a fault: it may be about to be written anew.
//   H4. Each attempt is logged, counted, and told by `status` until the next one.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RosterChange } from '../actors/roster.ts'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import type { Resolved } from '../config/layers.ts'
import type { Loaded } from '../config/load-config.ts'
import { changedSettings } from '../config/take-over.ts'
import { BotticelliError, type Place, type SerializedError, serializeError } from '../errors.ts'
import { DiagnosedError } from '../narratives/diagnosed-error.ts'
import type { Diagnostic } from '../narratives/diagnostic.ts'
import { hashOf } from '../narratives/sources.ts'
import { count } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import { type CheckedBot, checkBots } from './check-bots.ts'
import { watchFiles } from './watch-files.ts'

type ReloadCause = 'file' | 'signal' | 'command'

/** What came of a reload. */
export type Reloaded = { readonly cause: ReloadCause; readonly at: number } & (
  | ({
      readonly outcome: 'changed' | 'unchanged'
      /** When the files were last taken over; undefined as long as they are what the server was started with. */
      readonly since?: number
      /** Bots whose narrative is another text than it was. */
      readonly narratives: readonly string[]
      /** Paths of the settings that are in effect with another value. */
      readonly settings: readonly string[]
      /** Settings whose new value a running server cannot take over, with where each stands. */
      readonly atNextStart: readonly { readonly path: string; readonly place?: Place }[]
    } & RosterChange)
  | { readonly outcome: 'refused'; readonly error: SerializedError; readonly diagnostics: readonly Diagnostic[] }
)

export interface HotReload extends Disposable {
  reload(cause: ReloadCause): Promise<Reloaded>
  /** The last attempt. */
  last(): Reloaded | undefined
  /** What is configured now. */
  config(): Config
}

export interface ReloadPorts {
  /** What the server was started with. */
  readonly started: Loaded
  readonly bots: readonly CheckedBot[]
  /** What its files were like when it was read. */
  readonly seen: string
  /** Reads the configuration anew. */
  load(): Loaded
  /** Has the server work with it. */
  apply(config: Config): Promise<RosterChange>
  now(): number
}

const NOTHING: RosterChange = { added: [], changed: [], disabled: [], removed: [] }

/** Watches the files from now on. */
export function startHotReload({ started, bots, seen: seenAtStart, load, apply, now }: ReloadPorts): HotReload {
  let current = started
  let checked = bots
  let seen = seenAtStart
  /** Files of bots that could not be taken over: what is wrong is in them, or they are not there yet. */
  let refused: readonly string[] = []
  let last: Reloaded | undefined
  let since: number | undefined
  let line: Promise<unknown> = Promise.resolve()

  const files = () => [...new Set([...filesOf(current, checked), ...refused])]
  const changed = () =>
    void inLine(async () => {
      if (fingerprint(files()) !== seen) await attempt('file')
    })
  const watch = watchFiles({
    root: started.config.root,
    changed,
    failed: (file, err) => log('config.not_watched', { file, err }),
  })
  watch.files(filesOf(started, bots))
  // What was changed while the server began.
  changed()
  return {
    reload: (cause) => inLine(() => attempt(cause)),
    last: () => last,
    config: () => current.config,
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  }

  /** Beside the files of what is configured. */
  function look(paths: readonly string[]): void {
    refused = paths
    seen = fingerprint(files())
  }

  /** H2. */
  function inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = line.then(work)
    line = turn.catch(() => {})
    return turn
  }

  async function attempt(cause: ReloadCause): Promise<Reloaded> {
    seen = fingerprint(files())
    const done = await outcomeOf(() => reread(cause))
    if (done.outcome === 'refused') look([...refused, ...done.diagnostics.map(({ place }) => place.file)])
    watch.files(files())
    if (done.outcome === 'changed') since = now()
    last = { cause, at: now(), ...done, ...(since !== undefined && done.outcome !== 'refused' && { since }) }
    tell(last)
    return last
  }

  async function reread(cause: ReloadCause) {
    const next = load()
    refuseNothing(current, next, cause)
    look(next.config.bots.map(({ narrative }) => narrative))
    const nextBots = checkBots(next)
    const { now: settings } = changedSettings(current.settings, next.settings)
    const { atNextStart } = changedSettings(started.settings, next.settings)
    const narratives = nextBots.filter((bot) => {
      const was = checked.find(({ name }) => name === bot.name)
      return was !== undefined && was.version !== bot.version
    })
    const isSame = JSON.stringify(current.config) === JSON.stringify(next.config)
    const change = isSame ? NOTHING : await apply(next.config)
    current = next
    checked = nextBots
    look([])
    return {
      outcome: isSame && narratives.length === 0 ? ('unchanged' as const) : ('changed' as const),
      ...change,
      narratives: narratives.map(({ name }) => name),
      settings: settings.map(({ path }) => path),
      atNextStart: atNextStart.map(placed),
    }
  }
}

/** H3. Who asks by hand may mean an empty file. @throws ConfigError */
function refuseNothing(current: Loaded, next: Loaded, cause: ReloadCause): void {
  const { file: path } = current.config
  if (path === undefined) return
  if (next.config.file !== path) {
    const fix = 'Put it back, or stop the server.'
    throw new ConfigError('file-read', `${path} is gone; the server goes on with what was in it.`, { fix })
  }
  if (cause === 'file' && isEmpty(next) && !isEmpty(current)) {
    const fix = 'Fill it again, or, where it is meant to be empty: botticelli reload'
    const place = { file: path, line: 1, column: 1 }
    throw new ConfigError('bad-config', 'The file is empty; the server goes on with what was in it.', { fix, place })
  }
}

function isEmpty({ file }: Loaded): boolean {
  return file === undefined || (file.values.length === 0 && file.names.size === 0)
}

/** H1: a fault that nobody foresaw is one of ours, and passes. */
async function outcomeOf<T>(work: () => Promise<T>) {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof BotticelliError)) throw thrown
    const diagnostics = thrown instanceof DiagnosedError ? thrown.diagnostics : []
    return { outcome: 'refused' as const, error: serializeError(thrown), diagnostics }
  }
}

/** H4. */
function tell(done: Reloaded): void {
  count('botticelli.config.reloads', { outcome: done.outcome })
  if (done.outcome === 'refused') {
    const { cause, error } = done
    log('config.reload_failed', { cause, err: error, ...error.place })
    return
  }
  const { atNextStart, at: _, since: __, ...change } = done
  log('config.reloaded', { ...change, at_next_start: atNextStart.map(({ path }) => path) })
}

function placed({ path, origin }: Resolved): { readonly path: string; readonly place?: Place } {
  return 'place' in origin ? { path, place: origin.place } : { path }
}

/** What the files are like now, to be compared with what they were. */
export function fingerprintOf(loaded: Loaded, bots: readonly CheckedBot[]): string {
  return fingerprint(filesOf(loaded, bots))
}

/** All that a reload would read. */
function filesOf({ config }: Loaded, bots: readonly CheckedBot[]): string[] {
  const own = [config.file ?? join(config.root, 'botticelli.toml'), join(config.root, '.env')]
  return [...new Set([...own, ...bots.flatMap(({ files }) => files)])]
}

function fingerprint(files: readonly string[]): string {
  return files.map((file) => `${file} ${contentOf(file)}\n`).join('')
}

function contentOf(file: string): string {
  try {
    return hashOf(readFileSync(file, 'utf8'))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable'
  }
}
