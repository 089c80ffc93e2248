// Counts of actors that go on after a restart of the process.

import type { JsonObject } from '../json.ts'
import type { Db } from './database.ts'
import { toText } from './row.ts'
import type { ActorCounts } from './store.ts'

export function openActorCounts(db: Db): ActorCounts {
  return {
    save: (path, counts, at) =>
      db.write('actors.save', () => {
        db.run(
          `insert into actors (path, counts, at) values (@path, @counts, @at)
           on conflict (path) do update set counts = excluded.counts, at = excluded.at`,
          { path, counts: toText(counts), at },
        )
      }),
    all: () =>
      db.read('actors.all', () =>
        db
          .all<{ path: string; counts: string; at: number }>('select path, counts, at from actors order by path')
          .map((row) => ({ ...row, counts: JSON.parse(row.counts) as JsonObject })),
      ),
  }
}
