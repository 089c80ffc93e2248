// Json path: a value inside JSON, by the segments of a placeholder or of `$.a.b`.
//
//   J1. Digits index an array; any other segment on an array speaks of its last element (D-33).

import type { Json } from '../../json.ts'

/** `$.a.b[0]`, `a.b.0`: the segments, without the `$`. */
export function segmentsOf(path: string): readonly string[] {
  if (/^\w+$/.test(path)) return [path]
  return path
    .replace(/^\$\.?/, '')
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .map((segment) => segment.trim())
    .filter((segment) => segment !== '')
}

export function valueAt(value: Json, segments: readonly string[]): Json | undefined {
  let at: Json | undefined = value
  for (const segment of segments) {
    if (Array.isArray(at)) {
      at = /^\d+$/.test(segment) ? at[Number(segment)] : memberOf(at.at(-1), segment)
    } else {
      at = memberOf(at, segment)
    }
    if (at === undefined) return undefined
  }
  return at
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (Array.isArray(value)) return memberOf(value.at(-1), name)
  if (value === null || typeof value !== 'object') return undefined
  const object = value as { readonly [key: string]: Json }
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** Strings as they are, everything else as compact JSON. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
