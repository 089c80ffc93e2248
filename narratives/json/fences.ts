// Fences: the part of an answer that a model put between three backticks (format, section 19.4, steps 1 and 2).

import type { Region } from './regions.ts'

const FENCE = '```'

/**
 * What may be the content of the first fence that says json, else of the first one; the likeliest first. Empty when
 * there is no fence, or the first is part of a string inside of JSON.
 *
 * @param regions of the same text
 * @param isJson whether a region can be read as it stands
 */
export function fencedContents(
  text: string,
  regions: readonly Region[],
  isJson: (text: string) => boolean,
): readonly string[] {
  // `json5` and the like count as json; the name of another language is skipped with its line.
  const opening = /```json(?:c|5|l|lines)?/i.exec(text) ?? /```[^\n]*(?:\n|$)/.exec(text)
  if (opening === null) return []
  const around = regions.find(({ start, text: { length } }) => start < opening.index && opening.index < start + length)
  if (around !== undefined && (around.start === 0 || isJson(around.text))) return []
  return contents(text.slice(opening.index + opening[0].length)).map((content) => content.trim())
}

/** To the fence that ends it, or to the end of an answer that was cut off. */
function contents(rest: string): readonly string[] {
  const next = rest.indexOf(FENCE)
  if (next < 0) return [rest]
  const { end, inString } = closingFence(rest)
  if (end !== undefined) return [rest.slice(0, end)]
  if (!inString) return [rest]
  // All fences seem to be inside of strings: the answer was cut in one, or a quote is missing somewhere.
  const last = rest.lastIndexOf(FENCE)
  const closed = [rest.slice(0, next), rest.slice(0, last)]
  return /["{}[\]]/.test(rest.slice(last)) ? [rest, ...closed] : [...closed, rest]
}

/** The first fence that is not inside of a string of the JSON. */
function closingFence(text: string): { readonly end?: number; readonly inString: boolean } {
  let inJson = false
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]
    if (inString) {
      if (char === '\\') index += 1
      else if (char === '"') inString = false
    } else if (char === '`' && text.startsWith(FENCE, index)) return { end: index, inString }
    else if (char === '{' || char === '[') inJson = true
    else if (char === '"' && inJson) inString = true
  }
  return { inString }
}
