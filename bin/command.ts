// Command: what the command line knows of one, before its code is loaded.

import type { Kind } from '../config/kinds.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Io } from './io.ts'

/** A function from options to an exit code; where it prints and whom it asks is handed in. */
export type Run = (options: Options, io: Io) => Promise<ExitCode>

/** Arguments and flags by their name, read by their kind. */
export interface Options {
  readonly args: readonly string[]
  text(flag: string): string | undefined
  number(flag: string): number | undefined
  /** Of a flag that may be given several times; empty without it. */
  list(flag: string): readonly string[]
  /** As it is written in the table: `no-stream` is set by `--no-stream`. */
  isSet(flag: string): boolean
}

export const GROUPS = ['Get started', 'Run', 'Look and decide', 'Look after it', 'Understand'] as const

export interface CommandSpec {
  /** One or two words: `run`, `content list`. */
  readonly name: string
  readonly group: (typeof GROUPS)[number]
  readonly summary: string
  readonly args?: readonly ArgSpec[]
  readonly flags?: readonly FlagSpec[]
  /** Other names that keep working, not shown. */
  readonly aliases?: readonly string[]
  /** The common one first; without `botticelli`. */
  readonly examples: readonly string[]
}

export interface ArgSpec {
  /** As help shows it: `FILE`. */
  readonly name: string
  readonly optional?: boolean
  readonly many?: boolean
  readonly help: string
}

export interface FlagSpec {
  /** `--limit <n>`, `-f, --follow`. */
  readonly flag: string
  readonly help: string
  /** What a value must be; text without it. */
  readonly kind?: Kind<string | number>
  /** May be given several times. */
  readonly many?: true
  /** Still understood, not shown. */
  readonly hidden?: boolean
}
