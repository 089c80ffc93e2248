// Find file: where a narrative's `file = "…"` points to (narrative format, section 10; D-44, D-45).
//
//   F1. A file lies in one of the bases, whatever its name says and wherever links lead: what is elsewhere is refused.
//   F2. The search downwards is bounded, in depth and in entries, and its order does not depend on the disk.

import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

const MAX_DEPTH = 6
const MAX_ENTRIES = 20_000
const SKIPPED = new Set(['target', 'node_modules'])

export type FoundFile =
  | { readonly path: string }
  /** It is there and lies outside of every base. */
  | { readonly refused: string }

/**
 * The file, or undefined when none of the bases has it.
 *
 * @param name as written in the narrative
 * @param narrativeFile the file that names it; its folder is the first base
 * @param bases further folders, in order: context paths, then the folder of the project
 */
export function findFile(name: string, narrativeFile: string, bases: readonly string[]): FoundFile | undefined {
  const all = [dirname(resolve(narrativeFile)), ...bases.map((base) => resolve(base))]
  const candidates = isAbsolute(name) ? [name] : all.map((base) => resolve(base, name))
  const there = candidates.filter(isFile)
  const allowed = there.find((path) => all.some((base) => isReallyInside(path, base)))
  if (allowed !== undefined) return { path: allowed }
  if (there.length > 0) return { refused: there[0]! }
  if (isPath(name)) return undefined
  const path = all
    .values()
    .map((base) => searchBelow(base, name))
    .find((found) => found !== undefined)
  return path === undefined ? undefined : { path }
}

/** As the reader of narratives asks. */
export function isThere(found: FoundFile | undefined): boolean | 'outside' {
  if (found === undefined) return false
  return 'path' in found || 'outside'
}

function isPath(name: string): boolean {
  return name.includes('/') || name.includes('\\')
}

/** By where links lead, not by names. */
function isReallyInside(path: string, base: string): boolean {
  if (!existsSync(base)) return false
  const way = relative(realpathSync(base), realpathSync(path))
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
