// Supervised child: one child as its supervisor keeps it.

import { type SerializedError, serializeError } from '../errors.ts'
import type { Cell } from './cell.ts'
import type { ChildSpec } from './child-spec.ts'

export interface Child {
  readonly id: string
  spec: ChildSpec
  readonly cell: Cell
  /** How often the supervisor has started it. */
  starts: number
  /** The start it is believed to be running since. */
  live: number | undefined
  /** To be started again: after a failed start, or after the back-off. */
  restarting: boolean
  /** Times of restarts, for the child's own limit. */
  readonly restarts: number[]
  backoffAttempt: number
  /** The wait before its next restart. */
  timer: unknown
}

export function newChild(spec: ChildSpec, cell: Cell): Child {
  return {
    id: spec.id,
    spec,
    cell,
    starts: 0,
    live: undefined,
    restarting: false,
    restarts: [],
    backoffAttempt: 0,
    timer: undefined,
  }
}

export function lastErrorOf({ cell }: Child): SerializedError {
  return cell.lastFailure
    ? serializeError(cell.lastFailure.error)
    : { name: 'Exit', message: `${cell.path} ended too often.` }
}
