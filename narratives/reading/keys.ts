// Keys: reads a TOML table key by key, checks types and remembers what nobody asked for.
//
//   K1. A key of the wrong type is reported and read as absent.
//   K2. Of two spellings of a key the first that is asked for wins, and the other is reported.

import type { Json, JsonObject } from '../../json.ts'
import { didYouMean, onlyNearest } from '../nearest.ts'
import type { TomlNode, TomlTable } from '../toml-tree.ts'
import { keyOf, type Report } from './report.ts'

export class Keys {
  readonly table: TomlTable
  readonly report: Report
  readonly #asked = new Set<string>()
  readonly #what: string

  /** @param what how messages name the table, such as `act "hook"` */
  constructor(table: TomlTable, report: Report, what: string) {
    this.table = table
    this.report = report
    this.#what = what
  }

  has(name: string): boolean {
    return this.table.entries.has(name)
  }

  /** The value under the first of the names that is there. */
  node(...names: readonly string[]): TomlNode | undefined {
    let found: { name: string; node: TomlNode } | undefined
    for (const name of names) {
      const isNew = !this.#asked.has(name)
      this.#asked.add(name)
      const node = this.table.entries.get(name)
      if (node === undefined) continue
      if (found === undefined) {
        found = { name, node }
        if (isNew && name !== names[0]) this.#respell(node, name, names[0]!)
      } else if (isNew)
        this.report.warn('duplicate-setting', keyOf(node), `"${name}" is ignored: "${found.name}" is given as well.`)
    }
    return found?.node
  }

  string(...names: readonly string[]): string | undefined {
    const node = this.node(...names)
    if (node === undefined) return undefined
    return node.is === 'string' ? node.value : this.#wrong(node, 'a string')
  }

  /** @param report where a missing key is reported */
  required(name: string, report = this.report): string | undefined {
    const value = this.string(name)
    if (!this.has(name)) {
      report.error('bad-type', keyOf(this.table), `"${this.table.path}.${name}" must be a string, found nothing.`, {
        hint: `"${name}" is missing`,
        fix: `Add ${name} = "…".`,
      })
    }
    return value
  }

  /** A string, or an integer as its digits: for ids, which people write either way. */
  id(name: string): string | undefined {
    const node = this.node(name)
    if (node?.is === 'string') return node.value
    if (node?.is === 'integer') return node.digits
    return node && this.#wrong(node, 'a string')
  }

  number(name: string): number | undefined {
    const node = this.node(name)
    if (node === undefined) return undefined
    if ((node.is === 'integer' || node.is === 'float') && Number.isFinite(node.value)) return node.value
    return this.#wrong(node, 'a number')
  }

  /** An integer from 0. */
  count(name: string): number | undefined {
    const node = this.node(name)
    if (node === undefined) return undefined
    if (node.is === 'integer' && node.value >= 0 && Number.isSafeInteger(node.value)) return node.value
    return this.#wrong(node, 'an integer from 0')
  }

  boolean(name: string): boolean | undefined {
    const node = this.node(name)
    if (node === undefined) return undefined
    return node.is === 'boolean' ? node.value : this.#wrong(node, 'true or false')
  }

  strings(name: string): readonly string[] | undefined {
    const node = this.node(name)
    return node && stringsOf(node, this.report)
  }

  tableAt(...names: readonly string[]): TomlTable | undefined {
    const node = this.node(...names)
    if (node === undefined) return undefined
    return node.is === 'table' ? node : this.#wrong(node, 'a table')
  }

  /** The keys that nobody asked for. */
  rest(): readonly (readonly [string, TomlNode])[] {
    return [...this.table.entries].filter(([name]) => !this.#asked.has(name))
  }

  /** Warns of every key that nobody asked for. */
  warnOfRest(): void {
    for (const [name, node] of this.rest()) {
      this.noteMeant(name, node, this.#asked)
      this.report.warn('unknown-key', keyOf(node), `Unknown key "${name}" in ${this.#what}.`, {
        hint: didYouMean(name, this.#asked),
        fix: `Known here: ${[...this.#asked].join(', ')}.`,
      })
    }
  }

  /** Notes which known key was meant, where there is one and it is not given as well. */
  noteMeant(name: string, node: TomlNode, known: Iterable<string>): void {
    const meant = onlyNearest(name, known)
    if (meant !== undefined && !this.has(meant)) this.#respell(node, name, meant, true)
  }

  #respell({ path }: TomlNode, from: string, to: string, isMistake = false): void {
    this.report.respellings.push({ path, from, to, isMistake })
  }

  #wrong(node: TomlNode, expected: string): undefined {
    reportType(this.report, node, expected)
  }
}

export function stringsOf(node: TomlNode, report: Report): readonly string[] | undefined {
  if (node.is !== 'array') return reportType(report, node, 'an array of strings')
  const strings: string[] = []
  for (const item of node.items) {
    if (item.is === 'string') strings.push(item.value)
    else reportType(report, item, 'a string')
  }
  return strings
}

export function reportType(report: Report, node: TomlNode, expected: string): undefined {
  report.error('bad-type', node, `"${node.path}" must be ${expected}, found ${found(node)}.`, {
    hint: `expected ${expected}`,
  })
}

const KIND_NAMES = {
  string: 'the string',
  integer: 'the integer',
  float: 'the number',
  boolean: 'the boolean',
  datetime: 'the date',
  array: 'an array',
  table: 'a table',
} as const

function found(node: TomlNode): string {
  if (node.is === 'array' || node.is === 'table') return KIND_NAMES[node.is]
  if (node.is === 'integer') return `the integer ${node.digits}`
  const text = JSON.stringify(node.value) ?? String(node.value)
  return `${KIND_NAMES[node.is]} ${text.length > 40 ? `${text.slice(0, 37)}…"` : text}`
}

/** The value as JSON. Integers beyond a JavaScript number, dates, infinities and NaN become strings. */
export function jsonOf(node: TomlNode): Json {
  switch (node.is) {
    case 'array':
      return node.items.map(jsonOf)
    case 'table':
      return jsonObjectOf(node)
    case 'integer':
      return Number.isSafeInteger(node.value) ? node.value : node.digits
    case 'float':
      return Number.isFinite(node.value) ? node.value : String(node.value)
    default:
      return node.value
  }
}

export function jsonObjectOf(table: TomlTable): JsonObject {
  return Object.fromEntries([...table.entries].map(([name, node]) => [name, jsonOf(node)]))
}
