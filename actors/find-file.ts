// Find file: where a narrative's `file = "…"` points to (narrative format, section 10; D-44, D-45).
//
//   F1. A path that is not absolute never leaves its base.
//   F2. The search downwards is bounded, in depth and in entries, and its order does not depend on the disk.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

const MAX_DEPTH = 6
const MAX_ENTRIES = 20_000
const SKIPPED = new Set(['target', 'node_modules'])

/**
 * Absolute path of the file, or undefined when none of the bases has it.
 *
 * @param name as written in the narrative
 * @param narrativeFile the file that names it; its folder is the first base
 * @param bases further folders, in order: context paths, then the folder of the process
 */
export function findFile(name: string, narrativeFile: string, bases: readonly string[]): string | undefined {
  if (isAbsolute(name)) return isFile(name) ? name : undefined
  const all = [dirname(resolve(narrativeFile)), ...bases.map((base) => resolve(base))]
  const direct = all
    .map((base) => resolve(base, name))
    .find((path, index) => isInside(path, all[index] ?? '') && isFile(path))
  if (direct !== undefined || isPath(name)) return direct
  return all
    .values()
    .map((base) => searchBelow(base, name))
    .find((path) => path !== undefined)
}

function isPath(name: string): boolean {
  return name.includes('/') || name.includes('\\')
}

function isInside(path: string, base: string): boolean {
  const way = relative(base, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}

/** Breadth first, each folder sorted: the file nearest to the base wins. */
function searchBelow(base: string, name: string): string | undefined {
  let entries = 0
  let folders = [base]
  for (let depth = 0; depth < MAX_DEPTH && folders.length > 0; depth++) {
    const below: string[] = []
    for (const folder of folders) {
      for (const entry of readFolder(folder)) {
        if (++entries > MAX_ENTRIES) return undefined
        if (entry.isFile() && entry.name === name) return join(folder, name)
        if (entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name))
          below.push(join(folder, entry.name))
      }
    }
    folders = below
  }
  return undefined
}

/** A folder that cannot be read is passed over: it cannot hold a file that could be read. */
function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}
