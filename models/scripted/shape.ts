// Shape: the form of JSON that a prompt asks for.
//
// Reads what people write when they mean a schema: JSON with example values, JSON with type words instead of values,
// lists of choices, and JSON Schema. Owns the notation, not the values: those are made in value.ts.

import type { Json } from '../../json.ts'
import { MOST_TRIES } from './json-text.ts'

export type Shape =
  | { readonly is: 'object'; readonly fields: readonly (readonly [key: string, shape: Shape])[] }
  | { readonly is: 'array'; readonly of: Shape; readonly count?: number; readonly items?: readonly Json[] }
  | {
      readonly is: 'text' | 'integer' | 'number' | 'boolean' | 'null'
      /** The words that described it, for guessing a fitting value. */
      readonly hint: string
      /** The only values allowed. */
      readonly choices?: readonly Json[]
      /** A value that the prompt showed. */
      readonly example?: Json
      readonly min?: number
      readonly max?: number
    }

/** The shape that a prompt shows. Of several, the one with the most telling introduction wins. */
export function findShape(prompt: string): Shape | undefined {
  const found = candidates(prompt).sort((a, b) => b.weight - a.weight)[0]
  if (found !== undefined) return found.shape
  return findFieldList(prompt)
}

interface Candidate {
  readonly shape: Shape
  readonly weight: number
}

function candidates(prompt: string): Candidate[] {
  const found: Candidate[] = []
  let from = 0
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const at = nextBracket(prompt, from)
    if (at === -1) break
    const reader = new NotationReader(prompt, at)
    const shape = reader.value()
    from = at + 1
    if (!isPlausible(shape)) continue
    from = Math.max(from, reader.position)
    found.push({ shape, weight: weightOf(introduction(prompt, at)) })
  }
  return found
}

function nextBracket(text: string, from: number): number {
  const at = text.slice(from).search(/[[{]/)
  return at === -1 ? -1 : from + at
}

function isPlausible(shape: Shape): boolean {
  if (shape.is === 'array') return shape.of.is === 'object' && isPlausible(shape.of)
  return shape.is === 'object' && shape.fields.length > 0
}

/** The line a shape stands on, up to its bracket, or the last line before it that says something. */
function introduction(prompt: string, at: number): string {
  const lines = prompt.slice(0, at).split('\n')
  return lines.findLast((line) => line.trim() !== '' && !line.trim().startsWith('```')) ?? ''
}

function weightOf(line: string): number {
  if (/to (audit|format|check|fix)|original|content:|\{\{/i.test(line)) return 0
  if (/schema|structure|shape|fields/i.test(line)) return 3
  if (/example|json|format|output|return/i.test(line)) return 2
  return 0
}

/** Reads JSON-like notation leniently: a value may be JSON, or words that describe one. */
class NotationReader {
  position: number
  readonly #text: string

  constructor(text: string, position: number) {
    this.#text = text
    this.position = position
  }

  /** @param depth brackets around it; deeper than 16 is read as words */
  value(depth = 0): Shape {
    this.#skip(/\s*/y)
    if (depth < 16 && this.#at('{')) return this.#object(depth + 1)
    if (depth < 16 && this.#at('[')) return this.#array(depth + 1)
    return describe(this.#words())
  }

  #object(depth: number): Shape {
    const fields: [string, Shape][] = []
    this.position++
    for (;;) {
      this.#skip(/[\s,]*/y)
      const key = this.#match(/"([^"\n]+)"\s*:|([A-Za-z_]\w*)\s*:/y)
      if (key === undefined) break
      fields.push([key[1] ?? key[2]!, this.value(depth)])
    }
    this.#skip(/[^}\]]{0,40}?\}/y)
    return { is: 'object', fields }
  }

  #array(depth: number): Shape {
    this.position++
    const items: Shape[] = []
    for (;;) {
      this.#skip(/(?:[\s,]|\.\.\.)*/y)
      if (this.position >= this.#text.length || this.#at(']') || this.#at('}')) break
      const before = this.position
      items.push(this.value(depth))
      if (this.position === before) break
    }
    this.#skip(/\s*\]/y)
    const values = items.flatMap((item) => ('example' in item && item.example !== undefined ? [item.example] : []))
    const of = items[0] ?? { is: 'text', hint: '' }
    return { is: 'array', of, ...(values.length === items.length && values.length > 0 && { items: values }) }
  }

  /** Everything up to the comma or bracket that ends this value; commas in parentheses or before no new key belong to it. */
  #words(): string {
    const start = this.position
    let parentheses = 0
    for (; this.position < this.#text.length; this.position++) {
      const rest = this.#text.slice(this.position)
      const char = rest[0]!
      if (char === '"') this.position += Math.max((/^"(?:\\.|[^"\\\n])*"/.exec(rest)?.[0].length ?? 1) - 1, 0)
      else if (char === '(') parentheses++
      else if (char === ')') parentheses--
      else if (parentheses > 0) continue
      else if (char === '}' || char === ']' || char === '\n') break
      else if (
        char === ',' &&
        /^,\s*(?:"[^"\n]+"\s*:|[}\]]|[A-Za-z_]\w*\s*:|\n|"[^"\n]*"\s*\]|"[^"\n]*"\s*,\s*"[^"\n]*"\s*\])/.test(rest)
      )
        break
    }
    return this.#text.slice(start, this.position).trim().replace(/,$/, '')
  }

  #at(char: string): boolean {
    return this.#text[this.position] === char
  }

  #skip(pattern: RegExp): void {
    this.#match(pattern)
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.position = pattern.lastIndex
    return match
  }
}

/** What the words after a key say: `string (required, 10-2000 characters)`, `"a|b"`, `45`, `unique integer`. */
function describe(words: string): Shape {
  const literal = parseLiteral(words)
  if (typeof literal === 'string') return describeText(literal)
  if (typeof literal === 'number')
    return { is: Number.isInteger(literal) ? 'integer' : 'number', hint: '', example: literal }
  if (typeof literal === 'boolean') return { is: 'boolean', hint: '', example: literal }
  if (literal === null) return { is: 'null', hint: '' }

  const choices = words.replaceAll(/\([^)]*\)/g, '').match(/"[^"]*"/g)
  if (choices !== null && choices.length > 1) return { is: 'text', hint: words, choices: choices.map(unquote) }
  return describeWords(words)
}

/** A quoted value may be a sample, a choice (`a|b|c`) or itself a description (`string (optional)`). */
function describeText(text: string): Shape {
  if (/^\w[\w -]*(\s*\|\s*\w[\w -]*)+$/.test(text))
    return { is: 'text', hint: text, choices: text.split('|').map((choice) => choice.trim()) }
  if (TYPE_WORD.test(text)) return describeWords(text)
  return { is: 'text', hint: text, example: text }
}

const TYPE_WORD = /^(string|text|str|integer|int|number|float|boolean|bool|array|list|null|timestamp|date|url)\b/i

function describeWords(words: string): Shape {
  const choices = /\bone of:? ([\w-]+(?:, (?:or )?[\w-]+)+)/i.exec(words)?.[1]
  if (choices !== undefined) return { is: 'text', hint: words, choices: choices.split(/, (?:or )?/) }
  const fixed = /(?:always(?: set to)?|must be|defaults? to|default:?|e\.g\.,?|for example,?)\s*"([^"]*)"/i.exec(
    words,
  )?.[1]
  const range = /(-?\d+(?:\.\d+)?)\s*(?:-|–|to|or)\s*(-?\d+(?:\.\d+)?)/.exec(words)
  const limits = range === null ? {} : { min: Number(range[1]), max: Number(range[2]) }
  if (/\b(array|list) of\b|\[\]/i.test(words)) {
    return { is: 'array', of: describeWords(words.replace(/\b(array|list) of|\[\]/i, '')) }
  }
  if (/\b(array|list)\b/i.test(words)) return { is: 'array', of: { is: 'text', hint: words } }
  if (/\b(boolean|bool|true\/false|true or false)\b/i.test(words)) return { is: 'boolean', hint: words }
  if (/\b(string|text|strings)\b/i.test(words))
    return { is: 'text', hint: words, ...limits, ...(fixed !== undefined && { example: fixed }) }
  if (/\b(integer|int|bigint|whole number)\b/i.test(words)) return { is: 'integer', hint: words, ...limits }
  if (/\b(float|double|decimal|number|numeric|real|percentage)\b/i.test(words))
    return { is: 'number', hint: words, ...limits }
  return { is: 'text', hint: words, ...limits, ...(fixed !== undefined && { example: fixed }) }
}

function parseLiteral(words: string): Json | undefined {
  try {
    return JSON.parse(words) as Json
  } catch {
    return undefined
  }
}

function unquote(text: string): string {
  return text.slice(1, -1)
}

/** Fields as a list under `Required fields` and `Optional fields`: `- name (type): meaning`. */
function findFieldList(prompt: string): Shape | undefined {
  const heading = /^.*\bfields\b.*:\s*$/im.exec(prompt)
  if (heading === null) return undefined
  const fields: [string, Shape][] = []
  for (const line of prompt.slice(heading.index + heading[0].length).split('\n')) {
    const field = LISTED_FIELD.exec(line)
    if (field !== null) {
      const [, name, type = '', meaning = ''] = field
      if (!/\boptional\b/i.test(type) || isWorthGiving(meaning)) fields.push([name!, describeField(type, meaning)])
    } else if (line.trim() !== '' && !/\bfields\b.*:\s*$/i.test(line)) break
  }
  return fields.length === 0 ? undefined : { is: 'object', fields }
}

const LISTED_FIELD = /^\s*[-*•]\s*[`*"]*([a-z_]\w*)[`*"]*\s*(?:\(((?:[^()]|\([^()]*\))*)\)\s*:?|:)\s*(.*)$/i

/** The type says what it is, the meaning says which values it may have. */
function describeField(type: string, meaning: string): Shape {
  if (/\b(array|list)\b/i.test(type)) return { is: 'array', of: { is: 'text', hint: meaning } }
  const said = describeWords(`${type} ${meaning}`.trim())
  return said.is === 'array' ? { is: 'text', hint: meaning } : said
}

/** Optional fields without a meaning, and ids and hashes that would have to be made up, are better left out. */
function isWorthGiving(meaning: string): boolean {
  return meaning !== '' && !/snowflake|hash|\bdefault\b|\bleft\b/i.test(meaning)
}

/** The shape of a JSON Schema: the parts that say which value fits. */
export function shapeOfSchema(schema: Readonly<Record<string, unknown>>): Shape {
  const hint = String(schema.description ?? '')
  const type = Array.isArray(schema.type) ? schema.type.find((name) => name !== 'null') : schema.type
  const alternative = (schema.anyOf ?? schema.oneOf) as Record<string, unknown>[] | undefined
  if (alternative?.[0] !== undefined) return shapeOfSchema(alternative[0])
  if (schema.const !== undefined) return { is: 'text', hint, choices: [schema.const as Json] }
  if (Array.isArray(schema.enum)) return { is: 'text', hint, choices: schema.enum as Json[] }
  if (type === 'object' || schema.properties !== undefined) {
    const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>
    return { is: 'object', fields: Object.entries(properties).map(([key, field]) => [key, shapeOfSchema(field)]) }
  }
  if (type === 'array') {
    const count = (schema.minItems ?? schema.maxItems) as number | undefined
    const of = shapeOfSchema((schema.items ?? { type: 'string' }) as Record<string, unknown>)
    return { is: 'array', of, ...(count !== undefined && { count }) }
  }
  const limits = limitsOfSchema(schema)
  if (type === 'integer' || type === 'number' || type === 'boolean' || type === 'null')
    return { is: type, hint, ...limits }
  return { is: 'text', hint: `${hint} ${schema.format ?? ''}`.trim(), ...limits }
}

function limitsOfSchema(schema: Readonly<Record<string, unknown>>): { min?: number; max?: number } {
  const min = schema.minimum ?? schema.minLength
  const max = schema.maximum ?? schema.maxLength
  return { ...(typeof min === 'number' && { min }), ...(typeof max === 'number' && { max }) }
}
