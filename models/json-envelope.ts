// JSON envelope: a list for providers that only take an object as the root of a schema.
//
//   N1. Whoever asks for a list gets a list: the envelope is made and opened on the way, also when the answer was cut off.

export type JsonSchema = Readonly<Record<string, unknown>>

const KEY = 'items'

/** The schema as the root object that holds what it describes under one key; an object stays as it is. */
export function enclose(schema: JsonSchema): JsonSchema {
  if (schema.type === 'object') return schema
  return { type: 'object', properties: { [KEY]: schema }, required: [KEY], additionalProperties: false }
}

/** What is in the envelope, as JSON text. An answer that is none comes back as it is. */
export function openEnvelope(text: string): string {
  const opening = new RegExp(`^\\s*\\{\\s*"${KEY}"\\s*:\\s*`).exec(text)
  if (opening === null) return text
  const content = text.slice(opening[0].length)
  return isJson(text) ? content.trimEnd().slice(0, -1).trimEnd() : content
}

/**
 * Opens the envelope while its text comes: what follows the key is passed on, without the brace at the end. Text that is
 * no envelope is passed on as it is.
 */
export function openingEnvelope(onText: (piece: string) => void): (piece: string) => void {
  let waiting = ''
  let isOpen: boolean | undefined
  return (piece) => {
    waiting += piece
    if (isOpen === undefined) {
      const opening = OPENING.exec(waiting)
      if (opening === null && `{"${KEY}":`.startsWith(waiting.replace(/\s+/g, ''))) return
      isOpen = opening !== null
      waiting = waiting.slice(opening?.[0].length ?? 0)
    }
    // A brace may be the last one; whether it is shows when more comes.
    const held = isOpen ? (/\s*\}?\s*$/.exec(waiting)?.[0].length ?? 0) : 0
    const ready = waiting.slice(0, waiting.length - held)
    waiting = waiting.slice(waiting.length - held)
    if (ready !== '') onText(ready)
  }
}

const OPENING = new RegExp(`^\\s*\\{\\s*"${KEY}"\\s*:\\s*(?=\\S)`)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/**
 * True if the schema is of the kind that a provider can enforce to the letter: every object closed, every property
 * required. Any other is asked for as well as the provider can.
 */
export function isStrict(schema: JsonSchema): boolean {
  const { properties, items, required, additionalProperties, anyOf } = schema
  const inner = [...Object.values((properties ?? {}) as object), ...(items === undefined ? [] : [items])]
  const alternatives = Array.isArray(anyOf) ? anyOf : []
  const types = [schema.type].flat()
  if (types.includes('array') && items === undefined) return false
  if (types.includes('object')) {
    const names = Object.keys((properties ?? {}) as object)
    const listed = Array.isArray(required) ? required : []
    if (additionalProperties !== false || !names.every((name) => listed.includes(name))) return false
  }
  return [...inner, ...alternatives].every((one) => isStrict(one as JsonSchema))
}
