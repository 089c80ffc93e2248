// Telemetry docs: the tables of metrics, spans and log events as Markdown, for docs/observability.md.

import { DOCUMENT_NAMES } from '../../telemetry/document-names.ts'
import { DOMAIN_EVENTS } from '../../telemetry/domain-event-table.ts'
import { INSTRUMENTS, type InstrumentEntry } from '../../telemetry/instrument-table.ts'
import { COMMON_FIELDS, LOG_EVENTS, type LogEventEntry } from '../../telemetry/log-event-table.ts'
import { exposedName } from '../../telemetry/prometheus.ts'
import { SPANS } from '../../telemetry/span-table.ts'

export function metricTable(): string {
  const rows = Object.entries(INSTRUMENTS as Record<string, InstrumentEntry>).map(([name, entry]) => {
    const kind = entry.kind.replace('observable-', '') as 'counter' | 'gauge' | 'histogram'
    return [code(exposedName(name, entry.unit, kind)), kind, labels(entry), entry.help]
  })
  return table(['metric', 'type', 'labels', 'what it says'], rows)
}

export function otherNameTable(): string {
  const rows = Object.entries(DOCUMENT_NAMES).map(([name, { of, labels = {}, only = {}, counted, scale }]) => {
    const { kind, unit } = INSTRUMENTS[of]
    const plain = kind.replace('observable-', '') as 'counter' | 'gauge' | 'histogram'
    const chosen = Object.entries(only).map(([label, values]) => {
      const exposed = label.replaceAll('.', '_')
      return values.length === 0 ? `${exposed}!=""` : `${exposed}=~"${values.join('|')}"`
    })
    const source = `${exposedName(of, unit, plain)}${counted ? '_count' : ''}${chosen.length === 0 ? '' : `{${chosen}}`}`
    const times = scale === undefined ? '' : ` times ${scale}`
    const as = counted ? exposedName(name, '', 'counter') : exposedName(name, unit, plain)
    return [code(as), Object.keys(labels).map(code).join(', '), `${code(source)}${times}`]
  })
  return table(['name', 'labels', 'made of'], rows)
}

export function spanTable(): string {
  const rows = Object.entries(SPANS).map(([name, { kind, when, attributes }]) => [
    code(name),
    kind,
    when,
    attributes.map(code).join(', '),
  ])
  return table(['span', 'kind', 'when', 'attributes'], rows)
}

export function eventTable(): string {
  const rows = Object.entries(LOG_EVENTS as Record<string, LogEventEntry>).map(([name, { level, message, fields }]) => [
    code(name),
    level,
    message,
    Object.keys(fields).map(code).join(', '),
  ])
  const common = Object.keys(COMMON_FIELDS).map((field) => code(field.replace('?', '')))
  return `${table(['event', 'level', 'message', 'fields'], rows)}\n\nAny event may also carry ${common.join(', ')}.`
}

export function domainEventTable(): string {
  const rows = Object.entries(DOMAIN_EVENTS).map(([type, { when, fields }]) => [
    code(type),
    when,
    Object.keys(fields).map(code).join(', '),
  ])
  return table(['event', 'when', 'data'], rows)
}

/** A label with its values, where they are a closed list; `?` marks one that may be missing. */
function labels({ labels }: InstrumentEntry): string {
  return Object.entries(labels)
    .map(([label, values]) => {
      const exposed = label.replace(/[^A-Za-z0-9_?]/g, '_')
      return code(typeof values === 'string' ? exposed : `${exposed}=${values.join('/')}`)
    })
    .join(', ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}
