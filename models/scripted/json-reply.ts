// JSON reply: the scripted model's answer to whatever asks for JSON, in words, by example or by a schema.
//
//   J1. Texts that are given (content to format, rows to store again) are carried over as they are.

import type { Json, JsonObject } from '../../json.ts'
import { findJson } from './json-text.ts'
import { revisePost } from './post.ts'
import { rank } from './prose.ts'
import { countAsked, latestText, quoted, type Reading, sectionUnder } from './reading.ts'
import type { Scene } from './scene.ts'
import { findShape, type Shape, shapeOfSchema } from './shape.ts'
import { contentColumn, contentTable, type Table } from './table.ts'
import { postRequest, themeOf } from './theme.ts'
import { fill } from './value.ts'

/** Undefined when no JSON is asked for, or none whose shape could be found. */
export function answerInJson(scene: Scene): string | undefined {
  const { reading, question } = scene
  const schema = question.json?.schema
  if (schema === undefined && !asksForJson(reading.instruction)) return undefined
  const shape = schema !== undefined ? shapeOfSchema(schema) : findShape(reading.instruction)
  return shape === undefined ? undefined : JSON.stringify(valueFor(shape, scene), undefined, 2)
}

function asksForJson(instruction: string): boolean {
  if (/required schema/i.test(instruction)) return true
  if (/\b(no|not|without) json\b|no json yet|need to generate structured data|plain text/i.test(instruction))
    return false
  return /\bjson\b|required fields/i.test(instruction)
}

function valueFor(shape: Shape, scene: Scene): Json {
  const { instruction } = scene.reading
  const mayBeMany = /\barray of objects\b/i.test(instruction) && (countAsked(instruction) ?? 1) > 1
  const wantsMany = shape.is === 'array' || /\bjson array\b/i.test(instruction) || mayBeMany
  const element = shape.is === 'array' ? shape.of : shape
  if (!wantsMany) return fillOne(element, scene, 0, contentToFormat(scene.reading))

  const rows = pickRows(scene.reading)
  if (rows !== undefined)
    return rows.map(({ text, score }, index) => withRow(fillOne(element, scene, index, text), text, score))
  const count = countAsked(instruction) ?? (shape.is === 'array' ? shape.count : undefined) ?? 3
  return improvedBatch(scene) ?? Array.from({ length: count }, (_, index) => fillOne(element, scene, index))
}

function fillOne(shape: Shape, scene: Scene, index: number, given?: string): Json {
  return fill(shape, themeOf(scene, given), scene.random, index)
}

/** The content that a formatting prompt carries, else the latest post of the conversation. */
function contentToFormat(reading: Reading): string | undefined {
  if (!/\b(format|reformat|convert|following content)\b/i.test(reading.instruction)) return undefined
  return quoted(reading, /^\s*(content( to format)?|text|post):/i) ?? latestText(reading.answers)
}

interface Row {
  readonly text: string
  readonly score: number
}

/** Rows to be stored again: those an analysis named, else the best ones. Undefined when rows are not asked for. */
function pickRows(reading: Reading): Row[] | undefined {
  const { instruction, prompt, answers, everything } = reading
  if (!/\b(selected|recommended|approved|chosen|top)\b[^.]*\bposts?\b|\bfrom (the )?table\b/i.test(instruction))
    return undefined
  const table = contentTable(reading.tables)
  if (table === undefined) return /no data/i.test(everything) ? [] : undefined
  const ranking = rank(table)
  const analysis = sectionUnder(prompt, /^\s*(analysis( results)?|scores|ranking|selection):/i) ?? answers[0] ?? ''
  const named = [...analysis.matchAll(/\bpost\s*(?:#|no\.?|number:?)?\s*(\d+)/gi)].map((match) => Number(match[1]) - 1)
  const rows = [...new Set([...named, ...ranking.map(({ row }) => row)])].filter((row) => row in table.rows)
  return rows.slice(0, countAsked(instruction) ?? 2).map((row) => ({
    text: table.rows[row]![contentColumn(table)!] ?? '',
    score: ranking.find((ranked) => ranked.row === row)!.score,
  }))
}

/** The row's own text and score in place of invented ones. */
function withRow(value: Json, text: string, score: number): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const fields = Object.entries(value).map(([key, old]): [string, Json] => {
    if (typeof old === 'number' && /score/.test(key)) return [key, score]
    return [key, TEXT_KEYS.includes(key) ? text : old]
  })
  return Object.fromEntries(fields)
}

const TEXT_KEYS = ['text_content', 'content', 'text', 'body', 'message', 'post']

/** “Select the 3 best messages and improve them”: the best of an earlier batch, revised. */
function improvedBatch(scene: Scene): Json[] | undefined {
  const { instruction, answers } = scene.reading
  if (!/\bselect\b.*\bbest\b/i.test(instruction)) return undefined
  const batch = batchIn(answers)
  if (batch === undefined) return undefined
  const best = rank(asTable(batch)).slice(0, countAsked(instruction) ?? 3)
  return best.map(({ row }) => {
    const item = batch[row]!
    return { ...item, content: revisePost(String(item.content), postRequest(scene, instruction)) }
  })
}

/** The texts that an earlier act made, if it made several as JSON. */
export function batchIn(answers: readonly string[]): readonly JsonObject[] | undefined {
  for (const answer of answers) {
    const value = findJson(answer)?.value
    if (isBatch(value)) return value
  }
  return undefined
}

function isBatch(value: Json | undefined): value is readonly JsonObject[] {
  return Array.isArray(value) && value.length > 1 && value.every((item) => typeof item?.content === 'string')
}

export function asTable(batch: readonly JsonObject[]): Table {
  return { columns: ['content'], rows: batch.map((item) => ({ content: String(item.content) })) }
}
