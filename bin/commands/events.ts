// events: what happened to runs, content and actors, out of the database; with -f also what happens from now on.

import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import { nearest } from '../../narratives/nearest.ts'
import type { DomainEvent, EventFilter, Store } from '../../store/store.ts'
import { DOMAIN_EVENTS, EVENT_SUBJECTS } from '../../telemetry/domain-event-table.ts'
import type { Options, Run } from '../command.ts'
import { domainEventText } from '../domain-event-text.ts'
import { EXIT } from '../exit-codes.ts'
import { isoTime } from '../figures.ts'
import { findExecution } from '../find-execution.ts'
import { watchInterrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../parse.ts'
import { readStore } from '../project.ts'

/** How often the database is looked at for more: other processes tell into it. */
const LOOK_MS = 250
const MOST_AT_ONCE = 500

export const events: Run = async (options, io) => {
  const { config } = io.configInPart()
  const follow = options.isSet('follow')
  checkType(options.text('type'), io)
  const latest = await readStore(config, [] as readonly DomainEvent[], (store) =>
    store.events.list({ ...filterOf(options, store, io), limit: options.number('limit') ?? 100 }),
  )
  for (const event of latest) print(event, io)
  if (latest.length === 0 && !follow) io.remark('Nothing like that has happened yet.')
  if (follow) await goOn(latest.at(-1)?.id, options, config, io)
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
  const sinceMs = options.number('since')
  return {
    type: options.text('type'),
    bot: options.text('bot'),
    execution: execution === undefined ? undefined : findExecution(store, execution).id,
    trace: options.text('trace'),
    correlation: options.text('correlation'),
    since: sinceMs === undefined ? undefined : io.now() - sinceMs,
  }
}

/** Until Ctrl-C, or the time of --timeout. A database that does not exist yet is waited for. */
async function goOn(last: number | undefined, options: Options, config: Config, io: Io): Promise<void> {
  using interrupts = watchInterrupts(io.now)
  const enough = new AbortController()
  void interrupts.first.then(() => enough.abort())
  const signal = AbortSignal.any([enough.signal, io.signal])
  const pause = () => wait(LOOK_MS, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    await readStore(config, undefined, async (store) => {
      const filter = filterOf(options, store, io)
      let after = last ?? store.events.list({ limit: 1 })[0]?.id ?? 0
      while (!signal.aborted) {
        for (const event of store.events.list({ ...filter, after, limit: MOST_AT_ONCE })) {
          print(event, io)
          after = event.id
        }
        await pause()
      }
    })
    await pause()
  }
}

function print(event: DomainEvent, io: Io): void {
  if (io.json) io.printJson({ ...event, at: isoTime(event.at) })
  else io.print(domainEventText(event, io.paint))
}
