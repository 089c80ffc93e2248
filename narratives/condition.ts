// Condition: the `when` of an act, a question about what is known so far.
//
//   condition = all { or all }            all = test { and test }
//   test      = not test | operand [ (== | != | < | <= | > | >=) operand ]
//   operand   = ( condition ) | number | 'it''s' | "text" | true | false | null | function | name { . segment }
//   function  = count(table [, 'filter']) | empty(operand) | length(operand) | contains(operand, operand)
//
//   D1. A name without a value is null, and null is less or greater than nothing.
//   D2. Of a comparison in which both sides read like numbers the numbers are compared.

import type { Json } from '../json.ts'
import { responseAsJson } from './extract-json.ts'
import { valueAt } from './json/json-path.ts'

export type Condition =
  | { readonly is: 'value'; readonly value: Json }
  | { readonly is: 'name'; readonly name: string; readonly path: readonly string[] }
  | { readonly is: 'count'; readonly table: string; readonly where?: string }
  | { readonly is: 'empty' | 'length' | 'not'; readonly of: Condition }
  | { readonly is: 'contains' | 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly is: 'compare'; readonly operator: Operator; readonly left: Condition; readonly right: Condition }

const OPERATORS = ['==', '!=', '<=', '>=', '<', '>'] as const
type Operator = (typeof OPERATORS)[number]

export interface Facts {
  /** Response of an act, rendered table or variable; undefined when there is none. */
  value(name: string): string | undefined
  /** Rows of a table that fit the filter; 0 when there is no such table. */
  count(table: string, where: string | undefined): number
}

/** True if the condition holds. */
export function holds(condition: Condition, facts: Facts): boolean {
  return isTrue(evaluate(condition, facts))
}

function evaluate(condition: Condition, facts: Facts): Json {
  switch (condition.is) {
    case 'value':
      return condition.value
    case 'name':
      return lookUp(condition, facts)
    case 'count':
      return facts.count(condition.table, condition.where)
    case 'not':
      return !holds(condition.of, facts)
    case 'empty':
      return !isTrue(evaluate(condition.of, facts))
    case 'length':
      return lengthOf(evaluate(condition.of, facts))
    case 'contains':
      return contains(evaluate(condition.left, facts), evaluate(condition.right, facts))
    case 'and':
      return holds(condition.left, facts) && holds(condition.right, facts)
    case 'or':
      return holds(condition.left, facts) || holds(condition.right, facts)
    case 'compare':
      return compare(evaluate(condition.left, facts), condition.operator, evaluate(condition.right, facts))
  }
}

/** Without a path the response as it is; with one, what stands there in its JSON. */
function lookUp({ name, path }: { readonly name: string; readonly path: readonly string[] }, facts: Facts): Json {
  const response = facts.value(name)
  if (response === undefined) return null
  if (path.length === 0) return response.trim()
  const json = responseAsJson(response)
  return json === undefined ? null : (valueAt(json, path) ?? null)
}

/** As in `{% if %}`: nothing, white space, `[]` and `No data` are no. */
function isTrue(value: Json): boolean {
  if (typeof value === 'string') return !['', '[]', 'No data', 'false'].includes(value.trim())
  if (Array.isArray(value)) return value.length > 0
  return value !== null && value !== false && value !== 0
}

/** Of a list its elements, of JSON text that is a list too; of any other text its characters. */
function lengthOf(value: Json): number {
  if (Array.isArray(value)) return value.length
  if (typeof value !== 'string') return value === null ? 0 : Object.keys(Object(value)).length
  const json = /^\s*\[/.test(value) ? responseAsJson(value) : undefined
  return Array.isArray(json) ? json.length : [...value].length
}

function contains(whole: Json, part: Json): boolean {
  if (Array.isArray(whole)) return whole.some((one) => compare(one, '==', part))
  return textOf(whole).toLowerCase().includes(textOf(part).toLowerCase())
}

function compare(left: Json, operator: Operator, right: Json): boolean {
  const numbers = [left, right].map(numberOf)
  const [a, b] = numbers.some(Number.isNaN) ? [textOf(left), textOf(right)] : (numbers as [number, number])
  const areComparable = left !== null && right !== null
  const isEqual = areComparable ? a === b : left === right
  if (operator === '==') return isEqual
  if (operator === '!=') return !isEqual
  if (!areComparable) return false
  if (operator === '<') return a! < b!
  if (operator === '>') return a! > b!
  return operator === '<=' ? a! <= b! : a! >= b!
}

function numberOf(value: Json): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)
}

/** Names whose values the condition asks for. */
export function namesIn(condition: Condition): readonly string[] {
  if (condition.is === 'name') return [condition.name]
  if ('of' in condition) return namesIn(condition.of)
  return 'left' in condition ? [...namesIn(condition.left), ...namesIn(condition.right)] : []
}

/** Tables whose rows the condition counts. */
export function tablesCountedIn(condition: Condition): readonly string[] {
  if (condition.is === 'count') return [condition.table]
  if ('of' in condition) return tablesCountedIn(condition.of)
  return 'left' in condition ? [...tablesCountedIn(condition.left), ...tablesCountedIn(condition.right)] : []
}

// ---------------------------------------------------------------------------- parsing

const TOKEN =
  /\s*(?:(-?\d+(?:\.\d+)?)|'((?:[^']|'')*)'|"([^"]*)"|(==|!=|<=|>=|[<>(),])|([A-Za-z_][\w-]*(?:\.[\w-]+)*))/y
const MAX_LENGTH = 2_000
const MAX_DEPTH = 50

type Token = { readonly is: 'number' | 'text' | 'sign' | 'word'; readonly text: string }

export type ParsedCondition = { readonly condition: Condition } | { readonly problem: string }

export function parseCondition(text: string): ParsedCondition {
  try {
    return { condition: new Parser(tokensOf(text)).parse() }
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message }
    throw error
  }
}

class Problem extends Error {}

function tokensOf(text: string): readonly Token[] {
  if (text.length > MAX_LENGTH) throw new Problem(`it is longer than ${MAX_LENGTH} characters`)
  const tokens: Token[] = []
  const kinds = ['number', 'text', 'text', 'sign', 'word'] as const
  TOKEN.lastIndex = 0
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const from = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw new Problem(`"${text.slice(from).trim().slice(0, 20)}" cannot be read`)
    const group = match.slice(1).findIndex((one) => one !== undefined)
    const found = match[group + 1]!
    tokens.push({ is: kinds[group]!, text: group === 1 ? found.replaceAll("''", "'") : found })
  }
  return tokens
}

class Parser {
  readonly #tokens: readonly Token[]
  #index = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Condition {
    const condition = this.#any()
    const rest = this.#tokens[this.#index]
    if (rest !== undefined) throw new Problem(`"${rest.text}" is one word too many`)
    return condition
  }

  #any(): Condition {
    if (++this.#depth > MAX_DEPTH) throw new Problem('it is nested too deep')
    let left = this.#all()
    while (this.#takes('or')) left = { is: 'or', left, right: this.#all() }
    this.#depth -= 1
    return left
  }

  #all(): Condition {
    let left = this.#test()
    while (this.#takes('and')) left = { is: 'and', left, right: this.#test() }
    return left
  }

  #test(): Condition {
    let negations = 0
    while (this.#takes('not')) negations += 1
    const left = this.#operand()
    const operator = OPERATORS.find((one) => this.#takes(one))
    const test: Condition = operator === undefined ? left : { is: 'compare', operator, left, right: this.#operand() }
    return negations % 2 === 0 ? test : { is: 'not', of: test }
  }

  #operand(): Condition {
    const token = this.#tokens[this.#index++]
    if (token === undefined) throw new Problem('it ends too early')
    if (token.is === 'number') return { is: 'value', value: Number(token.text) }
    if (token.is === 'text') return { is: 'value', value: token.text }
    if (token.is === 'sign') {
      if (token.text !== '(') throw new Problem(`"${token.text}" stands where a value is expected`)
      const inner = this.#any()
      this.#needs(')')
      return inner
    }
    const constant = CONSTANTS.get(token.text.toLowerCase())
    if (constant !== undefined) return { is: 'value', value: constant }
    if (this.#takes('(')) return this.#call(token.text)
    const [name, ...path] = token.text.split('.')
    return { is: 'name', name: name!, path }
  }

  #call(name: string): Condition {
    if (name === 'count') return this.#count()
    if (name !== 'empty' && name !== 'length' && name !== 'contains') {
      throw new Problem(`there is no function "${name}"; known are count, empty, length and contains`)
    }
    const of = this.#any()
    if (name !== 'contains') {
      this.#needs(')')
      return { is: name, of }
    }
    this.#needs(',')
    const right = this.#any()
    this.#needs(')')
    return { is: 'contains', left: of, right }
  }

  #count(): Condition {
    const table = this.#tokens[this.#index++]
    if (table?.is !== 'word' && table?.is !== 'text') throw new Problem('count wants the name of a table')
    const where = this.#takes(',') ? this.#tokens[this.#index++] : undefined
    if (where !== undefined && where.is !== 'text') throw new Problem('the filter of count must be in quotes')
    this.#needs(')')
    return { is: 'count', table: table.text, ...(where !== undefined && { where: where.text }) }
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#index]
    const isIt = token !== undefined && token.is !== 'text' && token.text.toLowerCase() === text
    if (isIt) this.#index += 1
    return isIt
  }

  #needs(text: string): void {
    if (!this.#takes(text)) throw new Problem(`"${text}" is missing`)
  }
}

const CONSTANTS: ReadonlyMap<string, Json> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])
