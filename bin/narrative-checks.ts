// Narrative checks: what a project knows that the text of a narrative does not say.

import { findFile, isThere } from '../actors/find-file.ts'
import type { Config } from '../config/config.ts'
import { filterProblem } from '../store/filter/filter-problem.ts'

/** @param withEnv also look for environment variables that are not set here and now */
export function narrativeChecks(config: Config, withEnv = false) {
  const bases = [...config.contextPaths, config.root]
  return {
    checkFilter: filterProblem,
    fileExists: (name: string, narrativeFile: string) => isThere(findFile(name, narrativeFile, bases)),
    ...(withEnv && { isEnvSet: (name: string) => config.environment[name] !== undefined }),
  }
}
