// Run warnings: what went less well than it looks while a narrative ran, for the person who ran it.
//
//   W1. Of equal warnings, which differ in numbers at most, the first is told at once; the others are counted.
//   W2. What the progress or the report says anyway (a failed act, a failed call, a missing price) is no warning here.

import { grouped, plural } from './figures.ts'
import { oneLine } from './plain-text.ts'

export interface RunWarning {
  readonly event: string
  readonly text: string
  readonly count: number
}

export interface RunWarnings {
  /** Takes one event of the log. @param read gives its fields, without secrets */
  take(event: string, message: string, read: () => Readonly<Record<string, unknown>>): void
  list(): readonly RunWarning[]
}

/** @param tell hears of each new one, as a line @param shownFile a file as the person who ran it knows it */
export function collectWarnings(tell: (text: string) => void, shownFile = (file: string) => file): RunWarnings {
  const known = new Map<string, { readonly event: string; readonly text: string; count: number }>()
  return {
    take(event, message, read) {
      if (!TOLD.has(event) && !TOLD.has(event.split('.', 1)[0]!)) return
      const text = textOf(event, message, read(), shownFile)
      const key = `${event} ${text.replace(/\d+/g, '#')}`
      const same = known.get(key)
      if (same !== undefined) same.count += 1
      else if (known.size < MOST_KINDS) {
        known.set(key, { event, text, count: 1 })
        tell(text)
      } else {
        const rest = known.get('') ?? { event: 'more', text: 'other warnings; --verbose shows all', count: 0 }
        rest.count += 1
        known.set('', rest)
      }
    },
    list: () => [...known.values()],
  }
}

/** What is to be said at the end: of which there were more. */
export function repeatedWarnings(warnings: readonly RunWarning[]): string[] {
  return warnings.flatMap(({ event, text, count }) => {
    if (event === 'more') return [`and ${grouped(count)} ${text}`]
    return count > 1 ? [`and ${grouped(count - 1)} more like it: ${text}`] : []
  })
}

/** `3 warnings`; nothing without one. */
export function countWarnings(warnings: readonly RunWarning[]): string[] {
  const all = warnings.reduce((sum, { count }) => sum + count, 0)
  return all === 0 ? [] : [plural(all, 'warning')]
}

/** Events, and whole targets, that concern what the run made. */
const TOLD: ReadonlySet<string> = new Set([
  ...['placeholder', 'table', 'json', 'content', 'telemetry'],
  ...['narrative.warning', 'platform.left_out', 'platform.rate_limited', 'llm.rate_limited'],
])
const MOST_KINDS = 100
const WIDTH = 300
/** Where it was, which comes first, and what says nothing to the one who waits for this run. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'act',
  'narrative',
  'execution',
  'bot',
  'bot_type',
  'file',
  'line',
  'err',
])

function textOf(
  event: string,
  message: string,
  fields: Readonly<Record<string, unknown>>,
  shownFile: (file: string) => string,
): string {
  const { act, file, line, err, warning } = fields
  const where = [act, typeof file === 'string' ? `${shownFile(file)}:${line}` : undefined].filter(
    (one) => one !== undefined,
  )
  // What is odd in a file says all itself.
  if (event === 'narrative.warning') return oneLine([...where, warning].join(': '), WIDTH)
  const details =
    warning === undefined
      ? Object.entries(fields).flatMap(([name, value]) => (ELSEWHERE.has(name) ? [] : [`${name} ${shown(value)}`]))
      : [shown(warning)]
  const cause = (err as { readonly message?: unknown } | undefined)?.message
  const all = [...details, ...(cause === undefined ? [] : [shown(cause)])]
  return oneLine([...where, [message, ...(all.length > 0 ? [`(${all.join(', ')})`] : [])].join(' ')].join(': '), WIDTH)
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.map(shown).join(' ') : JSON.stringify(value)
}
