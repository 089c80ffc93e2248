// JSON schema: whether a value is what an act's `schema` says, in the part of JSON Schema that models are held to.
//
//   J1. Every keyword of KEYWORDS is checked; the loader refuses any other, so that none is silently ignored.
//   J2. A problem is a sentence that a model can act on: where, what was expected, what was found.

import type { Json, JsonObject } from '../json.ts'

/** Keywords that restrict a value. */
export const KEYWORDS = [
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
] as const

/** Keywords that only explain. */
export const ANNOTATIONS = ['$schema', 'title', 'description', 'default', 'examples', 'format'] as const

export const SCHEMA_TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'] as const

/** So many problems say enough. */
const MAX_PROBLEMS = 10

/** What is wrong with the value, in the order of the schema; empty when it fits. */
export function schemaProblems(value: Json, schema: JsonObject): readonly string[] {
  return [...problemsOf(value, schema, '')].slice(0, MAX_PROBLEMS)
}

function* problemsOf(value: Json, schema: JsonObject, at: string): Generator<string> {
  const { type, anyOf } = schema
  if (type !== undefined && ![type].flat().some((name) => isOfType(value, name))) {
    yield `${place(at)} must be ${[type].flat().join(' or ')}, found ${shown(value)}.`
    return
  }
  if ('const' in schema && !equal(value, schema.const!)) yield `${place(at)} must be ${JSON.stringify(schema.const)}.`
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => equal(value, one)))
    yield `${place(at)} must be one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}, found ${shown(value)}.`
  if (Array.isArray(anyOf)) {
    const tries = anyOf.map((one) => [...problemsOf(value, one as JsonObject, at)])
    if (tries.every((found) => found.length > 0)) yield* tries[0] ?? []
  }
  if (typeof value === 'number') yield* numberProblems(value, schema, at)
  if (typeof value === 'string') yield* textProblems(value, schema, at)
  if (Array.isArray(value)) yield* arrayProblems(value, schema, at)
  else if (isObject(value)) yield* objectProblems(value, schema, at)
}

function* numberProblems(value: number, { minimum, maximum }: JsonObject, at: string): Generator<string> {
  if (typeof minimum === 'number' && value < minimum) yield `${place(at)} must be at least ${minimum}, found ${value}.`
  if (typeof maximum === 'number' && value > maximum) yield `${place(at)} must be at most ${maximum}, found ${value}.`
}

/** Lengths are in characters as people count them, not in UTF-16 units. */
function* textProblems(value: string, { minLength, maxLength, pattern }: JsonObject, at: string): Generator<string> {
  const length = [...value].length
  if (typeof minLength === 'number' && length < minLength)
    yield `${place(at)} must have at least ${minLength} characters, found ${length}.`
  if (typeof maxLength === 'number' && length > maxLength)
    yield `${place(at)} must have at most ${maxLength} characters, found ${length}.`
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value))
    yield `${place(at)} must match ${pattern}, found ${shown(value)}.`
}

function* arrayProblems(value: readonly Json[], schema: JsonObject, at: string): Generator<string> {
  const { minItems, maxItems, items } = schema
  if (typeof minItems === 'number' && value.length < minItems)
    yield `${place(at)} must have at least ${minItems} elements, found ${value.length}.`
  if (typeof maxItems === 'number' && value.length > maxItems)
    yield `${place(at)} must have at most ${maxItems} elements, found ${value.length}.`
  if (!isObject(items)) return
  for (const [index, item] of value.entries()) yield* problemsOf(item, items, `${at}[${index}]`)
}

function* objectProblems(value: JsonObject, schema: JsonObject, at: string): Generator<string> {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? (schema.required as readonly string[]) : []
  for (const name of required) if (!Object.hasOwn(value, name)) yield `${place(join(at, name))} is missing.`
  for (const [name, member] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties
    if (own === false) yield `${place(join(at, name))} is not asked for.`
    else if (isObject(own)) yield* problemsOf(member, own, join(at, name))
  }
}

function isOfType(value: Json, type: Json): boolean {
  switch (type) {
    case 'object':
      return isObject(value)
    case 'array':
      return Array.isArray(value)
    case 'null':
      return value === null
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function equal(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => equal(one, b[index]))
  if (!isObject(a) || !isObject(b)) return a === b
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => name in b && equal(a[name]!, b[name]!))
}

function join(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`
}

function place(at: string): string {
  return at === '' ? 'The JSON' : `"${at}"`
}

function shown(value: Json): string {
  if (Array.isArray(value)) return 'an array'
  if (isObject(value)) return 'an object'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
