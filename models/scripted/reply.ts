// Reply: what the scripted model says to a question when no script says it.
//
// Tells by the wording what is wanted and hands over to the file that can write it. The order of the rules matters:
// what must be copied exactly comes before what may be invented.
//
//   A1. Equal questions, seeds and call numbers give equal replies.
//   A2. Text of others (a post to format, a cell to extract) is copied, never rewritten, unless a revision is asked for.

import { createRequire } from 'node:module'
import type { JsonObject } from '../../json.ts'
import type { Question } from '../model.ts'
import { answerInJson, asTable, batchIn } from './json-reply.ts'
import { balanced, findJson } from './json-text.ts'
import { revisePost, writePost } from './post.ts'
import { analyse, critiquePost, listIdeas, planDays, rank, selectRows } from './prose.ts'
import { countAsked, latestText, limitsOf, quoted, type Reading, sectionUnder } from './reading.ts'
import { openScene, type Scene } from './scene.ts'
import { SIGNATURE } from './signature.ts'
import { contentColumn, contentTable } from './table.ts'
import { postRequest } from './theme.ts'

/** @param call how often this very question was asked, from 1 */
export function reply(question: Question, seed: string, call: number): string {
  const scene = openScene(question, seed, call)
  for (const rule of RULES) {
    const text = rule(scene)
    if (text !== undefined) return text
  }
  return analyse(scene.reading, limitsOf(scene.reading.instruction, question.maxTokens).maxCharacters)
}

type Rule = (scene: Scene) => string | undefined

const RULES: readonly Rule[] = [
  echo,
  auditJson,
  extractCell,
  selectBest,
  answerInJson,
  critique,
  revise,
  selectFromTable,
  plan,
  ideas,
  post,
]

/** “Say 'ok'”, “Respond with exactly this text: 'hi'”. */
function echo({ reading }: Scene): string | undefined {
  const exact = /(?:respond|reply|answer) with exactly (?:this text|the text|this)?:?\s*(['"`])(.+?)\1/i
  const say = /^\s*say:?\s*(['"`])(.+?)\1/im
  return exact.exec(reading.instruction)?.[2] ?? say.exec(reading.instruction)?.[2]
}

/** The JSON that is to be audited: unchanged when it is valid, else mended. */
function auditJson({ reading }: Scene): string | undefined {
  if (!/\b(audit|validate|check|fix) (this|the) json\b/i.test(reading.instruction)) return undefined
  const candidates = [sectionUnder(reading.prompt, /^\s*json to (audit|check|fix|validate):/i), ...reading.answers]
  return candidates.map((text) => mendedJson(text ?? '')).find((json) => json !== undefined)
}

function mendedJson(text: string): string | undefined {
  const at = text.search(/[[{]/)
  if (at === -1) return undefined
  const source = balanced(text, at) ?? text.slice(at)
  if (isJson(source)) return source
  // Loaded here: hardly ever is there JSON to be mended.
  const { jsonrepair } = createRequire(import.meta.url)('jsonrepair') as typeof import('jsonrepair')
  try {
    return jsonrepair(source)
  } catch {
    return undefined // beyond repair; an earlier answer may hold a better one
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** “Extract the text_content …, output ONLY the text_content field value”. */
function extractCell({ reading }: Scene): string | undefined {
  if (!/\bonly\b/i.test(reading.instruction)) return undefined
  const wanted = /output only the [`"']?(\w+)[`"']?/i.exec(reading.instruction)?.[1]
  const named = /extract the [`"']?(\w+)[`"']?/i.exec(reading.instruction)?.[1]
  const column = [wanted, named].find(
    (name) => name !== undefined && /_|^(content|text|title|body|message)$/.test(name),
  )
  if (column === undefined) return undefined
  const table = reading.tables.find(({ columns, rows }) => columns.includes(column) && rows.length > 0)
  if (table !== undefined) return table.rows[0]![column]
  const earlier = findJson(reading.answers[0] ?? '')?.value as JsonObject | readonly JsonObject[] | undefined
  const value = (Array.isArray(earlier) ? earlier[0] : earlier)?.[column]
  return typeof value === 'string' ? value : `There is no row to take ${column} from.`
}

/** “Select the SINGLE BEST message, output ONLY the selected message content”. */
function selectBest({ reading }: Scene): string | undefined {
  if (!/\b(single best|the best (one|message|post))\b/i.test(reading.instruction)) return undefined
  if (!/output only/i.test(reading.instruction)) return undefined
  const table = contentTable(reading.tables)
  return table === undefined
    ? 'There is nothing to choose from.'
    : table.rows[rank(table)[0]!.row]![contentColumn(table)!]
}

function critique({ reading, random, question }: Scene): string | undefined {
  if (!/^\s*(critique|review|evaluate)\b/i.test(reading.instruction) || reading.media.length > 0) return undefined
  const batch = batchIn(reading.answers)
  if (batch !== undefined && /\b(messages|posts|options)\b/i.test(reading.instruction))
    return critiqueBatch(batch, reading)
  const text = quoted(reading, /^\s*critique this[^\n:]*:/i) ?? latestText(reading.answers)
  return text === undefined
    ? undefined
    : critiquePost(text, reading.instruction, random).slice(0, (question.maxTokens ?? 2000) * 4)
}

function critiqueBatch(batch: readonly JsonObject[], reading: Reading): string {
  const titles = batch.map((item, index) => String(item.title ?? `Message ${index + 1}`))
  const ranking = rank(asTable(batch))
  const words = (row: number) => String(batch[row]!.content).split(/\s+/).length
  const lines = ranking
    .toSorted((a, b) => a.row - b.row)
    .map(({ row, score }) => `${row + 1}. ${titles[row]}: ${score}/50, ${words(row)} words`)
  const best = ranking.slice(0, countAsked(reading.instruction) ?? 3).map(({ row }) => `${row + 1} (${titles[row]})`)
  const verdict = 'The others open alike or leave the reader without a next step.'
  return [
    `**${batch.length} messages**`,
    ...lines,
    '',
    `**Strongest**: ${best.join(', ')}.`,
    verdict,
    '',
    SIGNATURE,
  ].join('\n')
}

function revise(scene: Scene): string | undefined {
  const { reading } = scene
  if (!/^\s*(improve|refine|revise|rewrite|polish|shorten|edit)\b/i.test(reading.instruction)) return undefined
  const original = quoted(reading, /^\s*(original|post|text|content):/i) ?? latestText(reading.answers)
  return original === undefined ? undefined : revisePost(original, postRequest(scene, original))
}

function selectFromTable({ reading }: Scene): string | undefined {
  if (/^\s*(write|create|generate|draft|compose)\b/i.test(reading.instruction)) return undefined
  if (!/\b(select|pick|choose|score|rank|approve|curate)\b/i.test(reading.instruction)) return undefined
  const table = contentTable(reading.tables)
  if (table !== undefined) return selectRows(table, countAsked(reading.instruction) ?? 1, reading.instruction)
  return /no data/i.test(reading.prompt) ? 'There are no posts to look at: the table is empty.' : undefined
}

function plan({ reading, random }: Scene): string | undefined {
  const days = /\b(\d+)-day\b.*\b(calendar|plan)\b/i.exec(reading.instruction)?.[1]
  return days === undefined ? undefined : planDays(Math.min(Number(days), 60), random)
}

function ideas({ reading, random }: Scene): string | undefined {
  if (!/\b(brainstorm|ideas)\b/i.test(reading.instruction)) return undefined
  return listIdeas(countAsked(reading.instruction) ?? 5, random)
}

function post(scene: Scene): string | undefined {
  const { instruction, everything } = scene.reading
  if (!/\b(write|create|generate|draft|compose)\b/i.test(instruction)) return undefined
  if (!/\b(post|message|announcement|update|tweet|introduction|prompt)s?\b/i.test(instruction)) return undefined
  const text = writePost(postRequest(scene, instruction))
  const statistics = /statistic|member count|server data|stats/i.test(instruction)
    ? statisticsIn(everything)
    : undefined
  return statistics === undefined ? text : text.replace('\n\n', `\n\n${statistics}\n\n`)
}

/** The counts of a server that an earlier act fetched, as one line. */
function statisticsIn(text: string): string | undefined {
  const counts = [...text.matchAll(/"(\w*(?:member|channel|role|online|boost)\w*)"\s*:\s*(\d+)/gi)]
  const named = new Map(counts.map(([, name, value]) => [name!.replace(/_?count$/, '').replaceAll('_', ' '), value!]))
  const parts = [...named].map(
    ([name, value]) => `**${value}** ${/s$/.test(name) || value === '1' ? name : `${name}s`}`,
  )
  return parts.length === 0 ? undefined : `📊 ${parts.slice(0, 4).join(' · ')}`
}
