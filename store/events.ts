// Events: what happened, kept in order.
//
//   N1. Whatever changes the store tells its event in the same transaction: changed and told, or neither.
//   N2. An event carries the trace context that is active, else the one that its act or execution was stored with.
//   N3. `causation` names what brought it about: the message that led to an execution, the event that an execution or an
//       act began with. `correlation` is the same for all that one first message brought about.
//   N4. No text of a person or of an error gets in with a secret (P8).

import type { JsonObject } from '../json.ts'
import type { DataOf, DomainEventType } from '../telemetry/domain-event-table.ts'
import { activeTraceparent } from '../telemetry/trace-context.ts'
import type { Db } from './database.ts'
import { type Beginning, forgetRun, rootOf, runOf } from './known-runs.ts'
import { present } from './row.ts'
import type { DomainEvent, EventFilter, Events, NewEvent, RowRef } from './store.ts'

export function openEvents(db: Db): Events {
  return {
    add: (event) => db.join('events.add', () => void tell(db, event)),
    list: (filter) => db.read('events.list', () => list(db, filter)),
    story: (traceId) => db.read('events.story', () => story(db, traceId)),
    traces: (beginning) => db.read('events.traces', () => traces(db, beginning)),
  }
}

/**
 * To be called in the write that it tells of.
 *
 * @param id where it is not the next one of those that are there
 * @returns the event's id, which is another one if the write is made again
 */
export function tell<T extends DomainEventType>(db: Db, event: NewEvent<T>, id?: number): number {
  return add(db, event, event.traceparent ?? activeTraceparent(), event, id)
}

/** Of an execution, or of one of its acts. */
export interface RunEvent<T extends DomainEventType> {
  readonly type: T
  readonly at: number
  readonly executionId: string
  readonly key?: string | undefined
  readonly subject?: string | undefined
  /** Where it is not the event that the act or the execution began with. */
  readonly causationId?: string | undefined
  /** Of the item that it is about, in place of the active one. */
  readonly traceparent?: string | undefined
  readonly data: DataOf<T>
}

/**
 * The same for what happens in an execution: what led to it, its bot and its trace are looked up.
 *
 * @param act where the caller has it already
 */
export function tellOfRun<T extends DomainEventType>(db: Db, event: RunEvent<T>, act = actOf(db, event)): number {
  const { executionId, key } = event
  const run = runOf(db, executionId)
  // Rows can be stored for an execution that was forgotten.
  if (run === undefined) return tell(db, event)
  return add(db, event, event.traceparent ?? activeTraceparent() ?? act?.traceparent ?? run.traceparent, {
    correlationId: run.correlationId,
    causationId: event.causationId ?? (act?.eventId ?? run.eventId)?.toString(),
    bot: run.bot,
    executionId,
    key,
  })
}

/** From here on the event is what the execution began with. */
export function beginsWith(db: Db, executionId: string, eventId: number): void {
  db.run('update executions set event_id = @eventId where id = @executionId', { executionId, eventId })
  forgetRun(db, executionId)
}

function actOf(db: Db, { executionId, key }: Pick<RunEvent<never>, 'executionId' | 'key'>): Beginning | undefined {
  if (key === undefined) return undefined
  return db.get<Beginning>(
    `select event_id as eventId, traceparent from act_executions where execution_id = @executionId and key = @key`,
    { executionId, key },
  )
}

interface Origin {
  readonly correlationId?: string | null | undefined
  readonly causationId?: string | undefined
  readonly bot?: string | null | undefined
  readonly executionId?: string
  readonly key?: string | undefined
}

function add<T extends DomainEventType>(
  db: Db,
  { at, type, subject, data }: Pick<NewEvent<T>, 'at' | 'type' | 'subject' | 'data'>,
  traceparent: string | null | undefined,
  origin: Origin,
  id?: number,
): number {
  const root = origin.executionId && rootOf(origin.executionId)
  return db.run(
    `insert into domain_events (id, at, type, trace_id, span_id, correlation_id, causation_id, execution_id, act_key, bot,
       subject, data)
     values (@id, @at, @type, unhex(@traceId), unhex(@spanId), @correlationId, @causationId, @executionId, @key, @bot,
       @subject, @data)`,
    {
      id,
      at,
      type,
      traceId: traceparent?.slice(3, 35),
      spanId: traceparent?.slice(36, 52),
      correlationId: origin.correlationId === root ? undefined : origin.correlationId,
      causationId: origin.causationId,
      executionId: origin.executionId,
      key: origin.key,
      bot: origin.bot,
      subject,
      data: JSON.stringify(data),
    },
  ).id
}

/** How a row is named as the subject of an event. */
export function subjectOf({ table, id }: RowRef): string {
  return `${table}/${id}`
}

const DEFAULT_LIMIT = 100

type Row = { [K in keyof DomainEvent]-?: Exclude<DomainEvent[K], undefined> | null } & { readonly data: string }

/** One that is not written is the run itself. */
const CORRELATION = `coalesce(correlation_id, substr(execution_id, 1, instr(execution_id || '/', '/') - 1))`

const COLUMNS = `id, at, type, lower(nullif(hex(trace_id), '')) as traceId, lower(nullif(hex(span_id), '')) as spanId,
  ${CORRELATION} as correlationId,
  causation_id as causationId, execution_id as executionId, act_key as "key", bot, subject, data`

/** The latest that fit, the oldest of them first; with `after`, the first ones after it. */
function list(db: Db, filter: EventFilter = {}): readonly DomainEvent[] {
  const { after, type, execution } = filter
  const rows = db.all<Row>(
    `select ${COLUMNS} from domain_events
      where id > @after
        and (@type is null or type = @type or type glob @types)
        and (@bot is null or bot = @bot)
        and (@execution is null or execution_id = @execution
          or (execution_id > @execution || '/' and execution_id < @execution || '0'))
        and (@trace is null or trace_id = unhex(@trace))
        and (@correlation is null or ${CORRELATION} = @correlation)
        and (@since is null or at >= @since)
      order by id ${after === undefined ? 'desc' : 'asc'} limit @limit`,
    {
      after: after ?? 0,
      type,
      types: type === undefined ? undefined : `${type}.*`,
      bot: filter.bot,
      execution,
      trace: filter.trace,
      correlation: filter.correlation,
      since: filter.since,
      limit: filter.limit ?? DEFAULT_LIMIT,
    },
  )
  const events = rows.map(toEvent)
  return after === undefined ? events.toReversed() : events
}

/**
 * What carries the trace id; and of the acts and executions in other traces that brought it about, what they did and how
 * they ended. And the restarts between its beginning and its end.
 */
function story(db: Db, traceId: string): readonly DomainEvent[] {
  return db
    .all<Row>(
      `with recursive told(id, causation_id) as (
         select id, causation_id from domain_events where trace_id = unhex(@traceId)
         union
         select c.id, c.causation_id from told join domain_events c on c.id = cast(told.causation_id as integer)
          where told.causation_id not glob '*[^0-9]*'),
       around as (select execution_id, act_key from domain_events where id in (select id from told) and execution_id is not null)
       select ${COLUMNS} from domain_events e
        where id in (select id from told)
          or (execution_id is not null and trace_id is not unhex(@traceId) and (act_key is null and type glob 'execution.*'
              and execution_id in (select execution_id from around)
            or act_key is not null and type not glob 'content.*'
              and (execution_id, act_key) in (select execution_id, act_key from around)))
          or (type = 'server.started' and id > (select min(id) from domain_events where trace_id = unhex(@traceId))
            and id < (select max(id) from domain_events where trace_id = unhex(@traceId)))
        order by id`,
      { traceId },
    )
    .map(toEvent)
}

function traces(db: Db, beginning: string): readonly string[] {
  return db
    .all<{ readonly traceId: string }>(
      `select distinct lower(hex(trace_id)) as traceId from domain_events
        where trace_id between unhex(@least) and unhex(@most) limit 5`,
      { least: beginning.padEnd(32, '0'), most: beginning.padEnd(32, 'f') },
    )
    .map(({ traceId }) => traceId)
}

function toEvent(row: Row): DomainEvent {
  return present<DomainEvent>({ ...row, data: JSON.parse(row.data) as JsonObject })
}
