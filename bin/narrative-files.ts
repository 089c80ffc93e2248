// Narrative files: which files hold the narratives of a project.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { CONFIG_FILES } from '../config/load-config.ts'
import { BotticelliError } from '../errors.ts'
import { isTestFile } from '../narratives/testing/test-file.ts'

/**
 * The narratives that a command is to look at: of the paths that were named, else all of the project.
 * @throws BotticelliError `not-found`
 */
export function filesToCheck(named: readonly string[], config: Config, cwd: string): readonly string[] {
  const absent = named.find((path) => !existsSync(resolve(cwd, path)))
  if (absent !== undefined) throw new BotticelliError('not-found', `There is no file or folder "${absent}".`)
  return narrativeFiles(named.length > 0 ? named.map((path) => resolve(cwd, path)) : config.narrativePaths)
}

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
