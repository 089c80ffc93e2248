// Management: what the calls to a supervisor take and answer. OTP's outcomes, as values.

import type { SpecProblem } from './check-spec.ts'
import type { ChildType } from './child-spec.ts'

export type CallError =
  | { readonly error: 'not_found' | 'running' | 'restarting' | 'already_present' | 'max_children' | 'noproc' }
  | { readonly error: 'already_started'; readonly incarnation: number }
  /** The call makes no sense for instances of a template. */
  | { readonly error: 'simple_one_for_one' }
  | { readonly error: 'start_failed'; readonly reason: unknown }
  | { readonly error: 'spec'; readonly problem: SpecProblem }

export type StartChildOutcome =
  | { readonly ok: 'child'; readonly path: string; readonly incarnation: number; readonly info?: unknown }
  | { readonly ok: 'ignored' }
  | CallError

export type CallOutcome = { readonly ok: true } | CallError

export interface ChildStatus {
  readonly id: string
  readonly is: 'running' | 'stopped' | 'restarting'
  readonly incarnation?: number
  readonly type: ChildType
}

/** `supervisors` and `workers` count specifications; under `simple_one_for_one`, where `specs` is 1, instances. */
export interface ChildCounts {
  readonly specs: number
  readonly active: number
  readonly supervisors: number
  readonly workers: number
}

/** What `startChild` takes for a `simple_one_for_one` supervisor: the instance's name, and what its start is called with. */
export interface Instance {
  readonly id: string
  readonly args?: unknown
}
