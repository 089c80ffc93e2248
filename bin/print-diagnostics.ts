// Print diagnostics: what a command found in files, in the format that was asked for.

import { VERSION } from '../config/version.ts'
import type { Diagnostic } from '../narratives/diagnostic.ts'
import { githubAnnotations } from '../narratives/github-annotations.ts'
import { sarifLog } from '../narratives/sarif.ts'
import type { Options } from './command.ts'
import { diagnosticsText } from './error-report.ts'
import { plural } from './figures.ts'
import type { Io } from './io.ts'
import { plainText } from './plain-text.ts'

export type ReportFormat = 'text' | 'json' | 'sarif' | 'github'

/** `--format`, and `--json` for the format of that name. */
export function reportFormat(options: Options, io: Io): ReportFormat {
  const format = options.text('format') as ReportFormat | undefined
  return format ?? (io.json ? 'json' : 'text')
}

/** @param summary what the format `json` tells beside the diagnostics */
export async function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  files: number,
  summary: Readonly<Record<string, unknown>>,
  format: ReportFormat,
  io: Io,
): Promise<void> {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const warnings = diagnostics.length - errors
  if (format === 'json') return io.printJson({ files, errors, warnings, ...summary, diagnostics })
  if (format === 'sarif') return io.printJson(sarifLog(diagnostics, VERSION, io.cwd))
  if (format === 'github') {
    for (const line of githubAnnotations(diagnostics, io.cwd)) io.print(plainText(line))
  } else if (diagnostics.length > 0) io.print(await diagnosticsText(diagnostics, io))
  const found = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : '']
  io.remark(`${plural(files, 'file')} checked: ${found.filter(Boolean).join(', ') || 'nothing is wrong'}`)
}
