// Db: one open SQLite file, as the queries of this folder see it.
//
// Owns the connection, the prepared statements and the border of every call: the translation of errors and the hook that
// telemetry may set. Its transaction is commits.ts. Knows no table.
//
//   D1. A write takes the write lock at its beginning, so that it waits for other processes there and nowhere else.
//   D2. A commit is on the disk when it is made (synchronous=FULL).
//   D3. A statement is prepared once for each SQL text.
//   D4. A lock that outlasts the time to wait for it is waited for only shortly from then on, until it has gone: a
//       process that waits does nothing else.
//   D5. What is known of the file is forgotten with whatever was undone, and when another connection has changed the file.

import type Database from 'better-sqlite3'
import { bindToTrace } from '../telemetry/trace-context.ts'
import { Commits } from './commits.ts'
import { type SqlParams, Statement } from './statement.ts'
import { StoreError, translate } from './store-error.ts'

/** Called after each call of the store with its name, like `journal.complete`, and how long it took. Must not throw. */
export type OnQuery = (name: string, durationMs: number, how: QueryOutcome) => void

export interface QueryOutcome {
  /** A transaction of its own; undefined for a call that joins others, is part of one, or only reads. */
  readonly transaction?: 'commit' | 'rollback'
  /** What it failed with. */
  readonly error?: unknown
}

/** Generated tables have statements of many shapes; past this many the kept ones are let go. */
const KEPT_STATEMENTS = 500
/** What runs that never end leave behind is let go past this many. */
const KEPT_KNOWN = 2_000

/** What the disk or another process refuses, whatever is to be written. */
const REFUSALS: ReadonlySet<string> = new Set(['store-busy', 'store-full', 'store-io', 'store-read-only'])
/** A refusal is told for so long after it, where nothing was written since. */
const TOLD_MS = 90_000
/** D4. */
const SHORT_WAIT_MS = 50

export class Db {
  readonly path: string
  /** For writes alone: what was read and will be asked for again. Whoever changes what is known here says so here (D5). */
  readonly known = new Map<string, unknown>()
  readonly #connection: Database.Database
  readonly #commits: Commits
  readonly #onQuery: OnQuery | undefined
  readonly #busyTimeoutMs: number
  readonly #statements = new Map<string, Statement>()
  readonly #exactStatements = new Map<string, Statement>()
  /** Tells another number when another connection has changed the file. */
  readonly #dataVersion: Database.Statement<[]>
  /** That of what is known. */
  #knownVersion: unknown

  #isOpen = true
  /** The last write was refused. */
  #refused: { readonly error: StoreError; readonly at: number } | undefined

  /** @param options.busyTimeoutMs that the connection has */
  constructor(
    connection: Database.Database,
    options: { path: string; busyTimeoutMs: number; atOnce: boolean; onQuery?: OnQuery },
  ) {
    this.#connection = connection
    this.path = options.path
    this.#busyTimeoutMs = options.busyTimeoutMs
    this.#onQuery = options.onQuery
    const onGroup = (durationMs: number, error: unknown) => this.#onQuery?.('commit', durationMs, outcomeOf(error))
    this.#dataVersion = connection.prepare<[]>('pragma data_version').pluck()
    const onBegin = () => this.#forgetChanged()
    const onUndo = () => this.known.clear()
    this.#commits = new Commits(connection, options.path, { onGroup, onBegin, onUndo, atOnce: options.atOnce })
  }

  /** One call of the store that only reads; all that it reads is of the same instant. */
  read<T>(name: string, work: () => T): T {
    return this.#call(name, false, () => this.#commits.read(work))
  }

  /** The same for a call that is one statement, which is of one instant by itself. */
  look<T>(name: string, work: () => T): T {
    return this.#call(name, false, work)
  }

  /**
   * One call of the store that writes: whole, or not at all. It is on the disk when it returns, with all that was
   * written before it. Inside another one it is part of that one.
   */
  write<T>(name: string, work: () => T): T {
    return this.#writing(() => this.#call(name, !this.#commits.isInside, () => this.#commits.now(work)))
  }

  /**
   * Like `write`, but on the disk only when `committed` says so. It may be made a second time (G4), so that it must
   * do nothing but read and write this database.
   */
  join<T>(name: string, work: () => T): T {
    // What it tells belongs to its own trace, also when it is made a second time.
    return this.#writing(() => this.#call(name, false, () => this.#commits.join(bindToTrace(work))))
  }

  committed(): Promise<void> {
    return this.#commits.committed()
  }

  /** Why something that was written is not on the disk, or why nothing can be written. */
  get trouble(): Error | undefined {
    const refused = this.#refused
    const isRecent = refused !== undefined && performance.now() - refused.at < TOLD_MS
    return this.#commits.trouble ?? (isRecent ? refused.error : undefined)
  }

  /** A call that must run outside of a transaction, as VACUUM must. */
  outside<T>(name: string, work: () => T): T {
    return this.#call(name, false, () => {
      this.#commits.flush()
      return work()
    })
  }

  get<Row>(sql: string, params: SqlParams = {}): Row | undefined {
    return this.#prepare(sql).get(params) as Row | undefined
  }

  all<Row>(sql: string, params: SqlParams = {}): Row[] {
    return this.#prepare(sql).all(params) as Row[]
  }

  /** Like `all`, with every integer as a bigint: ids of platforms have 18 digits, a number holds 15. */
  allExact<Row>(sql: string, params: SqlParams = {}): Row[] {
    return this.#prepare(sql, true).all(params) as Row[]
  }

  run(sql: string, params: SqlParams = {}): { changes: number; id: number } {
    return this.#prepare(sql).run(params)
  }

  pragma(text: string): unknown {
    return this.#connection.pragma(text, { simple: true })
  }

  /** @throws StoreError when what was written last cannot be committed; the file is closed all the same */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    try {
      this.#translated(() => this.#commits.flush())
    } finally {
      this.#statements.clear()
      this.#exactStatements.clear()
      this.#connection.close()
    }
  }

  #writing<T>(work: () => T): T {
    try {
      const result = work()
      if (this.#refused !== undefined) this.#refuse(undefined)
      return result
    } catch (error) {
      if (error instanceof StoreError && REFUSALS.has(error.code)) this.#refuse(error)
      throw error
    }
  }

  #refuse(error: StoreError | undefined): void {
    this.#refused = error && { error, at: performance.now() }
    const waitMs = error?.code === 'store-busy' ? Math.min(SHORT_WAIT_MS, this.#busyTimeoutMs) : this.#busyTimeoutMs
    this.#connection.pragma(`busy_timeout = ${waitMs}`)
  }

  /** @param commits true of a call that is a transaction of its own */
  #call<T>(name: string, commits: boolean, work: () => T): T {
    if (!this.#isOpen) throw new StoreError('store-closed', `The database ${this.path} was closed already.`)
    const onQuery = this.#onQuery
    if (onQuery === undefined) return this.#translated(work)
    const startedAt = performance.now()
    try {
      const result = this.#translated(work)
      onQuery(name, performance.now() - startedAt, commits ? outcomeOf(undefined) : {})
      return result
    } catch (error) {
      onQuery(name, performance.now() - startedAt, commits ? outcomeOf(error) : { error })
      throw error
    }
  }

  #translated<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw translate(error, this.path)
    }
  }

  /** D5. @see https://sqlite.org/pragma.html#pragma_data_version */
  #forgetChanged(): void {
    const version = this.#dataVersion.get()
    if (version !== this.#knownVersion || this.known.size > KEPT_KNOWN) this.known.clear()
    this.#knownVersion = version
  }

  #prepare(sql: string, exact = false): Statement {
    const kept = exact ? this.#exactStatements : this.#statements
    const known = kept.get(sql)
    if (known) return known
    if (kept.size >= KEPT_STATEMENTS) kept.clear()
    const statement = new Statement(this.#connection, sql, exact)
    kept.set(sql, statement)
    return statement
  }
}

/** Of a transaction that has ended. */
function outcomeOf(error: unknown): QueryOutcome {
  return error === undefined ? { transaction: 'commit' } : { transaction: 'rollback', error }
}
