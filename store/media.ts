// Media: the bytes that acts have sent, kept by what is in them, so that an execution that goes on sends the same again.

import type { Db } from './database.ts'
import type { Media } from './store.ts'

export function openMediaStore(db: Db): Media {
  return {
    keep: (executionId, { hash, bytes }) =>
      db.join('media.keep', () => {
        db.run('insert into media (hash, bytes) values (@hash, @bytes) on conflict (hash) do nothing', { hash, bytes })
        db.run('insert into media_uses (execution_id, hash) values (@executionId, @hash) on conflict do nothing', {
          executionId,
          hash,
        })
      }),
    read: (hash) =>
      db.read(
        'media.read',
        () => db.get<{ bytes: Buffer }>('select bytes from media where hash = @hash', { hash })?.bytes,
      ),
  }
}

/** Part of the write that forgets executions. */
export function forgetUnusedMedia(db: Db): void {
  db.run('delete from media where not exists (select 1 from media_uses where media_uses.hash = media.hash)')
}
