// Made: what is on a platform, and which effect made it.
//
//   M1. A thing belongs to one effect, whoever asks and from whichever thread: of several that look for what they may
//       have made, the first to name a thing has it.
//   M2. It stays the effect's also while that is not settled: killed and resumed, it finds its own again.
//   M3. Where a person has said that a command was carried out, nobody knows what it made: the first thing that another
//       one like it finds is taken for that.

import type { Db } from './database.ts'
import type { Effects } from './store.ts'

/** To be called in a write. */
export function claimMade(
  db: Db,
  { key, platform }: Parameters<Effects['claimMade']>[0],
  choose: Parameters<Effects['claimMade']>[1],
): readonly string[] {
  const isFree = (id: string) => {
    const maker = makerOf(db, platform, id)
    if (maker !== undefined) return maker === key
    const told = toldDone(db, key)
    if (told !== undefined) give(db, platform, id, told)
    return told === undefined
  }
  return choose(isFree).filter((id) => {
    give(db, platform, id, key)
    return makerOf(db, platform, id) === key
  })
}

function makerOf(db: Db, platform: string, id: string): string | undefined {
  return db.get<{ key: string }>('select effect_key as key from effects_made where platform = @platform and id = @id', {
    platform,
    id,
  })?.key
}

/** M3. Of about the same time: what was meant to be made long before cannot be what is found. */
function toldDone(db: Db, key: string): string | undefined {
  return db.get<{ key: string }>(
    `select other.key from effects own join effects other
        on other.platform = own.platform and other.command = own.command and other.args = own.args
      where own.key = @key and other.key <> @key and other.status = 'done' and other.result = 'null'
        and other.intended_at > own.intended_at - @withinMs
        and not exists (select 1 from effects_made where effect_key = other.key)
      limit 1`,
    { key, withinMs: SAME_TIME_MS },
  )?.key
}

const SAME_TIME_MS = 10 * 60_000

function give(db: Db, platform: string, id: string, key: string): void {
  const sql = 'insert into effects_made (platform, id, effect_key) values (@platform, @id, @key) on conflict do nothing'
  db.run(sql, { platform, id, key })
}
