// Watch files: says when one of some files may have changed, appeared or gone.
//
//   W1. Folders are watched, not files: editors and deployments put another file in a file's place.
//   W2. Changes that come close together are told once, when they have come to an end.
//   W3. A folder may be put in another one's place as well, and a link be set to another: every link on the way to a file is
//       watched, and every folder on the way that is below `root`.

import { type FSWatcher, lstatSync, readlinkSync, statSync, watch } from 'node:fs'
import { dirname, join, parse, relative, resolve, sep } from 'node:path'

export interface FileWatch extends Disposable {
  /** Watches these from now on, and no others. */
  files(paths: readonly string[]): void
}

export interface WatchListener {
  /** Of the project. */
  readonly root: string
  changed(): void
  /** The folder cannot be watched, or not any more. */
  failed(folder: string, error: unknown): void
}

interface Watched {
  readonly watcher: FSWatcher
  /** Of the folder that had the name when it was opened. */
  readonly identity: string
}

const SETTLED_MS = 200

export function watchFiles({ root, changed, failed }: WatchListener): FileWatch {
  /** By folder. */
  const watched = new Map<string, Watched>()
  let names: ReadonlyMap<string, ReadonlySet<string>> = new Map()
  let files: readonly string[] = []
  let timer: NodeJS.Timeout | undefined

  return {
    files(paths) {
      files = paths
      arrange()
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
      for (const folder of watched.keys()) close(folder)
    },
  }

  function arrange(): void {
    names = entriesOnTheWay(files, root)
    for (const [folder, { identity }] of watched) {
      if (!names.has(folder) || identityOf(folder) !== identity) close(folder)
    }
    for (const folder of names.keys()) if (!watched.has(folder)) open(folder)
  }

  function open(folder: string): void {
    const identity = identityOf(folder)
    // The folder above tells when it is there.
    if (identity === undefined && isBelow(folder, root)) return
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || names.get(folder)?.has(name)) settle()
      })
      watcher.on('error', (error) => {
        close(folder)
        failed(folder, error)
      })
      watched.set(folder, { watcher, identity: identity ?? '' })
    } catch (error) {
      failed(folder, error)
    }
  }

  function close(folder: string): void {
    watched.get(folder)?.watcher.close()
    watched.delete(folder)
  }

  function settle(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      arrange()
      changed()
    }, SETTLED_MS)
  }
}

/** W3: by folder, the names in it on which it depends what the files are. */
function entriesOnTheWay(files: readonly string[], root: string): ReadonlyMap<string, ReadonlySet<string>> {
  const entries = new Map<string, Set<string>>()
  const seen = new Set<string>()
  for (const file of files) add(dirname(file), relative(dirname(file), file))
  for (const file of files) follow(file)
  return entries

  function follow(path: string): void {
    const { root: top } = parse(path)
    let folder = top
    for (const name of path.slice(top.length).split(sep)) {
      const entry = join(folder, name)
      if (!seen.has(entry)) {
        seen.add(entry)
        const target = targetOf(entry)
        if (target !== undefined || isBelow(entry, root)) add(folder, name)
        if (target !== undefined) follow(resolve(folder, target))
      }
      folder = entry
    }
  }

  function add(folder: string, name: string): void {
    entries.set(folder, (entries.get(folder) ?? new Set()).add(name))
  }
}

function targetOf(entry: string): string | undefined {
  return lstatSync(entry, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(entry) : undefined
}

function identityOf(folder: string): string | undefined {
  const stats = statSync(folder, { throwIfNoEntry: false })
  return stats && `${stats.dev} ${stats.ino}`
}

function isBelow(path: string, root: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)
}
