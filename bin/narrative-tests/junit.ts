// JUnit: results of tests as the XML that build servers read.

import { plainText } from '../plain-text.ts'
import type { CaseResult, FileResult } from './run-test-file.ts'

export function junitText(results: readonly FileResult[]): string {
  const cases = results.flatMap((result) => result.cases)
  const suites = results.map(
    ({ file, cases: ran }) =>
      `  <testsuite name="${xml(file.path)}"${counts(ran)}>\n${ran.map((one) => caseText(one, file.path)).join('\n')}\n  </testsuite>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${counts(cases)}>\n${suites.join('\n')}\n</testsuites>`
}

function counts(cases: readonly CaseResult[]): string {
  const failures = cases.filter((one) => one.failures.length > 0).length
  return ` tests="${cases.length}" failures="${failures}" time="${seconds(cases.reduce((sum, one) => sum + one.durationMs, 0))}"`
}

function caseText({ name, durationMs, failures }: CaseResult, file: string): string {
  const head = `    <testcase classname="${xml(file)}" name="${xml(name)}" time="${seconds(durationMs)}"`
  if (failures.length === 0) return `${head}/>`
  const told = failures.map(({ code, message, place, diff = [] }) => {
    const where = `${place.file}:${place.line}:${place.column}`
    const text = [where, message, ...diff].join('\n')
    return `      <failure type="${code}" message="${xml(message)}">${xml(text)}</failure>`
  })
  return `${head}>\n${told.join('\n')}\n    </testcase>`
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3)
}

function xml(text: string): string {
  return plainText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
