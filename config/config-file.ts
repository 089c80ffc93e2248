// Config file: what botticelli.toml says, each value with its place.
//
//   F1. A key of the wrong type is an error, a key nobody knows a warning with the nearest known name.
//   F2. All that is wrong is told at once.

import type { ErrorCode } from '../errors.ts'
import type { Diagnostic } from '../narratives/diagnostic.ts'
import { nearest } from '../narratives/nearest.ts'
import { parseToml, type Span, type TomlNode, type TomlTable } from '../narratives/toml-tree.ts'
import type { Kind } from './kinds.ts'
import { OTHER_NAMES, OTHER_TABLES } from './other-names.ts'
import { SETTINGS, type SettingKey } from './settings.ts'

interface FileValue {
  readonly key: SettingKey
  /** What stands for the `*` of the key. */
  readonly name?: string
  /** Dotted path as written, such as `bots.curator.every`. */
  readonly path: string
  readonly value: unknown
  readonly span: Span
  /** Of a table of values: where each of its keys stands. */
  readonly keys?: ReadonlyMap<string, Span>
}

export interface ConfigFile {
  readonly path: string
  readonly values: readonly FileValue[]
  /** The names chosen for each `*`, where they stand: also those of empty tables. */
  readonly names: ReadonlyMap<string, ReadonlyMap<string, Span>>
  readonly diagnostics: readonly Diagnostic[]
}

const KEYS = Object.keys(SETTINGS) as readonly SettingKey[]

export function readConfigFile(text: string, path: string): ConfigFile {
  const values: FileValue[] = []
  const names = new Map<string, Map<string, Span>>()
  const diagnostics: Diagnostic[] = []
  const parsed = parseToml(text)
  if ('problem' in parsed) {
    const { at, message } = parsed.problem
    diagnostics.push(diagnosticAt('toml-syntax', path, { start: at, end: at }, message, ''))
  } else {
    visit(parsed.root, '', undefined)
  }
  return { path, values, names, diagnostics }

  function visit(table: TomlTable, prefix: string, name: string | undefined): void {
    for (const [key, node] of table.entries) {
      const exact = prefix + key
      const other = OTHER_NAMES[exact]
      if (other !== undefined) take(other.key, name, node, other.read)
      else if (isSetting(exact)) take(exact, name, node)
      else if (hasBelow(`${exact}.`) || OTHER_TABLES.has(`${exact}.`)) enter(node, `${exact}.`, name)
      else if (hasBelow(`${prefix}*.`)) {
        const pattern = `${prefix}*.`
        names.set(pattern, (names.get(pattern) ?? new Map()).set(key, node.keySpan ?? node.span))
        enter(node, pattern, key)
      } else refuse(node, key, prefix)
    }
  }

  function enter(node: TomlNode, prefix: string, name: string | undefined): void {
    if (node.is === 'table') {
      visit(node, prefix, name)
      return
    }
    const message = `${node.path} is a table of settings, not ${article(node.is)}.`
    diagnostics.push(diagnosticAt('bad-config', path, node.span, message, node.path))
  }

  function take(
    key: SettingKey,
    name: string | undefined,
    node: TomlNode,
    read: (value: unknown) => unknown = (value) => value,
  ): void {
    const setting = SETTINGS[key]
    if (setting.secret) {
      const variable = setting.env[0]
      const message = `${node.path} is a secret and has no place in a file that is shared.`
      const fix = `Put ${variable} into .env, or name a file that holds it with ${variable}_FILE.`
      diagnostics.push({ ...diagnosticAt('bad-config', path, node.keySpan ?? node.span, message, node.path), fix })
      return
    }
    const value = (setting.kind as Kind<unknown>).fromToml(read(plain(node)))
    if (value === undefined) {
      const message = `${node.path} must be ${setting.kind.expected}, got ${shown(node)}.`
      const hint = node.is === 'string' ? (setting.kind as Kind<unknown>).hint?.(node.value) : undefined
      const diagnostic = diagnosticAt('bad-config', path, node.span, message, node.path)
      diagnostics.push(hint === undefined ? diagnostic : { ...diagnostic, hint })
    } else {
      const found = { key, path: node.path, value, span: node.span, ...(name !== undefined && { name }) }
      values.push(node.is === 'table' ? { ...found, keys: spansIn(node) } : found)
    }
  }

  function refuse(node: TomlNode, key: string, prefix: string): void {
    const meant = nearest(key, namesAt(prefix))
    const message = `Nobody knows the key ${node.path}; it has no effect.`
    const diagnostic = diagnosticAt('unknown-key', path, node.keySpan ?? node.span, message, node.path)
    const hint = meant === undefined ? {} : { hint: `did you mean "${meant}"?` }
    diagnostics.push({ ...diagnostic, ...hint, severity: 'warning' })
  }
}

/** Keys that say where the server and the database are. */
export const WHEREABOUTS: readonly string[] = ['state_dir', 'database']

/** The same for a file that is no TOML: a few lines that cannot be read are left out, and past these all that follows. */
export function readMendedFile(text: string, path: string): ConfigFile {
  const problems: Diagnostic[] = []
  const lines = text.split('\n')
  for (;;) {
    const file = readConfigFile(lines.join('\n'), path)
    const problem = file.diagnostics.find(({ code }) => code === 'toml-syntax')
    if (problem === undefined) return { ...file, diagnostics: [...problems, ...file.diagnostics] }
    const index = Math.min(problem.place.line, lines.length) - 1
    const isMended = problems.length < MOST_MENDED && lines[index] !== ''
    const left = isMended ? lines.splice(index, 1, withoutKeys(lines[index]!)) : lines.splice(index)
    const keys = left.map((line) => /^\s*(\w+)/.exec(line)?.[1] ?? '')
    problems.push({ ...problem, path: keys.find((key) => WHEREABOUTS.includes(key)) ?? '' })
  }
}

const MOST_MENDED = 10

/** What follows a header belongs to no other table. */
function withoutKeys(line: string): string {
  return /^\s*\[/.test(line) ? '[[unreadable]]' : ''
}

/** A diagnostic about something in a configuration file. */
export function diagnosticAt(code: ErrorCode, file: string, span: Span, message: string, path: string): Diagnostic {
  return { code, severity: 'error', message, path, place: { file, ...span.start }, end: span.end }
}

function isSetting(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key)
}

function hasBelow(prefix: string): boolean {
  return KEYS.some((key) => key.startsWith(prefix))
}

/** What may stand below a prefix, one segment deep. */
function namesAt(prefix: string): string[] {
  return KEYS.flatMap((key) => (key.startsWith(prefix) ? (key.slice(prefix.length).split('.')[0] ?? []) : []))
}

function spansIn(table: TomlTable): ReadonlyMap<string, Span> {
  return new Map([...table.entries].map(([key, node]) => [key, node.keySpan ?? node.span]))
}

function plain(node: TomlNode): unknown {
  if (node.is === 'table') return Object.fromEntries([...node.entries].map(([key, one]) => [key, plain(one)]))
  if (node.is === 'array') return node.items.map(plain)
  if (node.is === 'integer' && !Number.isSafeInteger(node.value)) return BigInt(node.digits)
  return node.value
}

function shown(node: TomlNode): string {
  if (node.is === 'array') {
    const items = `[${node.items.map(shown).join(', ')}]`
    return items.length > MOST_SHOWN ? article(node.is) : items
  }
  if (node.is === 'table') return article(node.is)
  if (node.is === 'string') return `"${node.value}"`
  return node.is === 'integer' ? node.digits : String(node.value)
}

const MOST_SHOWN = 60

function article(kind: TomlNode['is']): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`
}
