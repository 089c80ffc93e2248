// Pipeline replay: the engine's own commits without the engine.
//
// An engine that is not measured works as the measured one does. Its statements are recorded with their parameters, from
// each begin to its commit, and executed again by a bare loop over better-sqlite3, on a copy of the file as it was
// before. Nothing of the product is changed for it: better-sqlite3 itself is made to tell.

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openEngine } from './pipeline-engine.ts'

export interface PipelineReplay extends AsyncDisposable {
  /** Has the engine work on so many items. @returns does to a copy of its file what it did */
  record(items: number, inFlight: number): Promise<Recorded>
}

export interface Recorded extends Disposable {
  /** Once. */
  play(): void
  /** @throws when the copy has not become what the engine's file is */
  check(): void
}

const METHODS = ['run', 'get', 'all'] as const

interface Execution {
  /** Which of the texts. */
  readonly place: number
  readonly method: (typeof METHODS)[number]
  readonly params: readonly unknown[]
}

export async function openReplay(): Promise<PipelineReplay> {
  const tape = recordNextConnection()
  const engine = await openEngine()
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-replay-'))
  const path = join(folder, 'replay.db')
  return {
    async record(items, inFlight) {
      engine.sizeBytes() // with nothing left in its log
      copyFileSync(tape.path(), path)
      const executions = await tape.during(() => engine.work(items, inFlight))
      return recorded(path, tape.path(), tape.texts, executions)
    },
    async [Symbol.asyncDispose]() {
      tape[Symbol.dispose]()
      await engine[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function recorded(
  path: string,
  original: string,
  texts: readonly string[],
  executions: readonly Execution[],
): Recorded {
  const connection = new Database(path)
  for (const pragma of ['journal_mode = wal', 'synchronous = full', 'foreign_keys = on']) connection.pragma(pragma)
  const statements = texts.map((sql) => connection.prepare(sql))
  return {
    play() {
      for (const { place, method, params } of executions) statements[place]![method](...params)
    },
    check() {
      if (!isLike(original, connection)) throw new Error('What was replayed is not what was recorded.')
    },
    [Symbol.dispose]() {
      connection.close()
      for (const rest of ['', '-wal', '-shm']) rmSync(`${path}${rest}`, { force: true })
    },
  }
}

/** What an item is written to. */
const TABLES = ['executions', 'act_executions', 'ledger', 'domain_events']

function isLike(original: string, copy: Database.Database): boolean {
  copy.prepare('attach ? as original').run(original)
  const differing = (one: string, other: string) =>
    TABLES.map((table) => `select * from (select * from ${one}.${table} except select * from ${other}.${table})`)
  const found = [...differing('main', 'original'), ...differing('original', 'main')].some(
    (sql) => copy.prepare(sql).get() !== undefined,
  )
  copy.exec('detach original')
  return !found
}

/** Of the connection that prepares the next statement; all others are left alone. */
function recordNextConnection() {
  const { prepare } = Database.prototype
  const texts: string[] = []
  let connection: Database.Database | undefined
  let executions: Execution[] | undefined
  Database.prototype.prepare = function (this: Database.Database, sql: string) {
    const statement = prepare.call(this, sql)
    connection ??= this
    if (this !== connection) return statement
    const place = texts.push(sql) - 1
    for (const method of METHODS) {
      const execute = statement[method] as (...params: unknown[]) => unknown
      const told = (...params: unknown[]) => {
        executions?.push({ place, method, params })
        return execute.apply(statement, params)
      }
      Object.assign(statement, { [method]: told })
    }
    return statement
  } as typeof prepare
  return {
    texts: texts as readonly string[],
    path: () => connection!.name,
    async during(work: () => Promise<void>): Promise<readonly Execution[]> {
      executions = []
      try {
        await work()
        return executions
      } finally {
        executions = undefined
      }
    },
    [Symbol.dispose]() {
      Database.prototype.prepare = prepare
    },
  }
}
