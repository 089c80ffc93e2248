// Placeholders: fills `{{name}}`, `${name}` and their relatives into a text (format, section 11).
//
//   L1. One pass: what a placeholder brings in is never looked at again.
//   L2. Strict (arguments of commands): a placeholder without a value is an error. Lenient (prompts): it stays as it
//       is written, and its name is returned.
//   L3. `$$` before a name or a brace stands for one dollar sign and switches the placeholder off.

import type { Json, JsonObject } from '../json.ts'
import { responseAsJson } from './extract-json.ts'
import { segmentsOf, textOf, valueAt } from './json/json-path.ts'
import { NarrativeError } from './narrative-error.ts'
import { nearest } from './nearest.ts'

/** Where placeholders get their values from. Undefined means that there is none. */
export interface Values {
  /** Last response of an act, last rendering of a table; `previous` is the act that ran just before. */
  response(name: string): string | undefined
  state(key: string): string | undefined
  env(name: string): string | undefined
  /** Names of acts and tables that an error message may suggest. */
  readonly known?: () => readonly string[]
  /** Keys of the state, for the message that one is missing. */
  readonly stateKeys?: () => readonly string[]
  /** A narrative's `vars`. With them, and only then, `{name}`, `{json}` and `{previous_output}` are placeholders. */
  readonly locals?: Readonly<Record<string, string>>
  /** What `{{caller}}` stands for: the previous response of the narrative that runs this one. */
  readonly callerResponse?: string
}

export type FillMode = 'strict' | 'lenient'

export interface Filled {
  readonly text: string
  /** Placeholders without a value, as they are written inside their braces. */
  readonly unresolved: readonly string[]
}

/**
 * Fills in a text. Prompts, which are lenient, may hold `{% if NAME %}…{% else %}…{% endif %}` as well.
 * @throws NarrativeError `placeholder-unresolved` in strict mode
 */
export function fillIn(text: string, values: Values, mode: FillMode): Filled {
  if (!mayHoldPlaceholders(text)) return { text, unresolved: [] }
  const unresolved: string[] = []
  const template = mode === 'lenient' ? chooseBranches(text, values) : text
  const filled = template.replace(
    PLACEHOLDER,
    (whole, escaped: string | undefined, curly?: string, dollar?: string, bare?: string, single?: string) => {
      if (escaped !== undefined) return escaped
      if (single !== undefined) return localValue(single, values) ?? whole
      const inner = (curly ?? dollar ?? bare ?? '').trim()
      const found = resolve(inner, curly === undefined, values)
      if (found.value !== undefined) return found.value
      if (mode === 'strict') throw unresolvedError(whole, inner, found.reason, values)
      unresolved.push(inner)
      return whole
    },
  )
  return { text: filled, unresolved }
}

/** The arguments with every string in them filled in, however deep. @throws NarrativeError `placeholder-unresolved` */
export function fillInArgs(args: JsonObject, values: Values): JsonObject {
  return fillInJson(args, values) as JsonObject
}

function fillInJson(value: Json, values: Values): Json {
  if (typeof value === 'string') return fillIn(value, values, 'strict').text
  if (Array.isArray(value)) return value.map((item: Json) => fillInJson(item, values))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fillInJson(member, values)]))
}

/**
 * File names and URLs: only environment variables are filled in.
 * @throws NarrativeError `placeholder-unresolved`
 */
export function fillInEnv(text: string, env: (name: string) => string | undefined): string {
  return text.replace(PLACEHOLDER, (whole, escaped?: string, _curly?: string, dollar?: string, bare?: string) => {
    if (escaped !== undefined) return escaped
    const [name, fallback] = splitFallback((dollar ?? bare ?? '').trim().replace(/^env:/, ''))
    if (!/^\w+$/.test(name)) return whole
    const value = env(name) ?? fallback
    if (value !== undefined) return value
    throw new NarrativeError('placeholder-unresolved', `The environment variable ${name} is not set.`, {
      fix: `Set ${name}, or give a fallback: \${${name}:-…}.`,
    })
  })
}

// Groups: an escaped dollar sign, {{…}}, ${…}, $NAME, {name}. A bare $name must be in capitals, or every price
// list would be full of placeholders.
const PLACEHOLDER = /\$(\$)(?=\{|[A-Z])|\{\{([^{}]*)\}\}|\$\{([^}]*)\}|\$([A-Z][A-Z0-9_]+)(?![a-z])|\{([A-Za-z_]\w*)\}/g

function mayHoldPlaceholders(text: string): boolean {
  return text.includes('{') || text.includes('$')
}

// ---------------------------------------------------------------------------- finding the value

type Found = { readonly value: string } | { readonly value?: undefined; readonly reason: string }

function resolve(inner: string, withEnv: boolean, values: Values): Found {
  const [name, fallback] = splitFallback(inner)
  const found = lookUp(name, withEnv, values)
  return found.value === undefined && fallback !== undefined ? { value: fallback } : found
}

function splitFallback(inner: string): readonly [name: string, fallback: string | undefined] {
  const at = inner.indexOf(':-')
  return at < 0 ? [inner, undefined] : [inner.slice(0, at).trim(), inner.slice(at + 2)]
}

function lookUp(name: string, withEnv: boolean, values: Values): Found {
  const isPlain = !name.includes(':')
  if (isPlain && !withEnv) return fromResponses(name, values)
  const state = /^state:(.*)$/is.exec(name)?.[1]?.trim()
  if (state !== undefined) {
    const value = values.state(state)
    return value === undefined ? { reason: missingKey(state, values) } : { value }
  }
  const variable = /^env:(.*)$/s.exec(name)?.[1]?.trim()
  if (variable !== undefined && withEnv) {
    return orElse(values.env(variable), `the environment variable ${variable} is not set`)
  }
  if (!withEnv) return fromResponses(name, values)
  if (/^[A-Z0-9_]+$/.test(name)) {
    const value = values.env(name)
    if (value !== undefined) return { value }
  }
  const found = fromResponses(name, values)
  if (found.value !== undefined || !/^\w+$/.test(name)) return found
  // A key that a command of this narrative captured may be named without its prefix (format, section 18.4).
  const value = values.env(name) ?? values.state(name)
  return value === undefined ? found : { value }
}

function missingKey(key: string, { stateKeys }: Values): string {
  const keys = stateKeys?.() ?? []
  const shown = keys.slice(0, 20).join(', ')
  const has = keys.length === 0 ? '' : `; it has ${shown}${keys.length > 20 ? ' and more' : ''}`
  return `the state has no key "${key}"${has}`
}

function orElse(value: string | undefined, reason: string): Found {
  return value === undefined ? { reason } : { value }
}

/** `act`, `act.a.b`, `previous.0.id`: a response, or what is in it when it is read as JSON. */
function fromResponses(name: string, values: Values): Found {
  const [head, ...path] = segmentsOf(name)
  if (head === undefined) return { reason: 'it names nothing' }
  const source = head === 'prev' ? 'previous' : head
  const response = values.response(source) ?? (source === 'caller' ? values.callerResponse : undefined)
  if (response === undefined) return { reason: whyNothing(source) }
  if (path.length === 0) return { value: response }
  const json = responseAsJson(response)
  if (json === undefined) return { reason: `the response of "${source}" is not JSON` }
  const direct = valueAt(json, path)
  const value = direct === undefined && head === 'prev' ? channelOf(json, path) : direct
  if (value === undefined) return { reason: `the response of "${source}" has no "${path.join('.')}"` }
  return { value: textOf(value) }
}

function whyNothing(source: string): string {
  if (source === 'previous') return 'no act ran before'
  if (source === 'caller') return 'no other narrative runs this one, or nothing ran before in it'
  return `no act or table "${source}" has a value yet`
}

/** In files with steps the id of a channel goes by either name (format, section 24.3). */
function channelOf(json: Json, path: readonly string[]): Json | undefined {
  return path.at(-1) === 'channel_id' ? valueAt(json, [...path.slice(0, -1), 'id']) : undefined
}

function localValue(name: string, values: Values): string | undefined {
  const { locals, callerResponse } = values
  if (locals === undefined) return undefined
  if (Object.hasOwn(locals, name)) return fillIn(locals[name]!, { ...values, locals: {} }, 'lenient').text
  if (name === 'previous_output') return callerResponse ?? ''
  return name === 'json' ? values.response('previous') : undefined
}

function unresolvedError(written: string, inner: string, reason: string, values: Values): NarrativeError {
  const head = inner.split(/[.:[]/, 1)[0]!.trim()
  const meant = nearest(head, values.known?.() ?? [])
  const question = meant === undefined ? '' : ` Did you mean "${meant}"?`
  return new NarrativeError('placeholder-unresolved', `The placeholder ${written} has no value: ${reason}.${question}`)
}

/** The text with its single-brace names, `{name}`, written as the function says; undefined leaves one as it is. */
export function renameLocals(text: string, written: (name: string) => string | undefined): string {
  return text.replace(PLACEHOLDER, (whole, _escaped, _curly, _dollar, _bare, single?: string) =>
    single === undefined ? whole : (written(single) ?? whole),
  )
}

// ---------------------------------------------------------------------------- conditional blocks

const IF_BLOCK = /\{%\s*if\s+([^%{}]+?)\s*%\}((?:(?!\{%\s*if\b)[\s\S])*?)\{%\s*endif\s*%\}/g
const ELSE = /\{%\s*else\s*%\}/

/** The text with each `{% if %}` replaced by the branch that holds; blocks inside blocks stay as they are. */
function chooseBranches(text: string, values: Values): string {
  if (!text.includes('{%')) return text
  return text.replace(IF_BLOCK, (_, name: string, body: string) => {
    const [then = '', otherwise = ''] = body.split(ELSE, 2)
    return isTrue(resolve(name.trim(), true, values).value) ? then : otherwise
  })
}

function isTrue(value: string | undefined): boolean {
  const text = value?.trim() ?? ''
  return text !== '' && text !== '[]' && text !== 'No data'
}

// ---------------------------------------------------------------------------- finding the names

/** A placeholder in a text: what it names first, and whether it can only be an environment variable. */
export interface PlaceholderName {
  /** With its braces or dollar sign. */
  readonly written: string
  /** As written inside its braces. */
  readonly inner: string
  readonly name: string
  readonly kind: 'response' | 'state' | 'env' | 'either'
  readonly hasFallback: boolean
}

/** The placeholders of a text, without single-brace names. Names in `{% if %}` do not count: they may have no value. */
export function placeholdersIn(text: string): readonly PlaceholderName[] {
  if (!mayHoldPlaceholders(text)) return []
  return [...text.matchAll(PLACEHOLDER)].flatMap(([written, escaped, curly, dollar, bare, single]) => {
    if (escaped !== undefined || single !== undefined) return []
    const inner = (curly ?? dollar ?? bare ?? '').trim()
    const [name, fallback] = splitFallback(inner)
    return [{ written, inner, ...kindOf(name, curly === undefined), hasFallback: fallback !== undefined }]
  })
}

function kindOf(name: string, withEnv: boolean): Pick<PlaceholderName, 'name' | 'kind'> {
  const state = /^state:(.*)$/is.exec(name)?.[1]
  if (state !== undefined) return { name: state.trim(), kind: 'state' }
  const variable = /^env:(.*)$/s.exec(name)?.[1]
  if (variable !== undefined && withEnv) return { name: variable.trim(), kind: 'env' }
  return {
    name: segmentsOf(name)[0] ?? name,
    kind: withEnv && /^[A-Z0-9_]+$/.test(name) ? 'either' : 'response',
  }
}
