// Same meaning: whether a file says the same after it was rewritten.
//
//   Places, paths and the dialect do not count. Texts are compared as a model would get them, with made-up answers in
//   their placeholders: so a local variable may become a variable.

import type { Json, JsonObject } from '../../json.ts'
import type { Narrative, NarrativeFile } from '../narrative.ts'
import type { ParseResult } from '../parse-file.ts'
import { fillIn, type Values } from '../placeholders.ts'

/** Files with errors have no narratives to compare: they must have the same errors. */
export function sameMeaning(before: ParseResult, after: ParseResult): boolean {
  if (before.file === undefined || after.file === undefined) return errorsOf(before) === errorsOf(after)
  return meaningOf(before.file) === meaningOf(after.file)
}

function errorsOf({ diagnostics }: ParseResult): string {
  const codes = diagnostics.flatMap(({ severity, code }) => (severity === 'error' ? [code] : []))
  return codes.toSorted().join()
}

function meaningOf({ narratives, links, resources, main, defaults, security }: NarrativeFile): string {
  const rendered = [...narratives.values()].map((narrative) => {
    const { vars: _, variables, ...rest } = narrative
    return render({ ...rest, ...(usesLocals(narratives) ? {} : { variables }) }, valuesOf(narrative))
  })
  const others = { links: [...links], main, defaults, security, ...maps(resources) }
  return JSON.stringify([sorted(rendered as Json), sorted(others as unknown as Json)], withoutPlace)
}

/** What was a local variable may have become one of the narrative, or have gone into the text. */
function usesLocals(narratives: NarrativeFile['narratives']): boolean {
  return [...narratives.values()].some(({ vars, variables }) => vars !== undefined || variables !== undefined)
}

function maps({ bots, tables, media }: NarrativeFile['resources']) {
  return { bots: [...bots], tables: [...tables], media: [...media] }
}

function withoutPlace(key: string, value: unknown): unknown {
  return key === 'place' ? undefined : value
}

/** Keys in one order: it says nothing in TOML. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value as JsonObject).filter(([, each]) => each !== undefined)
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each!)]))
}

function render(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return fillIn(value, values, 'lenient').text
  if (Array.isArray(value)) return value.map((item) => render(item, values))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, render(each, values)]))
}

function valuesOf({ vars, variables }: Narrative): Values {
  return {
    response: (name) => (name === 'caller' ? undefined : (variables?.[name]?.default ?? `<answer of ${name}>`)),
    state: (key) => `<state ${key}>`,
    env: () => undefined,
    callerResponse: '<caller>',
    ...(vars !== undefined && { locals: vars }),
  }
}
