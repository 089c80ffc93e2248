// narratives validate: everything that is wrong or odd in narrative files, with its place. Runs nothing.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { findFile } from '../../actors/find-file.ts'
import type { Config } from '../../config/config.ts'
import { BotticelliError } from '../../errors.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import { filterProblem } from '../../store/filter/filter-problem.ts'
import type { Run } from '../command.ts'
import { diagnosticsText } from '../error-report.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../figures.ts'
import { narrativeFiles, readText } from '../narrative-files.ts'

export const narrativesValidate: Run = async (options, io) => {
  const { config } = io.config()
  const paths = options.args.length > 0 ? options.args.map((path) => resolve(io.cwd, path)) : config.narrativePaths
  const absent = options.args.find((path) => !existsSync(resolve(io.cwd, path)))
  if (absent !== undefined) throw new BotticelliError('not-found', `There is no file or folder "${absent}".`)
  const files = narrativeFiles(paths)
  const diagnostics = files.flatMap(
    (file) => parseNarrativeFile(readText(file), file, checks(config, options.isSet('env'))).diagnostics,
  )
  const errors = diagnostics.filter((one) => one.severity === 'error').length
  const warnings = diagnostics.length - errors
  if (io.json) io.printJson({ files: files.length, errors, warnings, diagnostics })
  else {
    if (diagnostics.length > 0) io.print(await diagnosticsText(diagnostics, io))
    const found = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : '']
    io.remark(`${plural(files.length, 'file')} checked: ${found.filter(Boolean).join(', ') || 'nothing is wrong'}`)
  }
  return errors > 0 || (options.isSet('strict') && warnings > 0) ? EXIT.invalid : EXIT.ok
}

/** @param withEnv also warn of environment variables that are not set here and now */
function checks(config: Config, withEnv: boolean) {
  const bases = [...config.contextPaths, config.root]
  return {
    checkFilter: filterProblem,
    fileExists: (name: string, narrativeFile: string) => findFile(name, narrativeFile, bases) !== undefined,
    ...(withEnv && { isEnvSet: (name: string) => config.environment[name] !== undefined }),
  }
}
