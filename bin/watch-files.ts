// Watch files: says when one of some files may have changed, appeared or gone.
//
//   W1. Folders are watched, not files: editors and deployments put another file in a file's place.
//   W2. Changes that come close together are told once, when they have come to an end.

import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

export interface FileWatch extends Disposable {
  /** Watches these from now on, and no others. */
  files(paths: readonly string[]): void
}

export interface WatchListener {
  changed(): void
  /** The folder cannot be watched, or not any more. */
  failed(folder: string, error: unknown): void
}

const SETTLED_MS = 200

export function watchFiles({ changed, failed }: WatchListener): FileWatch {
  /** By folder. */
  const watchers = new Map<string, FSWatcher>()
  let names = new Map<string, Set<string>>()
  let timer: NodeJS.Timeout | undefined

  return {
    files(paths) {
      names = byFolder(paths)
      for (const [folder, watcher] of watchers) {
        if (names.has(folder)) continue
        watcher.close()
        watchers.delete(folder)
      }
      for (const folder of names.keys()) if (!watchers.has(folder)) open(folder)
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
    },
  }

  function open(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || names.get(folder)?.has(name)) settle()
      })
      watcher.on('error', (error) => {
        watcher.close()
        watchers.delete(folder)
        failed(folder, error)
      })
      watchers.set(folder, watcher)
    } catch (error) {
      failed(folder, error)
    }
  }

  function settle(): void {
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLED_MS)
  }
}

function byFolder(paths: readonly string[]): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>()
  for (const path of paths) {
    const folder = dirname(path)
    folders.set(folder, (folders.get(folder) ?? new Set()).add(basename(path)))
  }
  return folders
}
