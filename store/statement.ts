// Statement: one prepared SQL text. Its parameters are written and given by name, and bound by place.
//
// SQLite's binding by name makes a text of each name each time, which takes as long as the binding itself.

import type Database from 'better-sqlite3'

type SqlValue = null | number | bigint | string | Uint8Array | undefined
export type SqlParams = Readonly<Record<string, SqlValue>>
type Placed = SqlValue[]

export class Statement {
  readonly #prepared: Database.Statement<Placed>
  /** In the order of their places; one that is written twice has two. */
  readonly #names: readonly string[]

  /** @param exact gives every integer as a bigint */
  constructor(connection: Database.Database, sql: string, exact: boolean) {
    const names: string[] = []
    const placed = sql.replace(NAMED, (text, name?: string) => {
      if (name === undefined) return text
      names.push(name)
      return '?'
    })
    this.#names = names
    this.#prepared = connection.prepare<Placed>(placed).safeIntegers(exact)
  }

  get(params: SqlParams): unknown {
    return this.#prepared.get(...this.#placed(params))
  }

  all(params: SqlParams): unknown[] {
    return this.#prepared.all(...this.#placed(params))
  }

  run(params: SqlParams): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#prepared.run(...this.#placed(params))
    return { changes, id: Number(lastInsertRowid) }
  }

  #placed(params: SqlParams): Placed {
    return this.#names.map((name) => {
      const value = params[name]
      if (value === undefined && !(name in params)) throw new RangeError(`The parameter @${name} is not given.`)
      return value
    })
  }
}

/** A parameter; or what may look like one: a text, a quoted name, a comment. */
const NAMED = /'[^']*'|"[^"]*"|--[^\n]*|@(\w+)/g
