// Versions: what narratives were when executions began. A text is kept once, however many executions it had.
//
//   V1. What an execution began with stays for as long as the execution is known.

import type { Db } from './database.ts'
import type { NarrativeText, NarrativeVersion, Versions } from './store.ts'

export function openVersions(db: Db): Versions {
  return {
    files: (version) => db.read('versions.files', () => files(db, version)),
  }
}

/** Part of the write that begins an execution. @returns what the execution is to remember */
export function keepVersion(db: Db, { version, files }: NarrativeVersion): number {
  const known = db.get<{ id: number }>('select id from narrative_versions where hash = @version', { version })
  if (known !== undefined) return known.id
  const { id } = db.run('insert into narrative_versions (hash) values (@version)', { version })
  for (const { path, hash, text } of files) {
    db.run('insert into narrative_texts (hash, text) values (@hash, @text) on conflict (hash) do nothing', {
      hash,
      text,
    })
    db.run('insert into narrative_files (version_id, path, text_hash) values (@id, @path, @hash)', { id, path, hash })
  }
  return id
}

/** Part of the write that forgets executions. */
export function forgetUnused(db: Db): void {
  db.run(
    `delete from narrative_versions where not exists (select 1 from executions where version_id = narrative_versions.id)`,
  )
  db.run(
    `delete from narrative_texts where not exists (select 1 from narrative_files where text_hash = narrative_texts.hash)`,
  )
}

function files(db: Db, version: string): readonly NarrativeText[] {
  return db.all<NarrativeText>(
    `select f.path, f.text_hash as hash, t.text
      from narrative_versions v join narrative_files f on f.version_id = v.id join narrative_texts t on t.hash = f.text_hash
      where v.hash = @version
      order by f.path`,
    { version },
  )
}
