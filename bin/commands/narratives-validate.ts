// narratives validate: everything that is wrong or odd in narrative files, with its place. Runs nothing.
//
//   V1. With --fix a file is replaced as a whole or stays as it is; what is told afterwards is told of the file as it is
//       then. With --dry-run as well nothing is written, and the difference is the result.

import { relative } from 'node:path'
import { BotticelliError } from '../../errors.ts'
import { type FixedFile, fixNarrativeFile } from '../../narratives/fixing/fix-file.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../figures.ts'
import type { Io } from '../io.ts'
import { narrativeChecks } from '../narrative-checks.ts'
import { filesToCheck, readText } from '../narrative-files.ts'
import { plainText } from '../plain-text.ts'
import { printDiagnostics, reportFormat } from '../print-diagnostics.ts'
import { replaceFile } from '../replace-file.ts'
import { unifiedDiff } from '../unified-diff.ts'

export const narrativesValidate: Run = async (options, io) => {
  const { config } = io.config()
  const isDry = options.isSet('dry-run')
  if (isDry && !options.isSet('fix')) {
    throw new BotticelliError('usage', '--dry-run shows what --fix would do; it needs --fix.')
  }
  const files = filesToCheck(options.args, config, io.cwd)
  const format = reportFormat(options, io)
  const rewritten = options.isSet('fix') ? files.map((path) => rewrite(path, isDry, io)) : []
  const changes = rewritten.filter(({ fixed, left }) => fixed.length + left.length > 0)
  if (isDry) {
    if (format === 'json') io.printJson({ files: files.length, fixes: changes })
    else for (const { diff } of changes) if (diff !== undefined) io.print(plainText(diff).trimEnd())
    tell(changes, true, io)
    return EXIT.ok
  }
  if (options.isSet('fix')) tell(changes, false, io)
  const diagnostics = files.flatMap(
    (file) => parseNarrativeFile(readText(file), file, narrativeChecks(config, options.isSet('env'))).diagnostics,
  )
  const summary = options.isSet('fix') ? { fixes: changes } : {}
  await printDiagnostics(diagnostics, files.length, summary, format, io)
  const isInvalid = diagnostics.some(({ severity }) => severity === 'error' || options.isSet('strict'))
  return isInvalid ? EXIT.invalid : EXIT.ok
}

// ---------------------------------------------------------------------------- --fix

interface Rewritten extends Pick<FixedFile, 'fixed' | 'left'> {
  /** Relative to where the command works. */
  readonly file: string
  /** What a dry run would change. */
  readonly diff?: string
}

function rewrite(path: string, isDry: boolean, io: Io): Rewritten {
  const before = readText(path)
  const { text, fixed, left } = fixNarrativeFile(before, path)
  const file = relative(io.cwd, path)
  if (!isDry && text !== before) replaceFile(path, text)
  const diff = isDry ? unifiedDiff(before, text, [`a/${file}`, `b/${file}`]) : ''
  return { file, fixed, left, ...(diff !== '' && { diff }) }
}

function tell(changes: readonly Rewritten[], isDry: boolean, io: Io): void {
  for (const { file, fixed, left } of changes) {
    if (fixed.length > 0) io.remark(`${file}: ${isDry ? 'would be rewritten' : 'rewritten'}`)
    for (const line of fixed) io.remark(`  ${plainText(line)}`)
    for (const line of left) io.remark(`${file}: left as it is: ${plainText(line)}`)
  }
  const count = changes.filter(({ fixed }) => fixed.length > 0).length
  if (count === 0) io.remark('Nothing to rewrite.')
  else if (isDry) io.remark(`${plural(count, 'file')} would be rewritten; nothing was written.`)
}
