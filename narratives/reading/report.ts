// Report: where the readers of this folder put what they find wrong.
//
//   R1. A reader never throws for what a person wrote; it reports, and goes on with what it could read.
//   R2. Whether an error of an act counts depends on who runs the act, which is known only at the end:
//       each act, resource and narrative therefore has a report of its own.

import type { ErrorCode, Place } from '../../errors.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Span, TomlNode } from '../toml-tree.ts'

/** What a diagnostic points at. */
export interface Spot {
  readonly path: string
  readonly span: Span
}

/** A key that is written otherwise today, or was meant to be. */
export interface Respelling {
  /** Of what the key names, as the file has it. */
  readonly path: string
  readonly from: string
  readonly to: string
  /** True for a misspelling: until it is corrected the key means nothing. */
  readonly isMistake: boolean
}

interface Advice {
  readonly hint?: string | undefined
  readonly fix?: string | undefined
}

export class Report {
  readonly diagnostics: Diagnostic[] = []
  /** Of the whole file: all reports apart share them. */
  readonly respellings: Respelling[]
  readonly file: string
  readonly #lines: readonly string[]

  /** @param lines of the file's text, without a byte order mark */
  constructor(file: string, lines: readonly string[], respellings: Respelling[] = []) {
    this.file = file
    this.#lines = lines
    this.respellings = respellings
  }

  get hasErrors(): boolean {
    return this.diagnostics.some((one) => one.severity === 'error')
  }

  /** An empty report on the same file. */
  apart(): Report {
    return new Report(this.file, this.#lines, this.respellings)
  }

  error(code: ErrorCode, spot: Spot, message: string, advice?: Advice): void {
    this.#add('error', code, spot, message, advice)
  }

  warn(code: ErrorCode, spot: Spot, message: string, advice?: Advice): void {
    this.#add('warning', code, spot, message, advice)
  }

  /** The part of the spot where the text stands, as it is written; the whole spot where it cannot be found. */
  within({ path, span }: Spot, text: string): Spot {
    for (let line = span.start.line; line <= span.end.line; line += 1) {
      const from = line === span.start.line ? span.start.column - 1 : 0
      const index = this.#lines[line - 1]?.indexOf(text, from) ?? -1
      if (index < 0) continue
      return { path, span: { start: { line, column: index + 1 }, end: { line, column: index + 1 + text.length } } }
    }
    return { path, span }
  }

  placeOf(spot: Spot): Place {
    return { file: this.file, ...spot.span.start }
  }

  #add(
    severity: Diagnostic['severity'],
    code: ErrorCode,
    spot: Spot,
    message: string,
    { hint, fix }: Advice = {},
  ): void {
    this.diagnostics.push({
      code,
      severity,
      message,
      place: this.placeOf(spot),
      end: spot.span.end,
      path: spot.path,
      ...(hint !== undefined && { hint }),
      ...(fix !== undefined && { fix }),
    })
  }
}

/** The key that leads to the node, rather than its value. */
export function keyOf(node: TomlNode): Spot {
  return { path: node.path, span: node.keySpan ?? node.span }
}
