// Project: what commands need of a project's folder: its database, its narratives.

import { existsSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { BotticelliError } from '../errors.ts'
import type { StoreOptions } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'

/** The project's database while `use` runs; without a database yet, what `empty` is. */
export async function withStore<T>(
  config: Config,
  empty: T,
  use: (store: Store) => T | Promise<T>,
  options: StoreOptions = {},
): Promise<T> {
  if (!existsSync(config.database)) return empty
  const { openStore } = await import('../store/open-store.ts')
  const store = openStore(config.database, options)
  try {
    return await use(store)
  } finally {
    store.close()
  }
}

/** The same for a command that only looks: nothing is made or changed, so that a project that cannot be written to can be read. */
export async function readStore<T>(config: Config, empty: T, use: (store: Store) => T | Promise<T>): Promise<T> {
  return withStore(config, empty, use, { readOnly: true })
}

/** A narrative file and, where the words name one, a narrative in it. */
export interface NarrativeRef {
  readonly file: string
  readonly narrative?: string
}

/**
 * Finds what `FILE`, `NAME` or `FILE.NARRATIVE` means: a path as it stands, else a file in the folders of narratives.
 *
 * @throws BotticelliError `not-found`
 */
export function findNarrative(words: string, cwd: string, config: Config): NarrativeRef {
  const whole = findFile(words, cwd, config)
  if (whole !== undefined) return { file: whole }
  const dot = words.lastIndexOf('.')
  const file = dot > 0 ? findFile(words.slice(0, dot), cwd, config) : undefined
  if (file !== undefined) return { file, narrative: words.slice(dot + 1) }
  if (existsSync(resolve(cwd, words))) {
    const isFolder = statSync(resolve(cwd, words)).isDirectory()
    throw new BotticelliError(
      'file-read',
      `${words} is ${isFolder ? 'a folder' : 'no file of text'}, not a narrative.`,
      {
        fix: isFolder ? `Name one file in it: botticelli narratives list shows what there is.` : 'Name a TOML file.',
      },
    )
  }
  const places = [cwd, ...config.narrativePaths].join(', ')
  throw new BotticelliError('not-found', `There is no narrative "${words}".`, {
    fix: `Looked in ${places}. "botticelli narratives list" shows what there is.`,
  })
}

function findFile(words: string, cwd: string, config: Config): string | undefined {
  const named = basename(words) === words ? config.narrativePaths.map((folder) => join(folder, words)) : []
  const candidates = [resolve(cwd, words), ...named].flatMap((path) => [path, `${path}.toml`])
  return candidates.find((path) => existsSync(path) && statSync(path).isFile())
}
