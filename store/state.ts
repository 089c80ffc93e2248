// State: strings that survive runs.

import type { Db } from './database.ts'
import type { State } from './store.ts'

export function openState(db: Db): State {
  return {
    get: (key) =>
      db.read('state.get', () => db.get<{ value: string }>('select value from state where key = @key', { key })?.value),
    set: (key, value, at) => db.write('state.set', () => setState(db, key, value, at)),
    keys: () =>
      db.read('state.keys', () => db.all<{ key: string }>('select key from state order by key').map(({ key }) => key)),
  }
}

/** For the journal, which keeps what an act captured with its completion. */
export function setState(db: Db, key: string, value: string, at: number): void {
  db.run(
    `insert into state (key, value, at) values (@key, @value, @at)
     on conflict (key) do update set value = excluded.value, at = excluded.at`,
    { key, value, at },
  )
}
