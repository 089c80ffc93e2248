// Commits: when what is written reaches the disk.
//
// Owns the one transaction that can be open. Knows neither tables nor names of calls.
//
//   G1. A write happens whole or not at all, also beside others: one that throws undoes itself alone. Of one that joins
//       no mark is made before, which all would pay for: when it throws, the others are made again without it.
//   G2. What joins is committed, with everything else that joined, when this turn of the event loop ends: many writes
//       share one flush, and no lock outlives the turn. Asked to, at once: then no lock is held by whoever computes.
//   G3. What is written now is on the disk when the call returns, and with it all that joined before.
//   G4. Writes that a failed commit has undone are owed: they are made again, in order and in one transaction, before
//       anything else is written. While that fails, nothing else is.
//   G5. What is made again must come to what it came to before, since that is in use. Where somebody else has changed
//       the file so that it cannot, nothing is written any more: whoever is ahead of the file has to begin from it anew.

import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import { withTraceContext } from '../telemetry/trace-context.ts'
import { StoreError, translate } from './store-error.ts'

interface Write {
  readonly make: () => unknown
  readonly result: unknown
}

type Statement = Database.Statement<[]>

export class Commits {
  readonly #connection: Database.Database
  readonly #path: string
  readonly #onGroup: OnGroup
  readonly #onBegin: () => void
  readonly #onUndo: () => void
  readonly #atOnce: boolean
  readonly #begin: Statement
  readonly #beginReading: Statement
  readonly #commit: Statement
  readonly #rollback: Statement
  readonly #mark: Statement
  readonly #release: Statement
  readonly #backToMark: Statement
  /** True while a call is at work: what it calls is part of it. */
  #isInside = false
  /** What joined the transaction that is open. */
  #joined: Write[] = []
  #end: NodeJS.Immediate | undefined
  /** Of those who want to know when it is on the disk. */
  #waiting: PromiseWithResolvers<void> | undefined
  #owed: readonly Write[] = []
  #trouble: Error | undefined

  /**
   * @param path of the file, for errors
   * @param onBegin called when a transaction that writes has begun
   * @param onUndo called when something that was written was undone
   * @param atOnce commits what joins without waiting for the end of the turn
   */
  constructor(
    connection: Database.Database,
    path: string,
    { onGroup, onBegin, onUndo, atOnce }: { onGroup: OnGroup; onBegin(): void; onUndo(): void; atOnce: boolean },
  ) {
    this.#connection = connection
    this.#path = path
    this.#onGroup = onGroup
    this.#onBegin = onBegin
    this.#onUndo = onUndo
    this.#atOnce = atOnce
    this.#begin = connection.prepare('begin immediate')
    this.#beginReading = connection.prepare('begin deferred')
    this.#commit = connection.prepare('commit')
    this.#rollback = connection.prepare('rollback')
    this.#mark = connection.prepare('savepoint one')
    this.#release = connection.prepare('release one')
    this.#backToMark = connection.prepare('rollback to one')
  }

  get isInside(): boolean {
    return this.#isInside
  }

  /** Why something is owed; undefined while nothing is. */
  get trouble(): Error | undefined {
    return this.#owed.length === 0 ? undefined : this.#trouble
  }

  /** Reads of one instant; what joined is seen. */
  read<T>(work: () => T): T {
    if (this.#connection.inTransaction) return work()
    this.#beginReading.run()
    try {
      return this.#inside(work)
    } finally {
      this.#commit.run()
    }
  }

  /** G2. */
  join<T>(work: () => T): T {
    if (this.#isInside) return this.#beside(work)
    this.#open()
    const result = this.#attempt(work)
    this.#joined.push({ make: work, result })
    if (this.#atOnce) this.#endOfTurn()
    else this.#end ??= setImmediate(this.#endOfTurn)
    return result
  }

  /** G3. */
  now<T>(work: () => T): T {
    if (this.#isInside) return this.#beside(work)
    this.#open()
    const result = this.#joined.length > 0 ? this.#inside(() => this.#beside(work)) : this.#attempt(work)
    this.#close()
    return result
  }

  /** Fulfilled when all that was written so far is on the disk. @throws what the commit failed with */
  async committed(): Promise<void> {
    if (this.#connection.inTransaction) {
      this.#waiting ??= Promise.withResolvers()
      return this.#waiting.promise
    }
    this.flush()
  }

  /** Commits what has joined, or is owed, at once. */
  flush(): void {
    if (this.#connection.inTransaction) this.#close()
    else this.#payBack()
  }

  #open(): void {
    if (this.#connection.inTransaction) return
    this.#payBack()
    this.#begin.run()
    this.#onBegin()
  }

  #attempt<T>(work: () => T): T {
    try {
      return this.#inside(work)
    } catch (error) {
      this.#undoAlone()
      throw error
    }
  }

  /** G1. Where what joined cannot be made again, it is owed. */
  #undoAlone(): void {
    this.#undo()
    if (this.#joined.length === 0) return
    try {
      this.#makeAgain(this.#joined)
    } catch (error) {
      this.#undone(error)
    }
  }

  /** G1. */
  #beside<T>(work: () => T): T {
    this.#mark.run()
    try {
      const result = work()
      this.#release.run()
      return result
    } catch (error) {
      if (this.#connection.inTransaction) {
        this.#backToMark.run()
        this.#release.run()
        this.#onUndo()
      } else this.#undone(error)
      throw error
    }
  }

  #inside<T>(work: () => T): T {
    this.#isInside = true
    try {
      return work()
    } finally {
      this.#isInside = false
    }
  }

  readonly #endOfTurn = (): void => {
    const startedAt = performance.now()
    try {
      this.#close()
      this.#onGroup(performance.now() - startedAt, undefined)
    } catch (error) {
      // Whoever waits has been told, and the next write meets it.
      this.#onGroup(performance.now() - startedAt, translate(error, this.#path))
    }
  }

  #close(): void {
    try {
      this.#commit.run()
    } catch (error) {
      this.#undone(error)
      throw error
    }
    this.#ended()?.resolve()
  }

  /** SQLite has undone the transaction itself after some errors. */
  #undo(): void {
    if (this.#connection.inTransaction) this.#rollback.run()
    this.#onUndo()
  }

  /** G4. */
  #undone(error: unknown): void {
    this.#undo()
    this.#owed = [...this.#owed, ...this.#joined]
    this.#trouble = translate(error, this.#path) as Error
    this.#ended()?.reject(this.#trouble)
  }

  #ended(): PromiseWithResolvers<void> | undefined {
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#joined = []
    clearImmediate(this.#end)
    this.#end = undefined
    return waiting
  }

  #payBack(): void {
    if (this.#owed.length === 0) return
    if (isDiverged(this.#trouble)) throw this.#trouble
    try {
      this.#makeAgain(this.#owed)
      this.#commit.run()
    } catch (error) {
      this.#undo()
      const mayPass = error instanceof Database.SqliteError && !error.code.startsWith('SQLITE_CONSTRAINT')
      this.#trouble = mayPass ? (translate(error, this.#path) as Error) : this.#diverged(error)
      throw this.#trouble
    }
    this.#owed = []
  }

  /** In a transaction that it begins. */
  #makeAgain(writes: readonly Write[]): void {
    this.#begin.run()
    this.#onBegin()
    const makeAll = () => {
      for (const { make, result } of writes) if (!isDeepStrictEqual(make(), result)) throw this.#diverged()
    }
    // In nobody's trace: what a write tells is then in that of its act.
    withTraceContext(undefined, () => this.#inside(makeAll))
  }

  /** G5. */
  #diverged(cause?: unknown): StoreError {
    if (isDiverged(cause)) return cause
    const message = `The database ${this.#path} was changed by another process while ${this.#owed.length + this.#joined.length} writes waited for the disk, and they do not fit any more.`
    return new StoreError('store-diverged', message, { cause })
  }
}

function isDiverged(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'store-diverged'
}

/** Told of each commit at the end of a turn: how long it took, and what it failed with. */
type OnGroup = (durationMs: number, error: unknown) => void
