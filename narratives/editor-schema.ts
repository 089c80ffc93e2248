// Editor schema: the narrative language as a JSON Schema, for editors that complete and check TOML. Pure.
//
// Draft 7, which Taplo and with it Even Better TOML understand.
//
//   E1. Made from language.ts alone; older names of keys are in it, marked as deprecated.
//   E2. Where a value has several shapes, what it is decides which of them it is held to: an editor marks the key that is wrong, and
//       not all that is around it.
//   E3. What the older dialects have at the root is accepted and said to be older, not described.

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
    ...(decided({
      ...withOlderDialects(objectOf(file!)),
      definitions: { ...definitions, act: actSchema(definitions.act!), input: INPUT, json_schema: JSON_SCHEMA },
    }) as Schema),
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

// ---------------------------------------------------------------------------- one shape of several

/** What an object must be to be held to a definition, where another definition would do as well; the last one needs no test. */
const OBJECT_TESTS: Readonly<Record<string, Schema>> = {
  // Several narratives by name are nothing but tables.
  narrative: { not: { additionalProperties: { type: 'object' } } },
  link: { required: ['narrative'], not: { required: ['toc'] } },
  reference: { required: ['ref'] },
  ...Object.fromEntries(
    ['media_input', 'command', 'table_input', 'narrative_input'].map((name) => [name, { required: ['type'] }] as const),
  ),
}

/** Every `anyOf` becomes a choice by type and tests. The alternatives stay beside it, for editors that complete by them. */
function decided(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(decided)
  if (schema === null || typeof schema !== 'object') return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, decided(value)]))
  if (!Array.isArray(inner.anyOf)) return inner
  const { anyOf, ...others } = inner
  const alternatives = anyOf as readonly Schema[]
  const types = [...new Set(alternatives.flatMap(typesOf))]
  const choices = types.map((type) => when({ type }, chosen(alternatives.filter((one) => typesOf(one).includes(type)))))
  return { ...others, type: types, anyOf: [...alternatives, {}], allOf: choices }
}

function typesOf({ type, const: only }: Schema): readonly string[] {
  if (type !== undefined) return [type].flat() as readonly string[]
  return [only !== undefined ? typeof only : 'object']
}

function chosen(alternatives: readonly Schema[]): Schema {
  const tested = alternatives.toSorted((a, b) => Number(testOf(b) !== undefined) - Number(testOf(a) !== undefined))
  const last = tested.at(-1)!
  return tested.slice(0, -1).reduceRight((otherwise, one) => when(testOf(one)!, one, otherwise), last)
}

function when(test: Schema, held: Schema, otherwise?: Schema): Schema {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, and nothing that anybody awaits
  return { if: test, then: held, ...(otherwise !== undefined && { else: otherwise }) }
}

function testOf({ $ref }: Schema): Schema | undefined {
  const name = String($ref).replace('#/definitions/', '')
  const test = OBJECT_TESTS[name]
  const type = (LANGUAGE as Readonly<Record<string, TableSpec>>)[name]?.keys.type?.value
  return test === undefined || type === undefined || name === 'reference' ? test : { ...test, properties: { type } }
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
