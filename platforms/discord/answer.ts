// Answer: how what Discord answers becomes the result that placeholders address.
//
//   R1. Every key of a command's result is there; what Discord left out is null. Only a function may leave its key out.
//   R2. Nothing is copied that the table of commands does not name.

import type { Json, JsonObject } from '../../json.ts'

/** A path into the answer such as `user.id`, or a function of the answer and the arguments. */
type Field<V> = string | ((answer: Json, values: V) => Json | undefined)
export type Fields<V> = Readonly<Record<string, Field<V>>>

/** One object, or with `each` an array of them. */
export type Shape<V> = Fields<V> | { readonly each: Fields<V> }

export function shapeAnswer<V>(shape: Shape<V>, answer: Json, values: V): Json {
  if (!isEach(shape)) return pick(shape, answer, values)
  return listIn(answer).map((item) => pick(shape.each, item, values))
}

/** The names of a result's keys, for the documentation. */
export function keysOf<V>(shape: Shape<V>): { readonly list: boolean; readonly keys: readonly string[] } {
  return isEach(shape) ? { list: true, keys: Object.keys(shape.each) } : { list: false, keys: Object.keys(shape) }
}

function isEach<V>(shape: Shape<V>): shape is { readonly each: Fields<V> } {
  return typeof shape.each === 'object'
}

function pick<V>(fields: Fields<V>, answer: Json, values: V): JsonObject {
  const result: Record<string, Json> = {}
  for (const [key, field] of Object.entries(fields)) {
    const value = typeof field === 'string' ? at(answer, field) : field(answer, values)
    if (value !== undefined) result[key] = value
  }
  return result
}

/** The value at a dotted path; null where there is none. */
export function at(answer: Json, path: string): Json {
  let value: Json | undefined = answer
  for (const key of path.split('.')) value = isObject(value) ? value[key] : undefined
  return value ?? null
}

export function textAt(answer: Json, path: string): string {
  const value = at(answer, path)
  return typeof value === 'string' ? value : ''
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The array itself, or the array at the path; empty where there is none. */
export function listIn(answer: Json, path?: string): readonly Json[] {
  const value = path === undefined ? answer : at(answer, path)
  return Array.isArray(value) ? value : []
}

// ---------------------------------------------------------------------------- fields that many results share

/** The value of an argument of the same command, as the result repeats it. */
export function given<K extends string>(name: K): (answer: Json, values: { readonly [N in K]?: unknown }) => Json {
  return (_, values) => (values[name] ?? null) as Json
}

export const yes = (): Json => true

export function userOf(user: Json): JsonObject {
  return {
    id: at(user, 'id'),
    name: at(user, 'username'),
    discriminator: at(user, 'discriminator'),
    bot: at(user, 'bot') ?? false,
  }
}
