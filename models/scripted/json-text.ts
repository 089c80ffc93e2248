// JSON text: values of JSON found inside prose.

import type { Json } from '../../json.ts'

/** The first JSON value in a text, with its source, if there is one. */
export function findJson(text: string): { readonly value: Json; readonly source: string } | undefined {
  for (const match of text.matchAll(/[[{]/g).take(MOST_TRIES)) {
    const source = balanced(text, match.index)
    if (source === undefined) continue
    try {
      return { value: JSON.parse(source) as Json, source }
    } catch {
      // Not JSON from here: the next bracket may begin some.
    }
  }
  return undefined
}

/** Brackets that are looked at, so that a text full of them takes no longer than another. */
export const MOST_TRIES = 200

/** The text from an opening bracket to the one that closes it; brackets inside double quotes do not count. */
export function balanced(text: string, from: number): string | undefined {
  let depth = 0
  let quoted = false
  for (let index = from; index < text.length; index++) {
    const char = text[index]!
    if (quoted) {
      if (char === '\\') index++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '{' || char === '[') depth++
    else if ((char === '}' || char === ']') && --depth === 0) return text.slice(from, index + 1)
  }
  return undefined
}
