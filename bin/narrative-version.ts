// Narrative version: what a narrative was when an execution began, beside what its files are now.

import { readFileSync } from 'node:fs'
import { hashOf, sourcePath } from '../narratives/sources.ts'
import type { Execution, NarrativeText } from '../store/store.ts'

export interface VersionedFile {
  /** Absolute. */
  readonly file: string
  /** SHA-256 of what it was, in hex. */
  readonly hash: string
  readonly now: 'same' | 'changed' | 'gone'
}

/** The narrative's own file first. */
export function compareWithNow(execution: Pick<Execution, 'file'>, texts: readonly NarrativeText[]): VersionedFile[] {
  return texts.map(({ path, hash }) => {
    const file = sourcePath(execution.file, path)
    return { file, hash, now: stateOf(file, hash) }
  })
}

/** A hash as people compare it. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12)
}

function stateOf(file: string, hash: string): VersionedFile['now'] {
  try {
    return hashOf(readFileSync(file, 'utf8')) === hash ? 'same' : 'changed'
  } catch {
    return 'gone'
  }
}
