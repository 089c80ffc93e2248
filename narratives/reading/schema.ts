// Schema: the `schema` of an act, checked where it is written.

import type { Json, JsonObject } from '../../json.ts'
import { ANNOTATIONS, KEYWORDS, SCHEMA_TYPES } from '../json-schema.ts'
import type { ActSchema } from '../narrative.ts'
import { didYouMean } from '../nearest.ts'
import type { TomlNode, TomlTable } from '../toml-tree.ts'
import { jsonObjectOf, jsonOf, reportType } from './keys.ts'
import { keyOf, type Report } from './report.ts'

/** `schema = "table"`, or a table that is a JSON Schema with an object or an array as its root. */
export function readSchema(node: TomlNode, report: Report): ActSchema | undefined {
  if (node.is === 'string' && node.value === 'table') return 'table'
  if (node.is !== 'table') return reportType(report, node, 'a JSON Schema as a table, or "table"')
  checkSchema(node, report)
  const root = node.entries.get('type')
  const isOther = root?.is !== 'string' || (root.value !== 'object' && root.value !== 'array')
  if (isOther && !report.hasErrors) {
    report.error('bad-schema', root ?? keyOf(node), 'The root of a schema must have the type "object" or "array".', {
      fix: 'Write type = "object" with properties, or type = "array" with items.',
    })
  }
  return jsonObjectOf(node)
}

function checkSchema(table: TomlTable, report: Report): void {
  const known = [...KEYWORDS, ...ANNOTATIONS]
  for (const [name, node] of table.entries) {
    if (!known.some((keyword) => keyword === name)) {
      report.error('bad-schema', keyOf(node), `A schema here has no keyword "${name}".`, {
        hint: didYouMean(name, known),
        fix: `Use ${KEYWORDS.join(', ')}.`,
      })
      continue
    }
    const expected = EXPECTED[name]
    if (expected === undefined) continue
    if (!expected.fits(jsonOf(node), node)) {
      const message = `"${node.path}" must be ${expected.what}.`
      report.error('bad-schema', node, message, { hint: `expected ${expected.what}` })
    } else for (const inner of schemasIn(name, node)) checkSchema(inner, report)
  }
}

function schemasIn(name: string, node: TomlNode): readonly TomlTable[] {
  const isTable = (one: TomlNode): one is TomlTable => one.is === 'table'
  if (name === 'properties' && node.is === 'table') return [...node.entries.values()].filter(isTable)
  if (name === 'anyOf' && node.is === 'array') return node.items.filter(isTable)
  return (name === 'items' || name === 'additionalProperties') && node.is === 'table' ? [node] : []
}

interface Expected {
  readonly what: string
  readonly fits: (value: Json, node: TomlNode) => boolean
}

const isText = (value: Json) => typeof value === 'string'
const isTypeName = (value: Json) => SCHEMA_TYPES.some((type) => type === value)
const isList = (value: Json, all: (item: Json) => boolean) =>
  Array.isArray(value) && value.length > 0 && value.every(all)
const isTable = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const NUMBER: Expected = { what: 'a number', fits: (value) => typeof value === 'number' }
const COUNT: Expected = { what: 'an integer from 0', fits: (value) => Number.isInteger(value) && Number(value) >= 0 }

const EXPECTED: Readonly<Record<string, Expected>> = {
  type: {
    what: `one of ${SCHEMA_TYPES.join(', ')}, or a list of them`,
    fits: (value) => isTypeName(value) || isList(value, isTypeName),
  },
  properties: { what: 'a table of schemas', fits: (value) => isTable(value) && Object.values(value).every(isTable) },
  required: { what: 'a list of names', fits: (value) => Array.isArray(value) && value.every(isText) },
  additionalProperties: {
    what: 'true, false or a schema',
    fits: (value) => typeof value === 'boolean' || isTable(value),
  },
  items: { what: 'a schema', fits: isTable },
  enum: { what: 'a list of values', fits: (value) => isList(value, () => true) },
  anyOf: { what: 'a list of schemas', fits: (value) => isList(value, isTable) },
  minimum: NUMBER,
  maximum: NUMBER,
  minLength: COUNT,
  maxLength: COUNT,
  pattern: { what: 'a regular expression', fits: (value) => isText(value) && isPattern(String(value)) },
  minItems: COUNT,
  maxItems: COUNT,
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}
