// Act task: what one turn of one act is given, and what it gives back. Plain data, apart from the parsed narrative.

import type { Json } from '../json.ts'
import type { Act, Budget, Input, Narrative, NarrativeFile } from '../narratives/narrative.ts'
import type { PulledRows, RowRef, StoredAnswer } from '../store/store.ts'
import type { ActionResult, Piece, Turn } from './conversation.ts'
import type { RefusalReason } from './progress.ts'

/** What an execution knows when the act begins. */
export interface Knowledge {
  readonly turns: readonly Turn[]
  /** Results of acts without a model that no model has seen yet. */
  readonly pending: readonly ActionResult[]
  /** Latest response of each act, by its name; `previous` is kept apart. */
  readonly responses: Readonly<Record<string, string>>
  readonly previous?: string
  /** Rendered tables by alias, resource and table name. */
  readonly tables: Readonly<Record<string, string>>
  /** Rows that were read so far, for the lineage of what is made from them. */
  readonly read: readonly ReadRow[]
  /** Trace context of the one content item that this execution handles, once it has read it. */
  readonly item?: string
  /** That item's row. */
  readonly itemRow?: RowRef
}

export interface ReadRow {
  readonly ref: RowRef
  readonly traceparent?: string
}

export interface ActTask {
  readonly executionId: string
  /** The act's place in its execution: its name, and `#n` from its second turn on. */
  readonly key: string
  readonly sequence: number
  readonly file: NarrativeFile
  readonly narrative: Narrative
  readonly act: Act
  /** True if JSON is looked for in the answer, and stored. */
  readonly extracts: boolean
  /** Replaces the model that the act names. */
  readonly model?: string
  /** The smallest of all that apply. */
  readonly budget: Budget
  /** Name of the bot that the execution works for. */
  readonly bot?: string
  /** Values of the narrative's variables. */
  readonly inputs: Readonly<Record<string, string>>
  /** The response before the one that is being made, where a narrative runs this one. */
  readonly callerResponse?: string
  /** W3C context that the act's work belongs to. */
  readonly traceparent?: string
  readonly knowledge: Knowledge
}

/** One input, processed. */
export interface Processed {
  readonly pieces: readonly Piece[]
  /** What the input adds to the response of an act that asks no model. */
  readonly result?: { readonly kind: Input['kind']; readonly value: Json }
  readonly tables?: Readonly<Record<string, string>>
  readonly read?: readonly ReadRow[]
  readonly pulled?: { readonly table: string; readonly ids: readonly number[] }
}

/** What the act's inputs became, before any model is asked. It is journaled with the answer. */
export interface Gathered {
  /** The user message, and for each piece the input it came from (its index in the act). */
  readonly pieces: readonly { readonly piece: Piece; readonly input: number }[]
  /** What the model is told beforehand. */
  readonly system?: string
  /** The act's response when no model is asked. */
  readonly response: string
  readonly tables: Readonly<Record<string, string>>
  readonly read: readonly ReadRow[]
  readonly pulled: readonly PulledRows[]
}

/** An answer of the act whose JSON could not be used, and why; the model was asked again. */
export interface Refused {
  readonly answer: StoredAnswer
  readonly reason: RefusalReason
  readonly problem: string
}

/** What the model said in the end, and what it had said before. */
export interface Asked {
  readonly answer: StoredAnswer
  readonly refused: readonly Refused[]
}

/** What the act gives to those after it; the journal keeps it. */
export interface ActResult {
  readonly response: string
  /** What it leaves in the conversation; nothing when no model was asked. */
  readonly turns: readonly Turn[]
  readonly asked: boolean
  readonly tables: Readonly<Record<string, string>>
  readonly read: readonly ReadRow[]
  readonly item?: string
  readonly itemRow?: RowRef
  readonly rows: readonly StoredRows[]
  readonly inputTokens: number
  readonly outputTokens: number
  /** Undefined when no model was asked or no price is known. */
  readonly costUsd?: number
  /** Its answer had been given before, to the same question. */
  readonly cached?: true
  /** Its condition did not hold: it left nothing behind. */
  readonly skipped?: true
}

export interface StoredRows {
  readonly table: string
  readonly stored: number
  readonly skipped: number
}

export const NOTHING_KNOWN: Knowledge = { turns: [], pending: [], responses: {}, tables: {}, read: [] }

/** Knowledge after an act, or after acts that ran at the same time: what the next one is given. In the order of the toc. */
export function learn(known: Knowledge, done: readonly (readonly [act: string, result: ActResult])[]): Knowledge {
  const results = done.filter(([, result]) => !result.skipped)
  const learned = results.reduce((before, [act, result]) => learnOne(before, act, result), known)
  return { ...learned, pending: pendingAfter(known, results) }
}

function learnOne(known: Knowledge, act: string, result: ActResult): Knowledge {
  return {
    ...known,
    turns: [...known.turns, ...result.turns],
    responses: { ...known.responses, [act]: result.response },
    previous: result.response,
    tables: { ...known.tables, ...result.tables },
    read: [...known.read, ...result.read],
    ...((result.item ?? known.item) !== undefined && { item: result.item ?? known.item }),
    ...((result.itemRow ?? known.itemRow) !== undefined && { itemRow: result.itemRow ?? known.itemRow }),
  }
}

/** What was pending a model has seen by now if any of the acts asked one; what they gave meanwhile it has not. */
function pendingAfter(known: Knowledge, done: readonly (readonly [act: string, result: ActResult])[]) {
  const before = done.some(([, { asked }]) => asked) ? [] : known.pending
  const added = done
    .filter(([, { asked, turns, response }]) => !asked && turns.length === 0 && response !== '')
    .map(([act, { response }]) => ({ act, text: response }))
  return [...before, ...added]
}
