// GitHub annotations: diagnostics as workflow commands, which GitHub shows beside the lines they mean. Pure.
//
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions

import path from 'node:path'
import type { Diagnostic } from './diagnostic.ts'

/** A line for each. @param root folder that the paths of files are relative to */
export function githubAnnotations(diagnostics: readonly Diagnostic[], root: string): readonly string[] {
  return diagnostics.map(({ code, severity, message, hint, place, end }) => {
    const properties = {
      file: path.relative(root, path.resolve(root, place.file)).replaceAll(path.sep, '/'),
      line: place.line,
      endLine: end.line,
      // GitHub takes columns only for what is on one line.
      ...(end.line === place.line && { col: place.column, endColumn: end.column }),
      title: code,
    }
    const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    return `::${severity} ${written.join(',')}::${escapeText(hint === undefined ? message : `${message} (${hint})`)}`
  })
}

function escapeText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeText(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
