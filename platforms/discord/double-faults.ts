// Faults: what can be made to go wrong in the Discord double.

/** Which requests fail. Default every one; each fault strikes once, unless `times` says more. */
interface Target {
  readonly method?: string
  /** Part of the path, such as `/messages`. */
  readonly path?: string
  /** The nth matching request from now on, from 1. Default 1. */
  readonly after?: number
  readonly times?: number
}

/**
 * `status` answers an error, with `isDone` after it did what was asked. `rate-limit` answers 429. `hang` never answers.
 * `slow` answers late. `lost-answer` does what was asked and breaks the connection before it says so.
 */
export type Fault = Target &
  (
    | {
        readonly is: 'status'
        readonly status: number
        readonly code?: number
        readonly message?: string
        readonly isDone?: boolean
      }
    | { readonly is: 'rate-limit'; readonly retryAfterMs: number; readonly global?: boolean }
    | { readonly is: 'hang' }
    | { readonly is: 'slow'; readonly afterMs: number }
    | { readonly is: 'lost-answer' }
  )

export interface PendingFault {
  readonly fault: Fault
  left: number
  seen?: number
}

/** The first pending fault for a request; it is used up by this. */
export function chooseFault(
  pending: PendingFault[],
  { method, path }: { readonly method: string; readonly path: string },
): Fault | undefined {
  for (const entry of pending) {
    const { fault } = entry
    if (entry.left === 0) continue
    if (fault.method !== undefined && fault.method !== method) continue
    if (fault.path !== undefined && !path.includes(fault.path)) continue
    entry.seen = (entry.seen ?? 0) + 1
    if (entry.seen < (fault.after ?? 1)) continue
    entry.left -= 1
    return fault
  }
  return undefined
}
