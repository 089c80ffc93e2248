// events: what happened to runs, content and actors, out of the database; with -f also what happens from now on.

import { BotticelliError } from '../../errors.ts'
import { nearest } from '../../narratives/nearest.ts'
import type { DomainEvent, EventFilter, Store } from '../../store/store.ts'
import { DOMAIN_EVENTS, EVENT_SUBJECTS } from '../../telemetry/domain-event-table.ts'
import type { Options, Run } from '../command.ts'
import { domainEventText } from '../domain-event-text.ts'
import { EXIT } from '../exit-codes.ts'
import { isoTime } from '../figures.ts'
import { findExecution } from '../find-execution.ts'
import { findTrace } from '../find-trace.ts'
import { followStore } from '../follow-store.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../parse.ts'
import { readStore } from '../project.ts'

export const events: Run = async (options, io) => {
  const { config } = io.configInPart()
  const follow = options.isSet('follow')
  checkType(options.text('type'), io)
  const latest = await readStore(config, [] as readonly DomainEvent[], (store) =>
    store.events.list({ ...filterOf(options, store, io), limit: options.number('limit') ?? 100 }),
  )
  for (const event of latest) print(event, io)
  if (latest.length === 0 && !follow) io.remark('Nothing like that has happened yet.')
  if (follow) {
    await followStore(config, latest.at(-1)?.id, io, {
      newest: (store) => store.events.list({ limit: 1 }),
      list: (store, after, limit) => store.events.list({ ...filterOf(options, store, io), after, limit }),
      print: (event) => print(event, io),
    })
  }
  return EXIT.ok
}

/** @throws UsageError for a type that no event has */
function checkType(type: string | undefined, io: Io): void {
  if (type === undefined || type in DOMAIN_EVENTS || EVENT_SUBJECTS.includes(type)) return
  const near = nearest(type, [...EVENT_SUBJECTS, ...Object.keys(DOMAIN_EVENTS)])
  const fix = near === undefined ? `There are ${EVENT_SUBJECTS.join(', ')}.` : `Did you mean ${near}?`
  throw new UsageError(`No event is called "${type}".`, fix, io.globals)
}

function filterOf(options: Options, store: Store, io: Io): EventFilter {
  const execution = options.text('execution')
  const trace = options.text('trace')
  const sinceMs = options.number('since')
  return {
    type: options.text('type'),
    bot: options.text('bot'),
    execution: execution === undefined ? undefined : findExecution(store, execution).id,
    trace: trace === undefined ? undefined : (findTrace(store, trace) ?? unknownTrace(trace)),
    correlation: options.text('correlation'),
    since: sinceMs === undefined ? undefined : io.now() - sinceMs,
  }
}

function unknownTrace(trace: string): never {
  throw new BotticelliError('not-found', `Nothing is known of a trace "${trace}".`, {
    fix: 'Give its 32 digits, or the first ones: "executions trace ID" shows it.',
  })
}

function print(event: DomainEvent, io: Io): void {
  if (io.json) io.printJson({ ...event, at: isoTime(event.at) })
  else io.print(domainEventText(event, io.paint))
}
