// Wrappings: what an answer may be wrapped in so that its JSON cannot be read where it stands. Each is taken off only where
// the answer as it stands is no JSON.

export type Wrapping = 'thoughts' | 'section' | 'line-marks' | 'escapes' | 'entities'

export const WRAPPINGS: readonly (readonly [Wrapping, (text: string) => string])[] = [
  ['thoughts', withoutThoughts],
  ['section', (text) => text.replace(/^([^{[]*)<!\[CDATA\[([\s\S]*)\]\]>/, '$1$2')],
  ['line-marks', withoutLineMarks],
  ['escapes', withoutEscapes],
  ['entities', withoutEntities],
]

const THOUGHTS = /<(think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad)>/i

/** What a model thinks aloud may hold drafts; only what it says afterwards is its answer. */
function withoutThoughts(text: string): string {
  const opening = THOUGHTS.exec(text)
  if (opening === null || /[{[]/.test(text.slice(0, opening.index))) return text
  const closing = `</${opening[1]!.toLowerCase()}>`
  const end = text.toLowerCase().indexOf(closing, opening.index)
  const after = end < 0 ? '' : text.slice(end + closing.length)
  return /[{[]/.test(after) ? after.trim() : text
}

/** Quotation marks of mail, numbers of lines and plus signs, where every line has them. */
function withoutLineMarks(text: string): string {
  const lines = text.split('\n')
  if (lines.length < 2) return text
  for (const mark of [/^>\s?/, /^\s*\d+[:|]\s?/, /^\+/]) {
    if (lines.every((line) => mark.test(line))) return lines.map((line) => line.replace(mark, '')).join('\n')
  }
  return lines.slice(0, -1).every((line) => line.endsWith('\\')) ? text.replace(/\\\n/g, '\n') : text
}

/** Quotes and line breaks that were escaped as if the whole stood in a string, without the string. */
function withoutEscapes(text: string): string {
  const match = /^[[{](?:\s|\\n)*\\"|^[[{]\\n/.exec(text)
  if (match === null) return text
  // Where only the line breaks are written out, the strings between them are as they should be.
  if (!/^[[{][^"]*\\"/.test(text)) return text.replace(/\\n(?=\s*["{}[\]])/g, '\n')
  try {
    return JSON.parse(`"${text.replaceAll('\n', '\\n')}"`) as string
  } catch {
    return text
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  '#34': '"',
  apos: "'",
  '#39': "'",
  lt: '<',
  gt: '>',
  amp: '&',
}

/** An answer that went through HTML: not one quote is left as it was. */
function withoutEntities(text: string): string {
  if (text.includes('"') || !/&(?:quot|#34);/.test(text)) return text
  return text.replace(/&([a-z]+|#\d+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
}
