// Library: the narratives that come with Botticelli, to be listed, copied and started from.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isTestFile, testFileOf } from '../narratives/testing/test-file.ts'
import { readText } from './narrative-files.ts'

export const LIBRARY = fileURLToPath(new URL('../narratives/library/', import.meta.url))

export interface Shipped {
  /** Without `.toml`. */
  readonly name: string
  readonly file: string
}

export function shippedNarratives(): readonly Shipped[] {
  return readdirSync(LIBRARY)
    .filter((name) => name.endsWith('.toml') && !isTestFile(name))
    .sort()
    .map((name) => ({ name: name.replace(/\.toml$/, ''), file: join(LIBRARY, name) }))
}

/** A file that belongs to a shipped narrative: the name of its copy, and what it holds. */
export interface Part {
  readonly to: string
  readonly text: string
  /** True of what other narratives may use as well: a copy that is there already is left alone. */
  readonly isShared: boolean
}

/**
 * The narrative under another name, with its test, its recordings and the files that it reads.
 *
 * @param stem of the copy, without `.toml`
 */
export function partsOf({ name, file }: Shipped, stem: string): readonly Part[] {
  const renamed = (text: string) => text.replaceAll(`${name}.toml`, `${stem}.toml`)
  const narrative = renamed(readText(file))
  const cassette = join(LIBRARY, `${name}.cassette.json`)
  const read = readdirSync(LIBRARY).filter((each) => each.endsWith('.md') && narrative.includes(each))
  return [
    { to: `${stem}.toml`, text: narrative, isShared: false },
    { to: `${stem}.test.toml`, text: renamed(readText(testFileOf(file))), isShared: false },
    { to: `${stem}.cassette.json`, text: readText(cassette), isShared: false },
    ...read.map((each) => ({ to: each, text: readText(join(LIBRARY, each)), isShared: true })),
  ]
}
