// executions trace: the whole story of an item or an execution as a tree, over bots and restarts.

import { BotticelliError } from '../../errors.ts'
import type { DomainEvent, Store } from '../../store/store.ts'
import { traceIdOf } from '../../telemetry/trace-context.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { duration, isoTime, plural } from '../figures.ts'
import { findExecution } from '../find-execution.ts'
import { findTrace } from '../find-trace.ts'
import type { Io } from '../io.ts'
import { readStore } from '../project.ts'
import { traceLines } from '../trace-lines.ts'
import { type TraceNode, traceTree } from '../trace-tree.ts'

/** What was found under an id. */
interface Story {
  /** What the words meant, for a person. */
  readonly of: string
  /** Undefined for an execution: what is in it may belong to several. */
  readonly traceId?: string
  readonly events: readonly DomainEvent[]
}

const MOST_EVENTS = 10_000
const USUAL_COLUMNS = 80

export const executionsTrace: Run = async (options, io) => {
  const { config } = io.configInPart()
  const words = options.args[0] ?? ''
  const story = await readStore(config, undefined, (store) => storyOf(words, config.pipeline.drafts, store))
  if (story === undefined || story.events.length === 0) throw unknown(words)
  const roots = traceTree(story.events)
  if (io.json) io.printJson({ of: story.of, traceId: story.traceId, nodes: roots.map(asJson) })
  else show(story, roots, io)
  return EXIT.ok
}

/** A trace id, an item, or an execution. @throws BotticelliError `not-found` */
function storyOf(words: string, drafts: string, store: Store): Story {
  const [, table = drafts, id] = /^(?:(\w+)\/)?(\d+)$/.exec(words) ?? []
  const row =
    id !== undefined && store.content.exists(table) ? store.content.find({ table, id: Number(id) }) : undefined
  const itsTrace = traceIdOf(row?.traceparent)
  if (itsTrace !== undefined) return { of: `${table}/${id}`, traceId: itsTrace, events: store.events.story(itsTrace) }
  const trace = findTrace(store, words)
  if (trace !== undefined) return { of: `trace ${trace}`, traceId: trace, events: store.events.story(trace) }
  if (id !== undefined) throw unknown(words)
  const execution = findExecution(store, words)
  return { of: execution.id, events: store.events.list({ execution: execution.id, limit: MOST_EVENTS }) }
}

function unknown(words: string): BotticelliError {
  return new BotticelliError('not-found', `Nothing is known of "${words}".`, {
    fix: 'Give an execution, an item such as potential_discord_posts/1, or a trace id: "content list" and "executions list" show what there is.',
  })
}

function show({ of, traceId, events }: Story, roots: readonly TraceNode[], io: Io): void {
  const [first, last] = [events[0]!, events.at(-1)!]
  const bots = new Set(events.flatMap(({ bot }) => bot ?? []))
  const restarts = events.filter(({ type }) => type === 'server.started').length
  const facts = [
    bots.size > 0 ? plural(bots.size, 'bot') : undefined,
    restarts > 0 ? plural(restarts, 'restart') : undefined,
    plural(events.length, 'event'),
    duration(last.at - first.at),
  ]
  io.print(`${io.paint('bold', of)}  ${facts.filter((fact) => fact !== undefined).join(' · ')}`)
  if (traceId !== undefined && of !== `trace ${traceId}`) io.print(`trace ${traceId}`)
  io.print(`from ${isoTime(first.at)}`)
  io.print()
  const elsewhere = traceId === undefined ? {} : { traceId }
  for (const line of traceLines(roots, { columns: io.columns ?? USUAL_COLUMNS, paint: io.paint, ...elsewhere })) {
    io.print(line)
  }
}

/** An event as `events --json` has it, and the others with what is below them. */
function asJson(node: TraceNode): object {
  if (node.is === 'event') return { ...node.event, at: isoTime(node.at), is: 'event' }
  return { ...node, at: isoTime(node.at), children: node.children.map(asJson) }
}
