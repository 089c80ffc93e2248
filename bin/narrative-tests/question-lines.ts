// Question lines: a question to a model as lines of text, to be kept in a cassette and compared.

import { createHash } from 'node:crypto'
import type { Part, Question } from '../../models/model.ts'
import { redactJson } from '../../telemetry/redaction.ts'

/**
 * Everything that the answer depends on, without secrets.
 *
 * @param model as the narrative names it
 */
export function questionLines(question: Question, model: string | undefined): readonly string[] {
  const { system, messages, temperature, maxTokens, topP, stop, seed, json } = question
  const settings = Object.entries({ model, temperature, max_tokens: maxTokens, top_p: topP, stop, seed })
  const text = [
    ...settings.flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${JSON.stringify(value)}`])),
    ...(json === undefined ? [] : [`schema = ${JSON.stringify(json.schema)}`]),
    ...(system === undefined ? [] : ['[system]', system]),
    ...messages.flatMap(({ role, parts }) => [`[${role}]`, ...parts.map(textOf)]),
  ].join('\n')
  return redactJson(text).split('\n')
}

/** Media by its address, since nothing is fetched when the answer is played; by a digest of its bytes without one. */
function textOf(part: Part): string {
  if (part.type === 'text') return part.text
  const { kind, mime, bytes, address } = part
  if (address !== undefined) return `<${kind} ${address}>`
  return `<${kind} ${mime} ${createHash('sha256').update(bytes).digest('hex')}>`
}
