// Another user: somebody who is not root, to try what root may always do.

import { constants, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Why nobody else can try it; undefined when somebody can. */
export function whyAlone(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can start a program as another user'
  const closed = [process.execPath, import.meta.filename].flatMap(foldersAround).find((folder) => !isOpen(folder))
  return closed && `others may not enter ${closed}`
}

function foldersAround(path: string): string[] {
  const folder = dirname(path)
  return folder === path ? [] : [...foldersAround(folder), folder]
}

function isOpen(folder: string): boolean {
  return (statSync(folder).mode & constants.S_IXOTH) !== 0
}
