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

interface Advice {
  readonly hint?: string | undefined
  readonly fix?: string | undefined
}

export class Report {
  readonly diagnostics: Diagnostic[] = []
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  get hasErrors(): boolean {
    return this.diagnostics.some((one) => one.severity === 'error')
  }

  /** An empty report on the same file. */
  apart(): Report {
    return new Report(this.#file)
  }

  error(code: ErrorCode, spot: Spot, message: string, advice?: Advice): void {
    this.#add('error', code, spot, message, advice)
  }

  warn(code: ErrorCode, spot: Spot, message: string, advice?: Advice): void {
    this.#add('warning', code, spot, message, advice)
  }

  placeOf(spot: Spot): Place {
    return { file: this.#file, ...spot.span.start }
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
