// Store: what the actors know of the database. The tables, the SQL and the file stay behind this interface.
//
//   S1. Every call happens whole, or not at all. `together` makes one call of several.
//   S2. A call is on the disk when it returns, and with it all that was written before. The exception are beginning, end
//       and journal of executions: they are committed when the turn of the event loop ends, so that those of one turn
//       share one flush. Whoever then acts on the outside, asks a model or reports an end, awaits `committed` first (P1-P3).
//   S3. An act's rows and its completion are stored together (P1).
//   S4. Times go in and come out as epoch milliseconds; the store never asks a clock.
//   S5. A call that changes what somebody may ask about tells its event, in its own transaction (`events`).
//   S6. What a failing disk could not take is written, in order, before anything else is, or nothing else is.

import type { SerializedError } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import type { DataOf, DomainEventType } from '../telemetry/domain-event-table.ts'

export interface Store extends Disposable {
  readonly executions: Executions
  readonly versions: Versions
  readonly journal: Journal
  readonly effects: Effects
  readonly answers: Answers
  readonly media: Media
  readonly content: Content
  readonly ledger: Ledger
  readonly latencies: Latencies
  readonly state: State
  readonly schedules: Schedules
  readonly mailbox: Mailbox
  readonly deadLetters: DeadLetters
  readonly actors: ActorCounts
  readonly events: Events
  readonly audit: Audit
  readonly maintenance: Maintenance
  readonly figures: Figures
  /** Makes one transaction of the calls that `work` makes: all of them happened, or none. `work` must not wait. */
  together<T>(work: () => T): T
  /** Fulfilled when all that was written so far is on the disk. @throws StoreError when the disk did not take it */
  committed(): Promise<void>
  /** Why something that was written is not on the disk, or why nothing can be written; undefined when all is well. */
  readonly trouble: Error | undefined
  /** Nothing can be called after this, nor after the end of a `using` block. @throws StoreError when something is owed */
  close(): void
}

// ---------------------------------------------------------------------------- executions

const EXECUTION_STATUSES = ['running', 'completed', 'failed', 'cancelled'] as const
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number]
const TRIGGERS = ['cli', 'schedule', 'message', 'narrative'] as const
export type Trigger = (typeof TRIGGERS)[number]

export interface NewExecution {
  /** A ULID; of a nested execution its parent's id, a slash and its key. */
  readonly id: string
  readonly parentId?: string
  /** Path of the narrative file, absolute. */
  readonly file: string
  /** Key of the narrative in its file. */
  readonly narrative: string
  readonly bot?: string
  readonly trigger: Trigger
  /** What is needed to begin again: the model override and the like. */
  readonly options: JsonObject
  readonly traceparent?: string
  /** Of a top-level one: the message that led to it, and the first of those that led to that. */
  readonly causationId?: string
  readonly correlationId?: string
  /** Id of the process that runs it. */
  readonly owner?: number
  readonly startedAt: number
}

export interface Execution extends Omit<NewExecution, 'causationId'> {
  readonly status: ExecutionStatus
  /** Of the narrative, as it was when this began; undefined for a nested one, and one of before they were kept. */
  readonly version?: string
  readonly endedAt?: number
  readonly error?: SerializedError
}

/** Tokens and cost include those of nested executions. */
export interface ExecutionSummary extends Execution {
  /** Acts that were begun, without those of nested executions. */
  readonly acts: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
}

export interface Resumption {
  readonly owner?: number
  readonly at: number
  /**
   * Whether a process lives. Given, one that runs and has another owner who lives is not taken from it.
   * @throws StoreError `execution-at-work` then
   */
  readonly isAlive?: (owner: number) => boolean
}

export interface Executions {
  /**
   * Stores the beginning, with the texts that it begins with. One that is known already stays as it is.
   */
  begin(execution: NewExecution, narrative?: NarrativeVersion): void
  /** One that ended is running again: whoever resumes it calls this first, so that a crash of the resumption is seen. */
  reopen(id: string, by: Resumption): Execution
  /** The end of a top-level execution gives back the rows it has claimed, unless they may have been published (P3). */
  finish(id: string, end: { status: Exclude<ExecutionStatus, 'running'>; error?: SerializedError; at: number }): void
  find(id: string): Execution | undefined
  /** Top-level executions of a bot that began and never ended, oldest first. */
  unfinished(bot: string): readonly Execution[]
  /**
   * Top-level executions of a bot that failed while they held a row which they had published or may have, oldest
   * first. To be resumed: others do not see the row. Those in doubt are not among them, they wait for a person.
   */
  holding(bot: string): readonly Execution[]
  /** Top-level executions that no bot began, that never ended, and whose process is gone: they are cancelled. */
  abandon(isAlive: (owner: number) => boolean, at: number): readonly Execution[]
  /** Names of the bots that have top-level executions which began and never ended. */
  botsAtWork(): readonly string[]
  /** Those of a bot that nobody has any more: they are cancelled. */
  abandonBot(bot: string, at: number): readonly Execution[]
  /** Top-level executions that were cancelled and keep a row from others, oldest first. */
  keeping(): readonly string[]
  /** Rows that it keeps from others, since it has published them or may have. */
  holds(id: string): readonly RowRef[]
  /**
   * A person gives it up, with what is in doubt. A row that it has published, or was about to, stays with it: given back,
   * it would be published again. Of one that is cancelled already these rows are given back as well.
   *
   * @throws StoreError `unknown-record`
   */
  cancel(id: string, who: { by: string; at: number }): void
  /** Newest first; nested ones only when a parent is named. */
  list(filter?: {
    status?: ExecutionStatus
    bot?: string
    parentId?: string
    /** Its id, or how that begins or ends. */
    named?: string
    /** That began at this time or after it, epoch ms. */
    since?: number
    /** Older than this one, by its id. */
    before?: string
    limit?: number
  }): readonly ExecutionSummary[]
}

// ---------------------------------------------------------------------------- versions of narratives

export interface NarrativeVersion {
  /** A hash of all the texts and of how they lie to each other. */
  readonly version: string
  readonly files: readonly NarrativeText[]
}

export interface NarrativeText {
  /** Relative to the folder of the execution's file; of that file itself, empty. */
  readonly path: string
  /** SHA-256 of the text, in hex. */
  readonly hash: string
  readonly text: string
}

export interface Versions {
  /** The file of the execution first; none for a version that is not known. */
  files(version: string): readonly NarrativeText[]
}

// ---------------------------------------------------------------------------- media

export interface Media {
  /** Keeps the bytes, once, for as long as an execution that has sent them is known. */
  keep(executionId: string, medium: { readonly hash: string; readonly bytes: Uint8Array }): void
  /** By the SHA-256 of the bytes, in hex. */
  read(hash: string): Uint8Array | undefined
}

// ---------------------------------------------------------------------------- journal of acts

const ACT_STATUSES = ['running', 'answered', 'completed', 'failed'] as const
export type ActStatus = (typeof ACT_STATUSES)[number]

export interface ActKey {
  readonly executionId: string
  /** The act's place in its execution: its name, and `#n` from its second turn on. */
  readonly key: string
}

/** A model's answer as it is journaled. */
export interface StoredAnswer {
  readonly text: string
  readonly finishReason: string
  readonly provider: string
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedInputTokens?: number
  readonly reasoningTokens?: number
  /** Undefined when no price is known. */
  readonly costUsd?: number
  readonly responseId?: string
  readonly durationMs: number
  /** It was given before, to the same question: nobody was asked, and it cost nothing. */
  readonly cached?: true
}

/** Ended before the answer was whole, its tokens are estimates then; or the answer was none that can be used. */
export type LostCall = 'broken-off' | 'unusable'

export interface ActRecord extends ActKey {
  readonly act: string
  readonly sequence: number
  readonly status: ActStatus
  /** How often the act was begun. */
  readonly attempts: number
  /** The user message as it was sent to the model. */
  readonly prompt?: Json
  readonly answer?: StoredAnswer
  /** What the act gives to those after it: response, what stays in the conversation, names it defines. */
  readonly result?: JsonObject
  readonly rowsStored: number
  readonly traceparent?: string
  /** An attempt ended with its process: its question may have reached the model without an answer being kept. */
  readonly interrupted?: boolean
  readonly startedAt: number
  readonly endedAt?: number
  readonly error?: SerializedError
}

export interface Journal {
  /**
   * Gives an execution, which has begun, what another one has completed before an act.
   *
   * @param path key of the act, within nested executions after theirs: `round-2/write`; or that of an execution alone
   * @throws StoreError `unknown-record` when the other execution has no such act
   */
  takeOver(from: string, to: string, path: string, at: number): void
  /**
   * Counts an attempt. A completed act is returned as it is, and nothing changes. One that has an answer is
   * `answered` again, also after a failure: a caller that does not want the answer asks anew and saves the new one.
   *
   * @param act.first of this process: one that is running already was interrupted, and its next answer is marked so
   *   in the ledger. Default false.
   */
  begin(act: ActKey & { act: string; sequence: number; traceparent?: string; first?: boolean; at: number }): ActRecord
  find(act: ActKey): ActRecord | undefined
  /** In the order in which they began. */
  acts(executionId: string): readonly ActRecord[]
  /** The answer and its line in the ledger, before anyone uses it (S2). */
  saveAnswer(act: ActKey, saved: { prompt: Json; answer: StoredAnswer; at: number }): void
  /** A call that is paid, as far as anyone knows, and gave no answer to use: its line in the ledger. */
  noteLost(act: ActKey, lost: { answer: StoredAnswer; ending: LostCall; at: number }): void
  /**
   * Stores the act's rows, deletes what it pulled, completes it: together (S3). Of a completed act, gives the outcome
   * that it had.
   *
   * @throws StoreError `bad-rows` when no row could be stored; the act is as it was then
   */
  complete(
    act: ActKey,
    end: {
      result: JsonObject
      rows?: NewRows
      pulled?: readonly PulledRows[]
      /** For `State`. */
      state?: readonly (readonly [key: string, value: string])[]
      at: number
    },
  ): InsertOutcome | undefined
  fail(act: ActKey, end: { error: SerializedError; at: number }): void
}

/** Answers that may be given again, by a key that says what was asked and of whom. */
export interface Answers {
  /** @param since the oldest that will do */
  find(key: string, since: number): StoredAnswer | undefined
  /** In the place of an older one. It is forgotten some time after it has expired. */
  keep(key: string, kept: { answer: StoredAnswer; at: number; expiresAt: number }): void
}

// ---------------------------------------------------------------------------- effects

export interface NewEffect {
  /** Unique over all executions; it is also the idempotency key that the platform is given. */
  readonly key: string
  readonly executionId: string
  readonly act: string
  readonly platform: string
  readonly command: string
  readonly args: JsonObject
  /** The row that it publishes. Its execution holds it from now on: no other one reads it. */
  readonly item?: RowRef
  readonly traceparent?: string
  readonly at: number
}

export interface Effect extends Omit<NewEffect, 'item'> {
  /**
   * `intended` is written before anything is sent; with a result or an error it is settled. `doubtful`: nobody can
   * find out whether it had its effect, a person decides. `insisted`: a person has decided that it is sent again.
   */
  readonly status: 'intended' | 'done' | 'failed' | 'doubtful' | 'insisted'
  readonly result?: Json
  readonly dryRun?: boolean
  readonly error?: SerializedError
  readonly endedAt?: number
}

export interface Effects {
  find(key: string): Effect | undefined
  /**
   * Writes the intent. One that is known already is returned as it is; one that failed is intended anew, and one that a
   * person insists on is intended as of the time it first was.
   *
   * @throws StoreError `row-taken` when another execution publishes the row, or has since this one began;
   *   `row-rejected` when a person has rejected it since, unless it is known already and may have been carried out
   */
  intend(effect: NewEffect): Effect
  /** To be called before one that is known already is sent again. @throws StoreError `row-rejected` */
  checkItem(key: string): void
  /** @param end.overtaken something was left as a later effect has set it; default false */
  settle(
    key: string,
    end: { result: Json; dryRun: boolean; overtaken?: boolean; at: number } | { error: SerializedError; at: number },
  ): void
  /** Those of the same platform that were intended after it, and are done or in progress: not those of a dry run. */
  later(key: string): readonly Effect[]
  /** Nobody can find out what became of it: it waits for a person. */
  doubt(key: string, end: { error: SerializedError; at: number }): void
  /** What a person knows of a doubtful one: it was done, or it was not and is sent again. @throws StoreError `unknown-record` */
  decide(key: string, decision: { done: boolean; by: string; at: number }): void
  /**
   * For an effect on this database: carries it out and settles it in one transaction, so that it happens once. Of one
   * that is done already, gives the result that it had.
   */
  perform<T extends Json>(key: string, work: () => T, at: number): T
  /**
   * Takes things on the platform, by their ids there, for what the effect has made; on the disk with the next write.
   *
   * @param choose which of them. Of what was found, and not just made, only what is free: no other effect has made it.
   *   May be called twice.
   * @returns what of the chosen belongs to the effect
   */
  claimMade(
    by: { readonly key: string; readonly platform: string },
    choose: (isFree: (id: string) => boolean) => readonly string[],
  ): readonly string[]
  list(executionId: string): readonly Effect[]
  /**
   * Those that wait for a person, oldest first: not those of an execution that a person has cancelled. Of one execution
   * with those nested in it, all.
   */
  doubtful(executionId?: string): readonly Effect[]
}

// ---------------------------------------------------------------------------- content tables

/** Column types that a narrative can ask for; SQLite keeps booleans as 0/1, JSON and lists as text. */
export const COLUMN_TYPES = ['text', 'integer', 'real', 'boolean', 'json', 'text-list', 'timestamp'] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly required?: boolean
  /** The column is (part of) the key that the content brings itself. */
  readonly key?: boolean
}

/** Rows that an act produced, on their way into the table that its narrative targets. */
export interface NewRows {
  readonly table: string
  /** The table is created, or completed, with these. */
  readonly columns: readonly Column[]
  readonly rows: readonly NewRow[]
  readonly narrative: string
  readonly description?: string
  readonly act: string
  readonly executionId: string
  readonly model?: string
}

export interface NewRow {
  readonly values: JsonObject
  /** W3C trace context of the item, kept with it for its whole life (P5). */
  readonly traceparent?: string
  /** The row that this one was made from. Of one source a table takes one row only; a second is skipped. */
  readonly source?: RowRef
}

export interface RowRef {
  readonly table: string
  readonly id: number
}

export interface PulledRows {
  readonly table: string
  readonly ids: readonly number[]
}

export interface InsertOutcome {
  readonly table: string
  /** Ids of the stored rows, by index of the given row; undefined where one was skipped. */
  readonly ids: readonly (number | undefined)[]
  readonly stored: number
  readonly skipped: readonly {
    readonly index: number
    readonly reason: string
    readonly why?: 'duplicate' | 'invalid'
  }[]
  readonly warnings: readonly string[]
}

export interface TableQuery {
  readonly table: string
  /** When absent, all but those that tie the row to its trace, execution and source. */
  readonly columns?: readonly string[]
  /** Expression of the filter grammar (narrative format, section 17.1). */
  readonly where?: string
  readonly orderBy?: string
  readonly limit?: number
  readonly offset?: number
  /** So many random rows; excludes `orderBy`. */
  readonly sample?: number
}

export interface TableRows {
  /** The asked columns, in order; booleans, JSON and lists as such again. */
  readonly rows: readonly JsonObject[]
  readonly columns: readonly string[]
  /** Beside each row: its id, trace context and the time of its making, where the table has them. */
  readonly refs: readonly { readonly id?: number; readonly traceparent?: string; readonly generatedAt?: number }[]
  /** True when the hard cap of 1000 rows cut the answer. */
  readonly capped: boolean
  /** What an operator should know: the cap, a filter on a column that does not exist. */
  readonly warnings: readonly string[]
}

/** What one run stored in one table, or why it did not. */
export interface Generation {
  readonly table: string
  readonly narrative: string
  readonly executionId: string
  readonly status: 'success' | 'failed'
  readonly stored: number
  readonly skipped: number
  readonly error?: string
  readonly startedAt: number
  readonly endedAt: number
  readonly durationMs: number
}

export const REVIEW_STATUSES = ['pending', 'approved', 'rejected', 'posted'] as const

export interface ContentRow {
  readonly table: string
  readonly id: number
  readonly reviewStatus: string
  readonly narrative: string
  readonly act: string
  readonly model?: string
  readonly generatedAt: number
  readonly traceparent?: string
  readonly source?: RowRef
  /** The columns that the content brought. */
  readonly values: JsonObject
}

export interface Content {
  exists(table: string): boolean
  /**
   * @param reader id of the execution that reads: what others have claimed it does not see
   * @throws StoreError `table-not-found`, `bad-filter`, `bad-order-by`, `unknown-column`, `bad-identifier`
   */
  select(query: TableQuery, now: number, reader?: string): TableRows
  /**
   * Reads rows for an act that will delete them: they are its own until it completes, and nobody else sees them. An
   * act that begins anew gives back what it had.
   *
   * @throws StoreError as `select`
   */
  pull(query: TableQuery, now: number, act: ActKey): TableRows
  /**
   * Rows changed, the oldest first where `limit` cuts. The string `NOW()` as a value means `now`.
   *
   * @param change with `by`, an execution: rows that another one has claimed are left alone, and those that it publishes
   *   itself come first
   * @throws StoreError as `select`, and `reserved-table`
   */
  update(change: { table: string; where: string; values: JsonObject; limit?: number; by?: string }, now: number): number
  /** @throws StoreError `bad-rows` when no row could be stored, `reserved-table`, `bad-identifier` */
  insert(rows: NewRows, at: number): InsertOutcome
  /** Rows that fit the filter. @throws StoreError as `select` */
  count(query: { table: string; where?: string | undefined }, now: number): number
  /** The columns that the content of a table brought, in order; undefined when there is no such table. */
  columns(table: string): readonly Column[] | undefined
  /**
   * What would be lost or changed if the rows were stored: values that fit no column's type, required columns without
   * one, rows that have nothing in common with the table. Sentences that whoever wrote the rows can act on.
   */
  check(rows: { table: string; columns: readonly Column[]; rows: readonly JsonObject[] }): readonly string[]
  /** An act that should have produced rows did not: no JSON in its answer, say. Refused rows note this themselves. */
  noteFailure(run: { table: string; narrative: string; executionId: string }, error: string, at: number): void
  /** Newest first. */
  generations(filter?: { table?: string; limit?: number }): readonly Generation[]
  /** Names of the tables that narratives produced. */
  tables(): readonly string[]
  /** Newest first; at most 100 unless a limit is given. */
  list(filter?: { table?: string; status?: string; limit?: number }): readonly ContentRow[]
  /** How many `list` would have without a limit; none where there is no such table. */
  countOf(table: string, status: string): number
  find(ref: RowRef): ContentRow | undefined
  /**
   * A person's decision, kept in `reviews`. Approving a row with a `target` copies it there as well, so that the
   * poster finds it (its `review_status` is `pending` there); the copy keeps the trace and names its source.
   * Rejecting takes back copies that are still pending. A posted row is not changed.
   */
  review(
    ref: RowRef,
    decision: { status: 'approved' | 'rejected'; target?: string; by: string; note?: string; at: number },
  ): { changed: boolean; copied?: RowRef }
}

// ---------------------------------------------------------------------------- ledger, state, schedules

export interface LedgerTotals {
  /** Without answers that were given again. */
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
  /** Calls of models without a known price; their cost is not in the sum. */
  readonly unpriced: number
  /** Calls that may have been made before, by a process that ended before it had the answer. */
  readonly repeated: number
  /** Answers that were given again; they cost nothing. */
  readonly cached: number
  /** Calls that gave no answer to use; what they cost is in the sum. */
  readonly lost: number
}

export interface Ledger {
  /** How many lines it has; does not look at them. */
  lines(): number
  /** Of an execution: with those nested in it. Of a bot: with what its narratives nest. `since` is inclusive. */
  totals(filter?: { since?: number; executionId?: string; bot?: string }): LedgerTotals
  /** Sums, days in order, else the dearest first. Answers that were given again are left out, here and in `list`. */
  costs(sum: CostSum): readonly CostLine[]
  /** Oldest first. */
  list(filter: { since: number }): readonly LedgerLine[]
  /** Of one model, also under the longer names that its provider gives its versions. `since`: epoch ms, inclusive. */
  recentUse(model: { readonly provider: string; readonly name: string }, since: number): RecentUse
}

/** Calls that were really made. */
export interface RecentUse {
  readonly calls: number
  readonly tokens: number
  /** When the first of them was answered, epoch ms. */
  readonly firstAt?: number | undefined
}

/** What a person did. */
export interface NewAuditLine {
  /** Name of the person on this machine; `server` for the server itself. */
  readonly by: string
  /** `subject.verb`, such as `content.approve`. */
  readonly action: string
  /** What it was done to: `drafts/12`, an execution, a bot. */
  readonly subject: string
  readonly details: JsonObject
  /** Epoch ms. */
  readonly at: number
}

export interface AuditLine extends NewAuditLine {
  readonly id: number
  readonly trace?: string
}

export interface AuditFilter {
  /** Only lines after the one with this id, the first ones first. */
  readonly after?: number | undefined
  readonly by?: string | undefined
  /** Whole, or its first word: `content` for all that was done to content. */
  readonly action?: string | undefined
  readonly since?: number | undefined
  /** Default 100. */
  readonly limit?: number | undefined
}

export interface Audit {
  /** For what changes nothing in the store; what does writes its line itself. */
  add(line: NewAuditLine): void
  /** Oldest first. */
  list(filter?: AuditFilter): readonly AuditLine[]
}

/** What took how long. */
export interface Latency {
  readonly kind: 'narrative' | 'act' | 'model' | 'command'
  /** `post`, `post/draft`, `gemini:gemini-2.5-flash`, `discord messages.send`. */
  readonly name: string
  readonly ms: number
}

/** Of one act: when it was at work, and what of that its model and its commands took. Epoch ms, ms. */
export interface ActLatency {
  readonly executionId: string
  readonly key: string
  readonly startedAt: number
  readonly endedAt: number
  readonly modelMs: number
  readonly commandMs: number
}

export interface Latencies {
  /** Of what was completed in the time; `since` is inclusive, `until` is not. */
  between(since: number, until: number): readonly Latency[]
  /** Of an execution with those nested in it, in the order in which they began. */
  ofActs(executionId: string): readonly ActLatency[]
}

/** One call of a model. */
export interface LedgerLine {
  readonly at: number
  readonly executionId: string
  readonly key: string
  readonly bot?: string
  /** Undefined once the execution is forgotten. */
  readonly narrative?: string
  readonly provider: string
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd?: number
  readonly durationMs: number
}

export interface CostSum {
  readonly by: 'day' | 'bot' | 'narrative' | 'model'
  readonly since: number
}

export interface CostLine {
  /** The day in UTC, `2026-11-21`; undefined of what no bot did, and of forgotten narratives. */
  readonly name?: string
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
  readonly unpriced: number
}

/** Strings that survive runs; `${state:KEY}` reads them. */
export interface State {
  get(key: string): string | undefined
  set(key: string, value: string, at: number): void
  keys(): readonly string[]
}

export interface Schedules {
  /** When the bot is due next, if that was decided. */
  next(bot: string): number | undefined
  setNext(bot: string, dueAt: number): void
  find(bot: string): StoredSchedule | undefined
  /** Without a due time the bot is not due any more. A pause stays. */
  save(schedule: Omit<StoredSchedule, 'pausedAt' | 'pausedUntil' | 'pauseReason'>): void
  all(): readonly { readonly bot: string; readonly dueAt: number }[]
  /** Names of all bots of which something is kept here. */
  bots(): readonly string[]
  /** Nobody has this bot any more. */
  forget(bot: string): void
  /** Without `until`, until it is resumed. */
  pause(bot: string, pause: { at: number; until?: number; reason: string; by: string }): void
  /** What was due meanwhile stays due until `save`, in a pause that is over. False: it was not paused. */
  resume(bot: string, who: { by: string; at: number }): boolean
}

export interface StoredSchedule {
  readonly bot: string
  readonly dueAt?: number
  /** The due time before jitter. */
  readonly nominalAt?: number
  /** What the due time was computed from. */
  readonly definition?: string
  readonly pausedAt?: number
  readonly pausedUntil?: number
  readonly pauseReason?: string
}

// ---------------------------------------------------------------------------- messages that survive

export interface NewMessage {
  readonly id: string
  /** Path of the actor. */
  readonly to: string
  /** With its meta. */
  readonly message: JsonObject
  readonly at: number
}

export interface StoredMessage extends NewMessage {
  /** How often it was handed to the actor. */
  readonly attempts: number
}

/** What waits in front of actors whose mailbox is durable: once `append` returned, it is not lost (P1). */
export interface Mailbox {
  /** False when a message of this id waits already; it is stored once. */
  append(message: NewMessage): boolean
  /** In the order in which they were accepted. */
  load(to: string, limit?: number): readonly StoredMessage[]
  /** Paths of the actors for whom messages wait. */
  recipients(): readonly string[]
  /** Counts a delivery, before the actor gets the message. @returns how many there were with this one, from 1 */
  attempt(id: string): number
  /** The message was handled and is forgotten. One that is not there was acknowledged before. */
  ack(id: string): void
}

export interface StoredDeadLetter extends NewMessage {
  readonly reason: string
  /** Every error that the message met, the oldest first. */
  readonly errors: readonly SerializedError[]
}

export interface DeadLetters {
  /** Takes the message out of the mailbox as well. One that is known stays as it is. */
  add(letter: StoredDeadLetter): void
  /** Newest first. */
  list(filter?: { to?: string; limit?: number }): readonly StoredDeadLetter[]
  count(): number
  find(id: string): StoredDeadLetter | undefined
  /** Back to the end of its actor's mailbox, with no attempts. @throws StoreError `unknown-record` */
  redrive(id: string, who: { by: string; at: number }): StoredMessage
  /** Gives it up for good. @throws StoreError `unknown-record` */
  drop(id: string, who: { by: string; at: number }): void
}

/** Counts of actors that go on after a restart of the process: restarts, failures, last success. */
export interface ActorCounts {
  save(path: string, counts: JsonObject, at: number): void
  all(): readonly { readonly path: string; readonly counts: JsonObject; readonly at: number }[]
}

// ---------------------------------------------------------------------------- what happened

/** An event of the table in `telemetry/domain-event-table.ts`. */
export interface NewEvent<T extends DomainEventType = DomainEventType> {
  readonly type: T
  readonly at: number
  readonly bot?: string | undefined
  /** What it is about: `TABLE/ID` of a row, the path of an actor, the id of a message. */
  readonly subject?: string | undefined
  /** In place of the active one. */
  readonly traceparent?: string | undefined
  readonly correlationId?: string | undefined
  readonly causationId?: string | undefined
  readonly data: DataOf<T>
}

export interface DomainEvent {
  /** Grows with time; of two events the one with the greater id was told later. */
  readonly id: number
  readonly at: number
  readonly type: DomainEventType
  readonly traceId?: string
  readonly spanId?: string
  /** Shared by everything that one first message brought about. */
  readonly correlationId?: string
  /** The message, or the event by its id, that brought this one about. */
  readonly causationId?: string
  readonly executionId?: string
  /** Of an act: its place in its execution. */
  readonly key?: string
  readonly bot?: string
  readonly subject?: string
  readonly data: JsonObject
}

export interface EventFilter {
  /** `act.completed`; or `act` for all that begin so. */
  readonly type?: string | undefined
  readonly bot?: string | undefined
  /** With those nested in it. */
  readonly execution?: string | undefined
  /** The 32 digits of a trace id. */
  readonly trace?: string | undefined
  readonly correlation?: string | undefined
  readonly since?: number | undefined
  /** Only what was told after the event of this id, the first ones first. */
  readonly after?: number | undefined
  /** Default 100. */
  readonly limit?: number | undefined
}

/** What happened, in order. Most events are told by the other parts of the store; `add` is for those that change nothing. */
export interface Events {
  add<T extends DomainEventType>(event: NewEvent<T>): void
  /** The latest that fit, oldest first. */
  list(filter?: EventFilter): readonly DomainEvent[]
  /** All events of a trace, with those that they came of in other traces and the restarts in between, oldest first. */
  story(traceId: string): readonly DomainEvent[]
  /** Trace ids that begin with these hexadecimal digits, five at most. */
  traces(beginning: string): readonly string[]
}

// ---------------------------------------------------------------------------- figures

export interface TableFigures {
  readonly table: string
  readonly rows: number
  /** Rows that nobody has decided on. */
  readonly pending: number
  readonly posted: number
  /** When the oldest of them was made. */
  readonly oldestPendingAt?: number
}

/** Counts for the metrics. They read whole tables: not to be asked for often. */
export interface Figures {
  /** Of the tables that narratives produced. */
  tables(): readonly TableFigures[]
  /** Decisions that persons made. */
  reviews(): { readonly approved: number; readonly rejected: number }
}

// ---------------------------------------------------------------------------- upkeep

export interface StoreSizes {
  readonly databaseBytes: number
  /** Part of the database that holds nothing; `compact` gives it back to the disk. */
  readonly freeBytes: number
  readonly walBytes: number
}

/** Older than these, by kind, a record may be forgotten. Epoch ms. */
export interface RetentionBounds {
  /** Executions that ended, generations, dead letters, events, and cached answers that expired. */
  readonly at: number
  /** Ledger, reviews and audit; without it they stay. */
  readonly ledgerAt?: number | undefined
  /** Content that was posted or rejected, with what it was made from; without it content stays. */
  readonly contentAt?: number | undefined
  /** Of more events than these the oldest go. Default 200,000. */
  readonly keptEvents?: number | undefined
}

/** How many records of each kind. */
export interface Prunable {
  readonly executions: number
  readonly deadLetters: number
  readonly answers: number
  readonly generations: number
  readonly events: number
  readonly ledger: number
  readonly reviews: number
  readonly audit: number
  readonly content: number
}

export interface Pruned extends Prunable {
  /** More is left to forget. */
  readonly more: boolean
}

export interface Maintenance {
  sizes(): StoreSizes
  /** Damages that SQLite finds, and records without what they belong to; none when all is well. Reads the whole file. */
  check(): readonly string[]
  /**
   * Forgets what is older than the bounds; executions with their acts, effects and the texts that only they began with.
   * What is owed stays: an execution that holds a row or has a command in doubt, content that nobody has decided on.
   *
   * @param bounds.now when it is done
   * @param bounds.limit of each kind at most, so that no lock is held for long; of content, a few more where they
   *   belong together. Default 500.
   */
  prune(bounds: RetentionBounds & { readonly now: number; readonly limit?: number }): Pruned
  /** What `prune` would forget in the end. */
  prunable(bounds: RetentionBounds): Prunable
  /** That were applied to this file. */
  migrations(): readonly { readonly number: number; readonly name: string }[]
  /** Empties the write-ahead log. False when a reader or writer was in the way; the next time will do. */
  checkpoint(): boolean
  /** Rewrites the file without its holes. Needs as much free disk as the file takes, and nobody else meanwhile. */
  compact(): void
}
