// Format diagnostics: what is wrong with a file, as a person reads it in a terminal. Pure.
//
//   V1. Warnings first, errors after them, the count last: the end is what stays on the screen.
//   V2. Many findings of one code become one headline and a list.
//   V3. A line with a secret in it is not shown.

import { styleText } from 'node:util'
import { CODES } from '../errors.ts'
import type { Diagnostic } from './diagnostic.ts'

export interface FormatOptions {
  /** Default false. */
  readonly color?: boolean
}

/** From so many on, findings of one code are listed instead of shown one by one. */
const LISTED_FROM = 4
/** Longer source lines are shown in part. */
const MAX_LINE = 110

/** @param sourceOf the text of a file, or undefined when it cannot be had: places are then shown without it */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  sourceOf: (file: string) => string | undefined,
  options: FormatOptions = {},
): string {
  if (diagnostics.length === 0) return ''
  const paint = options.color === true ? inColor : plainly
  const sources = new Map<string, readonly string[] | undefined>()
  const linesOf = (file: string) => {
    if (!sources.has(file)) sources.set(file, sourceOf(file)?.split(/\r\n|\n/))
    return sources.get(file)
  }
  const blocks = (['warning', 'error'] as const).flatMap((severity) =>
    groups(diagnostics.filter((one) => one.severity === severity)).flatMap((group) =>
      group.length < LISTED_FROM ? group.map((one) => single(one, linesOf, paint)) : [list(group, paint)],
    ),
  )
  return [...blocks, summary(diagnostics)].join('\n\n')
}

type Style = 'error' | 'warning' | 'dim' | 'bold'
type Paint = (style: Style, text: string) => string

const inColor: Paint = (style, text) => {
  const format = style === 'error' ? 'red' : style === 'warning' ? 'yellow' : style
  return styleText(format, text, { validateStream: false })
}
const plainly: Paint = (_style, text) => text

/** By code, in the order of first appearance. */
function groups(diagnostics: readonly Diagnostic[]): readonly (readonly Diagnostic[])[] {
  return [...Map.groupBy(diagnostics, (one) => one.code).values()]
}

function list(group: readonly Diagnostic[], paint: Paint): string {
  const { code, severity } = group[0]!
  return [
    `${paint(severity, `${severity}[${code}]`)}: ${paint('bold', CODES[code].summary)} ${group.length} times:`,
    ...group.map((one) => {
      const hint = one.hint === undefined ? '' : ` (${one.hint})`
      return `  ${paint('dim', '-->')} ${placeText(one)}  ${visible(`${one.message}${hint}`)}`
    }),
    `${paint('dim', 'fix')}    ${CODES[code].fix}`,
  ].join('\n')
}

function single(one: Diagnostic, linesOf: (file: string) => readonly string[] | undefined, paint: Paint): string {
  return [
    `${paint(one.severity, `${one.severity}[${one.code}]`)}: ${paint('bold', visible(one.message))}`,
    `  ${paint('dim', '-->')} ${placeText(one)}`,
    ...(one.code === 'secret-in-file' ? [] : frame(one, linesOf(one.place.file), paint)),
    `${paint('dim', 'fix')}    ${visible(one.fix ?? CODES[one.code].fix)}`,
  ].join('\n')
}

function placeText({ place: { file, line, column } }: Diagnostic): string {
  return `${file}:${line}:${column}`
}

/** The line before, the line itself, and a mark below the part that is meant. */
function frame(one: Diagnostic, lines: readonly string[] | undefined, paint: Paint): readonly string[] {
  const { line, column } = one.place
  const source = lines?.[line - 1]
  if (source === undefined) return []
  const width = String(line).length + 2
  const start = Math.max(0, Math.min(column - 1 - 40, source.length - MAX_LINE))
  const cut = (text: string) => visible(text.slice(start, start + MAX_LINE))
  const end = one.end.line === line ? one.end.column : source.length + 1
  const length = Math.max(1, Math.min(end - column, MAX_LINE - (column - 1 - start)))
  const before = lines?.[line - 2]
  const gutter = (label: string) => paint('dim', `${label.padStart(width)} |`)
  const mark = `${' '.repeat(column - 1 - start)}${paint(one.severity, '^'.repeat(length))}`
  const hint = one.hint === undefined ? '' : ` ${paint(one.severity, visible(one.hint))}`
  return [
    ...(before === undefined || before.trim() === '' ? [] : [`${gutter(String(line - 1))} ${cut(before)}`]),
    `${gutter(String(line))} ${cut(source)}`,
    `${gutter('')} ${mark}${hint}`,
  ]
}

/** Nothing in a file can move the cursor or change the colours of a terminal. One character stays one character. */
function visible(text: string): string {
  return text.replace(/\t/g, ' ').replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '?')
}

function summary(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((one) => one.severity === 'error')
  const warnings = diagnostics.length - errors.length
  const counts = [
    ...(errors.length > 0 ? [counted(errors.length, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ]
  const files = new Set(diagnostics.map((one) => one.place.file)).size
  const code = (errors.at(-1) ?? diagnostics.at(-1)!).code
  return `${counts.join(', ')} in ${counted(files, 'file')}.  Explain one:  botticelli explain ${code}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
