// Trace tree: events put together to what a person asks about: executions, their acts, and what came of these.
//
// Pure. A tree has the executions in the order in which they began; below each its acts; below an act what it asked, sent
// and made, and the executions nested in it. What belongs to no execution stands between them.

import type { DomainEvent } from '../store/store.ts'

export type TraceNode = ExecutionNode | ActNode | EventNode

export interface ExecutionNode extends Ending {
  readonly is: 'execution'
  readonly id: string
  readonly at: number
  readonly bot?: string
  readonly narrative?: string
  readonly traceId?: string
  readonly children: TraceNode[]
}

export interface ActNode extends Ending {
  readonly is: 'act'
  readonly key: string
  readonly at: number
  attempts: number
  readonly children: TraceNode[]
}

/** What has no parts. */
interface EventNode {
  readonly is: 'event'
  readonly at: number
  readonly event: DomainEvent
}

interface Ending {
  status: 'running' | 'completed' | 'failed' | 'cancelled'
  durationMs?: number
  error?: { readonly code: string; readonly message: string }
}

/** @param events oldest first */
export function traceTree(events: readonly DomainEvent[]): readonly TraceNode[] {
  const roots: TraceNode[] = []
  const executions = new Map<string, ExecutionNode>()
  const acts = new Map<string, ActNode>()
  /** The acts, by the events that they began with. */
  const actOfEvent = new Map<string, ActNode>()

  for (const event of events) {
    const { executionId } = event
    if (executionId === undefined) {
      roots.push({ is: 'event', at: event.at, event })
      continue
    }
    const execution = executionOf(executionId, event)
    if (event.key === undefined) takeOwn(execution, event)
    else takeOfAct(actOf(execution, event.key, event), event)
  }
  return roots

  function executionOf(id: string, event: DomainEvent): ExecutionNode {
    const known = executions.get(id)
    if (known !== undefined) return known
    const node: ExecutionNode = {
      is: 'execution',
      id,
      at: event.at,
      ...(event.bot !== undefined && { bot: event.bot }),
      ...(typeof event.data.narrative === 'string' && { narrative: event.data.narrative }),
      ...(event.traceId !== undefined && { traceId: event.traceId }),
      status: 'running',
      children: [],
    }
    executions.set(id, node)
    const around = actOfEvent.get(event.causationId ?? '') ?? executions.get(id.slice(0, id.lastIndexOf('/')))
    const siblings = around?.children ?? roots
    siblings.push(node)
    return node
  }

  function actOf(execution: ExecutionNode, key: string, event: DomainEvent): ActNode {
    const place = `${execution.id}\n${key}`
    const node = acts.get(place) ?? { is: 'act', key, at: event.at, status: 'running', attempts: 0, children: [] }
    if (!acts.has(place)) {
      acts.set(place, node)
      execution.children.push(node)
    }
    if (event.type === 'act.started') actOfEvent.set(String(event.id), node)
    return node
  }
}

function takeOwn(node: ExecutionNode, event: DomainEvent): void {
  if (event.type === 'execution.started') return
  if (end(node, event)) return
  if (event.type === 'execution.resumed') {
    node.status = 'running'
  }
  node.children.push({ is: 'event', at: event.at, event })
}

function takeOfAct(node: ActNode, event: DomainEvent): void {
  if (event.type === 'act.started') node.attempts = Number(event.data.attempt)
  else if (!end(node, event)) {
    if (SETTLED.has(event.type)) dropIntent(node, event)
    node.children.push({ is: 'event', at: event.at, event })
  }
}

const SETTLED: ReadonlySet<DomainEvent['type']> = new Set(['command.done', 'command.failed', 'command.doubtful'])

/** An intent says something only as long as nobody knows what became of it. */
function dropIntent({ children }: ActNode, { data }: DomainEvent): void {
  const intent = children.findLastIndex(
    (node) => node.is === 'event' && node.event.type === 'command.intended' && node.event.data.command === data.command,
  )
  if (intent >= 0) children.splice(intent, 1)
}

const ENDINGS = ['completed', 'failed', 'cancelled'] as const

/** Whether the event was the end of the execution or the act. */
function end(node: Ending, { type, data }: DomainEvent): boolean {
  const [subject, participle] = type.split('.')
  const status = ENDINGS.find((ending) => ending === participle)
  if (status === undefined || (subject !== 'act' && subject !== 'execution')) return false
  node.status = status
  if (typeof data.duration_ms === 'number') node.durationMs = data.duration_ms
  if (typeof data.error === 'object') node.error = data.error as unknown as NonNullable<Ending['error']>
  return true
}
