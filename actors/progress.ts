// Progress: what a run tells whoever watches it, as it goes. Terminal, logs and metrics all read this one stream.
//
//   G1. An event is told inside the span that it belongs to.
//   G2. A listener is called at once and must not throw.

import type { SerializedError } from '../errors.ts'
import type { Measure } from '../narratives/measures.ts'
import type { RowRef, Trigger } from '../store/store.ts'
import type { FlagReason } from '../telemetry/instrument-table.ts'
import type { Score } from './content-scores.ts'

export type ProgressEvent =
  | (ExecutionPosition & {
      readonly type: 'execution.started'
      readonly trigger: Trigger
      /** Keys of the acts in the order in which they will run; empty for a carousel, whose rounds are executions. */
      readonly acts: readonly string[]
      /** From 1, of a carousel's rounds. */
      readonly iteration?: number
      readonly iterations?: number
    })
  | (ExecutionPosition & {
      readonly type: 'execution.completed'
      readonly durationMs: number
      /** Acts that were performed, nested ones included, and what their answers cost. */
      readonly acts: number
      readonly costUsd: number
    })
  | (ExecutionPosition & {
      readonly type: 'execution.failed'
      readonly durationMs: number
      readonly error: SerializedError
      readonly errorType: string
    })
  | (ActPosition & {
      readonly type: 'act.started'
      readonly model?: string
      /** How many inputs it is given. */
      readonly inputs: number
      readonly attempt: number
    })
  | (ActPosition & {
      readonly type: 'act.completed'
      readonly durationMs: number
      readonly inputTokens: number
      readonly outputTokens: number
      /** Undefined for an act that asked no model, or one without a known price. */
      readonly costUsd?: number
      /** True when its answer had been given before, to the same question. */
      readonly cached: boolean
      /** True when the journal had the result: nothing was asked or sent again. */
      readonly replayed: boolean
      /** Length of what the act produced. */
      readonly outputChars: number
      /** Rows that the execution has read so far. */
      readonly read: readonly RowRef[]
      readonly rowsStored: number
      readonly table?: string
    })
  /** Its condition did not hold. */
  | (ActPosition & { readonly type: 'act.skipped' })
  | (ActPosition & {
      readonly type: 'act.failed'
      readonly durationMs: number
      readonly error: SerializedError
      readonly errorType: string
      readonly willRetry: boolean
    })
  | {
      /** JSON was looked for in an answer; a failure does not fail the act. */
      readonly type: 'answer.processed'
      readonly executionId: string
      readonly narrative: string
      readonly act: string
      readonly table: string
      readonly outcome: 'success' | 'repaired' | 'failure'
      readonly durationMs: number
      readonly repairs: readonly string[]
      readonly error?: SerializedError
    }
  | {
      /** An answer that had to hold JSON does not, or not as it had to be. */
      readonly type: 'answer.refused'
      readonly executionId: string
      readonly narrative: string
      readonly act: string
      readonly key: string
      readonly reason: RefusalReason
      readonly problem: string
      /** True when the model is asked again. */
      readonly asksAgain: boolean
    }
  | {
      /** A piece of an answer that is being given; only where answers are streamed. */
      readonly type: 'answer.text'
      readonly executionId: string
      readonly narrative: string
      readonly act: string
      readonly key: string
      readonly text: string
    }
  | {
      /** An act that may be given an earlier answer looked for one. */
      readonly type: 'answer.looked_up'
      readonly executionId: string
      readonly narrative: string
      readonly act: string
      readonly found: boolean
    }
  | {
      /** An act has run whose narrative declares metrics of it; told once, also when the run goes on after a crash. */
      readonly type: 'act.measured'
      readonly executionId: string
      readonly narrative: string
      readonly act: string
      readonly measures: readonly Measure[]
      /** Why something could not be measured, a sentence each. */
      readonly problems: readonly string[]
    }
  | {
      /** An answer that had to hold JSON does, as it had to be. */
      readonly type: 'answer.accepted'
      readonly executionId: string
      readonly narrative: string
      readonly act: string
      /** It was held to a schema. */
      readonly bySchema: boolean
    }
  | {
      /** The rows of an act are in their table, or were held back. */
      readonly type: 'content.stored'
      readonly executionId: string
      readonly narrative: string
      readonly act: string
      readonly table: string
      readonly scores: readonly Score[]
      readonly flagged: readonly FlagReason[]
      /** Values that were changed or left out to fit their columns. */
      readonly warnings: number
    }
  | {
      readonly type: 'command.done'
      readonly executionId: string
      readonly act: string
      /** Such as `discord messages.send`. */
      readonly command: string
      readonly dryRun: boolean
    }

export type RefusalReason = 'no-json' | 'bad-json' | 'invalid'

export interface ExecutionPosition {
  readonly id: string
  readonly parentId?: string
  readonly narrative: string
  readonly bot?: string
}

export interface ActPosition {
  readonly executionId: string
  readonly narrative: string
  readonly bot?: string
  readonly act: string
  /** The act's name, and `#n` from its second turn on. */
  readonly key: string
  readonly actType: ActType
  /** From 0. */
  readonly index: number
  /** Acts of an execution with the same number run at the same time. */
  readonly group?: number
  readonly total: number
}

const ACT_TYPES = ['model', 'action', 'narrative'] as const
/** Asks a model; only acts; or stands for another narrative. */
export type ActType = (typeof ACT_TYPES)[number]

export type ProgressListener = (event: ProgressEvent) => void
