// SARIF: diagnostics as code scanners read them, version 2.1.0. Pure.
//
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { CODES } from '../errors.ts'
import type { Diagnostic } from './diagnostic.ts'

/**
 * One log with one run, as JSON.
 * @param version of Botticelli
 * @param root folder that the paths of files are relative to
 */
export function sarifLog(diagnostics: readonly Diagnostic[], version: string, root: string): object {
  const codes = [...new Set(diagnostics.map(({ code }) => code))]
  const rules = codes.map((code) => ({
    id: code,
    shortDescription: { text: CODES[code].summary },
    help: { text: CODES[code].fix },
  }))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'botticelli', version, rules } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((one) => resultOf(one, codes.indexOf(one.code), root)),
      },
    ],
  }
}

function resultOf({ code, severity, message, hint, place, end }: Diagnostic, ruleIndex: number, root: string) {
  const region = { startLine: place.line, startColumn: place.column, endLine: end.line, endColumn: end.column }
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: hint === undefined ? message : `${message} (${hint})` },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(place.file, root) }, region } }],
  }
}

/** Relative for what is below the root: only then does the viewer find it in its own checkout. */
function uriOf(file: string, root: string): string {
  const way = path.relative(root, path.resolve(root, file))
  if (way.startsWith('..') || path.isAbsolute(way)) return pathToFileURL(path.resolve(root, file)).href
  return way.split(path.sep).map(encodeURIComponent).join('/')
}
