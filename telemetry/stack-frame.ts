// Stack frame: one line of an error's stack, as V8 writes it.
//
// Folders may have spaces, parentheses and per cent signs in their names; a module's place is a URL, another's a path.

import { fileURLToPath } from 'node:url'

export interface StackFrame {
  /** Undefined for what stands in no function. */
  readonly called: string | undefined
  /** A path, or the name of one of Node's own modules, as `node:net`. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Undefined for a line that names no place, such as `at new Promise (<anonymous>)`. */
export function stackFrame(text: string): StackFrame | undefined {
  const [, called, inside, bare] = /^\s*at (?:async )?(?:(.+?) \((.+)\)|(.+))$/.exec(text) ?? []
  const [, place, line, column] = /^(.+):(\d+):(\d+)$/.exec(inside ?? bare ?? '') ?? []
  if (place === undefined) return undefined
  const file = place.startsWith('file:///') ? fileURLToPath(place) : place
  return { called, file, line: Number(line), column: Number(column) }
}
