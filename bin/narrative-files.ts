// Narrative files: which files hold the narratives of a project.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CONFIG_FILES } from '../config/load-config.ts'
import { BotticelliError } from '../errors.ts'
import { isTestFile } from '../narratives/testing/test-file.ts'

/** The narratives of the folders and all below, sorted; a file among the paths is taken as it is. */
export function narrativeFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(path)) return []
    if (statSync(path).isFile()) return [path]
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && isNarrative(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  })
}

function isNarrative(name: string): boolean {
  return name.endsWith('.toml') && !CONFIG_FILES.includes(name) && !isTestFile(name)
}

/** @throws BotticelliError `file-read` */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new BotticelliError('file-read', `${path} cannot be read.`, { cause })
  }
}
