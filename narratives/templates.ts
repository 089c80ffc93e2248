// Templates: the prompt of an act whose output must fit a known table (format, section 19.3).

import { columnsOfTemplate, type TemplateColumn } from './template-columns.ts'

export { columnsOfTemplate }

// A text that already speaks of the form of its answer is left as it is.
const SPEAKS_OF_FORM = ['required fields', 'optional fields', 'json object', 'critical output', 'schema', 'data type']

/** True if a text only says what is wanted, so that the columns and the rules of the output have to be added. */
export function isContentFocus(text: string): boolean {
  const lower = text.toLowerCase()
  return text.trim() !== '' && !SPEAKS_OF_FORM.some((phrase) => lower.includes(phrase))
}

/**
 * The focus between a description of the template's columns and the rules for the output.
 * @throws NarrativeError `prompt-assembly` for an unknown template
 */
export function assemblePrompt(focus: string, template: string): string {
  const columns = columnsOfTemplate(template)
  return [
    ...(template.startsWith('discord_') ? ['You make content for Discord, a platform for community chat.'] : []),
    `Each object you write describes one row of the table ${template}.`,
    section(
      'Required fields',
      columns.filter((column) => column.required === true),
    ),
    section(
      'Optional fields',
      columns.filter((column) => column.required !== true),
    ),
    focus.trim(),
    OUTPUT_RULES,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function section(title: string, columns: readonly TemplateColumn[]): string {
  if (columns.length === 0) return ''
  return [`${title}:`, ...columns.map(describe)].join('\n')
}

function describe({ name, readable, meaning, required }: TemplateColumn): string {
  const optional = required === true ? '' : ', optional'
  return `- ${name} (${readable}${optional})${meaning === undefined ? '' : `: ${meaning}`}`
}

const OUTPUT_RULES = [
  'Critical output rules:',
  '1. Answer with JSON only: one object, or an array of objects when several are asked for.',
  '2. No Markdown fence, no comment, no sentence before or after it.',
  '3. Use the field names exactly as they are written above, in double quotes.',
  '4. Leave out an optional field, or set it to null, when there is nothing to say.',
].join('\n')
