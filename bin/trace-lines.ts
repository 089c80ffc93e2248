// Trace lines: the tree of a trace as lines of a terminal.

import type { DomainEvent } from '../store/store.ts'
import { duration, isoTime, money } from './figures.ts'
import type { Paint } from './io.ts'
import { oneLine } from './plain-text.ts'
import type { ActNode, ExecutionNode, TraceNode } from './trace-tree.ts'

export interface LineOptions {
  readonly columns: number
  readonly paint: Paint
  /** The trace that is shown; an execution of another one says so. */
  readonly traceId?: string
}

/** One line a node; the time (UTC) stands where a branch begins. */
export function traceLines(roots: readonly TraceNode[], options: LineOptions): string[] {
  return roots.flatMap((node) => {
    const time = `${isoTime(node.at).slice(11, 19)}  `
    return [shown(time, textOf(node, options), node, options), ...below(node, ' '.repeat(time.length), options)]
  })
}

function below(node: TraceNode, indent: string, options: LineOptions): string[] {
  if (node.is === 'event') return []
  return node.children.flatMap((child, index) => {
    const isLast = index === node.children.length - 1
    return [
      shown(`${indent}${isLast ? '└─ ' : '├─ '}`, textOf(child, options), child, options),
      ...below(child, `${indent}${isLast ? '   ' : '│  '}`, options),
    ]
  })
}

function shown(lead: string, text: string, node: TraceNode, { columns, paint }: LineOptions): string {
  const line = oneLine(text, Math.max(columns - lead.length, 20))
  const failed = node.is === 'event' ? BAD.test(node.event.type) : node.status === 'failed'
  return `${paint('dim', lead)}${failed ? paint('red', line) : node.is === 'execution' ? paint('bold', line) : line}`
}

const BAD = /\.(?:failed|doubtful|crashed|escalated|given_up)$/

function textOf(node: TraceNode, options: LineOptions): string {
  switch (node.is) {
    case 'execution':
      return executionText(node, options)
    case 'act':
      return `${node.key}  ${endText(node)}`
    case 'event':
      return eventText(node.event)
  }
}

/** `writer: generate ✓ 1.2 s`; of another trace, with its id. */
function executionText(node: ExecutionNode, { traceId }: LineOptions): string {
  const who = node.bot === undefined || node.id.includes('/') ? '' : `${node.bot}: `
  const elsewhere = node.traceId === undefined || traceId === undefined || node.traceId === traceId
  return `${who}${node.narrative ?? node.id}  ${endText(node)}${elsewhere ? '' : `  (trace ${node.traceId?.slice(0, 8)}…)`}`
}

function endText(node: ExecutionNode | ActNode): string {
  const { status, durationMs, error } = node
  const parts = [
    `${MARKS[status]}${durationMs === undefined ? '' : ` ${duration(durationMs)}`}`,
    node.is === 'act' && node.attempts > 1 ? `${node.attempts} attempts` : '',
    error === undefined ? '' : `${error.code}: ${error.message}`,
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

const MARKS = { running: '…', completed: '✓', failed: '✗', cancelled: 'cancelled' } as const

function eventText({ type, subject = '', data }: DomainEvent): string {
  const note = typeof data.note === 'string' ? `: "${data.note}"` : ''
  switch (type) {
    case 'model.answered':
      return answerText(data)
    case 'command.intended':
      return `${data.command}  …`
    case 'command.done':
      return `${data.command}  ✓${data.dry_run === true ? ' dry run' : ''}`
    case 'command.failed':
    case 'command.doubtful':
      return `${data.command}  ${type === 'command.failed' ? '✗' : 'in doubt'} ${errorText(data.error)}`
    case 'content.generated':
      return `made ${subject}`
    case 'content.curated':
      return `chose ${data.from}, now ${subject}`
    case 'content.published':
      return `published ${subject}${data.dry_run === true ? ' (dry run)' : ''}`
    case 'content.approved':
    case 'content.rejected':
      return `${data.by} ${type.slice('content.'.length)} ${subject}${note}`
    case 'execution.resumed':
      return `taken up again (it was ${data.was})`
    case 'server.started':
      return `the server is started again (version ${data.version}, process ${data.pid})`
    default:
      return `${type} ${subject}`.trimEnd()
  }
}

function answerText(data: DomainEvent['data']): string {
  const cost = typeof data.cost_usd === 'number' ? ` · ${money(data.cost_usd)}` : ''
  const took = duration(Number(data.duration_ms))
  return `${data.provider}:${data.model}  ${data.input_tokens} → ${data.output_tokens} tokens · ${took}${cost}`
}

function errorText(error: unknown): string {
  const { code, message } = error as { readonly code: string; readonly message: string }
  return `${code}: ${message}`
}
