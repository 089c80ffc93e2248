// Editor schema: the narrative language as a JSON Schema, for editors that complete and check TOML. Pure.
//
// Draft 7, which Taplo and with it Even Better TOML understand.
//
//   E1. Made from language.ts alone; older names of keys are in it, marked as deprecated.
//   E2. What the older dialects have at the root is accepted and said to be older, not described.

import type { Json } from '../json.ts'
import { type KeySpec, LANGUAGE, SCHEMA_KEYWORDS, type TableSpec } from './language.ts'
import { HEADER_KEYS } from './reading/header-dialect.ts'

type Schema = Readonly<Record<string, Json>>

export function editorSchema(): Schema {
  const { file, ...tables }: Readonly<Record<string, TableSpec>> = LANGUAGE
  const definitions = Object.fromEntries(Object.entries(tables).map(([name, spec]) => [name, objectOf(spec)]))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Botticelli narrative',
    ...withOlderDialects(objectOf(file!)),
    definitions: { ...definitions, act: actSchema(definitions.act!), input: INPUT, json_schema: JSON_SCHEMA },
  }
}

function objectOf({ help, keys, others }: TableSpec): Schema {
  const entries = Object.entries(keys)
  const needed = entries.filter(([, { required }]) => required === true).map(([name]) => name)
  const properties = entries.flatMap(([name, spec]) => [
    [name, propertyOf(spec)] as const,
    ...(spec.older ?? []).map((older) => [older, olderProperty(spec, name)] as const),
  ])
  return {
    type: 'object',
    description: help,
    properties: Object.fromEntries(properties),
    ...(needed.length > 0 && { required: needed }),
    additionalProperties: others ?? false,
  }
}

function propertyOf({ value, help, default: fallback }: KeySpec): Schema {
  // Beside a $ref draft 7 ignores everything else.
  const inner = '$ref' in value ? { allOf: [value] } : value
  return { description: help, ...inner, ...(fallback !== undefined && { default: fallback }) }
}

function olderProperty({ value }: KeySpec, name: string): Schema {
  const inner = '$ref' in value ? { allOf: [value] } : value
  return { description: `Older name of ${name}.`, deprecated: true, ...inner }
}

function actSchema(inFull: Schema): Schema {
  const input: Schema = { anyOf: [{ type: 'string' }, { $ref: '#/definitions/input' }] }
  return {
    description: 'A step: a prompt, a reference, a list of inputs, or a table.',
    anyOf: [{ type: 'string' }, { type: 'array', minItems: 1, items: input }, inFull],
  }
}

const INPUT: Schema = {
  description: 'One input of an act.',
  anyOf: ['text', 'media_input', 'command', 'table_input', 'narrative_input', 'reference'].map((name) => ({
    $ref: `#/definitions/${name}`,
  })),
}

/** The schemas that acts may give, see json-schema.ts. */
const JSON_SCHEMA: Schema = {
  type: 'object',
  description: 'A JSON Schema with an object or an array as its root.',
  required: ['type'],
  properties: Object.fromEntries(SCHEMA_KEYWORDS.map((keyword) => [keyword, {}])),
  additionalProperties: false,
}

// ---------------------------------------------------------------------------- older dialects

function withOlderDialects(file: Schema): Schema {
  const { narrative, acts, ...others } = file.properties as Readonly<Record<string, Schema>>
  const list = { type: 'array', items: { type: 'object' } }
  const older = [...HEADER_KEYS, 'metadata', 'steps', 'act'].map((name) => [
    name,
    { description: 'Of an older dialect: botticelli narratives validate --fix', deprecated: true },
  ])
  return {
    ...file,
    properties: {
      narrative: { description: narrative!.description!, anyOf: [...(narrative!.anyOf as Json[]), list] },
      acts: { description: acts!.description!, anyOf: [withoutDescription(acts!), list] },
      ...others,
      ...Object.fromEntries(older),
    },
  }
}

function withoutDescription({ description: _, ...schema }: Schema): Schema {
  return schema
}
