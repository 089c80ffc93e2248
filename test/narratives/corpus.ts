// Where the public corpus of narratives is, if it is there: beside the project, in the folder shared.

import { existsSync, globSync } from 'node:fs'
import path from 'node:path'

export const corpus = path.resolve(import.meta.dirname, '../../../shared/corpus/narratives')

/** Paths of its files, relative to it. */
export function corpusFiles(): readonly string[] {
  return existsSync(corpus) ? globSync('**/*.toml', { cwd: corpus }).map((name) => name.replaceAll('\\', '/')) : []
}
