// Reading: what the scripted model takes in of a question.
//
// Finds the instruction among the material, and the pieces that prompts usually carry: a post to work on, JSON to check,
// tables, limits on length. Works on text alone and never guesses beyond it.

import type { Part, Question } from '../model.ts'
import { balanced } from './json-text.ts'
import { SIGNATURE } from './signature.ts'
import { findJsonTables, findMarkdownTables, type Table } from './table.ts'

export interface Reading {
  /** What is to be done: the last text of the last message that is not mere material. */
  readonly instruction: string
  /** All text of the last message. */
  readonly prompt: string
  /** All text of the conversation with the system text, oldest first. */
  readonly everything: string
  /** The model's own earlier answers, newest first. */
  readonly answers: readonly string[]
  /** The tables in sight, those of the last message first. */
  readonly tables: readonly Table[]
  readonly media: readonly Extract<Part, { type: 'media' }>[]
}

export function read(question: Question): Reading {
  const last = question.messages.at(-1)
  const texts = textsOf(last?.parts ?? [])
  const prompt = texts.join('\n\n')
  const earlier = question.messages.slice(0, -1).map((message) => textsOf(message.parts).join('\n\n'))
  const answers = question.messages.slice(0, -1).filter((message) => message.role === 'assistant')
  return {
    instruction: instructionIn(texts),
    prompt,
    everything: [question.system ?? '', ...earlier, prompt].join('\n\n'),
    answers: answers.map((message) => textsOf(message.parts).join('\n\n')).reverse(),
    // JSON in the instruction itself is an example of what is wanted, not data.
    tables: [
      ...findMarkdownTables(prompt),
      ...texts.filter((text) => text !== instructionIn(texts)).flatMap(findJsonTables),
      ...earlier.toReversed().flatMap((text) => [...findMarkdownTables(text), ...findJsonTables(text)]),
    ],
    media: (last?.parts ?? []).filter((part) => part.type === 'media'),
  }
}

function textsOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (part.type === 'text' && part.text.trim() !== '' ? [part.text] : []))
}

function instructionIn(texts: readonly string[]): string {
  return texts.findLast((text) => !isMaterial(text.trim())) ?? texts.at(-1) ?? ''
}

/** A table, JSON, or the result of an act that asked no model. */
function isMaterial(text: string): boolean {
  if (text === 'No data' || text.startsWith('Result of "')) return true
  if (text.startsWith('|')) return text.split('\n').every((line) => line.startsWith('|'))
  return /^[[{]/.test(text) && balanced(text, 0) === text
}

/**
 * The earlier answer that the prompt holds word for word, or else the text under the heading.
 *
 * The answer is the better source: nothing in it can be mistaken for the next heading.
 */
export function quoted({ prompt, answers }: Reading, heading: RegExp): string | undefined {
  const held = answers.filter((answer) => answer.trim().length >= 20 && prompt.includes(answer.trim()))
  return (
    held.find((answer) => sectionUnder(prompt, heading)?.startsWith(answer.trim().slice(0, 20))) ??
    sectionUnder(prompt, heading)
  )
}

/**
 * The text under one of the headings (`Content to format:`, `Original:`), up to the next heading of the prompt.
 * Undefined when there is none, or when what stands there is a placeholder that nobody filled in.
 */
export function sectionUnder(prompt: string, heading: RegExp): string | undefined {
  const lines = prompt.split('\n')
  const at = lines.findIndex((line) => heading.test(line))
  if (at === -1) return undefined
  const sameLine = lines[at]!.replace(heading, '').trim()
  const rest = lines.slice(at + 1)
  const end = rest.findIndex((line) => KNOWN_HEADING.test(line))
  const below = rest.slice(0, end === -1 ? rest.length : end).join('\n')
  const text = (sameLine === '' ? below : `${sameLine}\n${below}`).trim()
  return text === '' || UNFILLED.test(text) ? undefined : text
}

const KNOWN_HEADING =
  /^\s*((required schema|schema|critical rules?|evaluate|critique|validation checklist|original( posts table)?|posts|requirements):|example( valid)? output|based on the|output (only|the)\b|now (format|audit)|provide (specific|your|an)\b|return only|if the json|judge the)/i
const UNFILLED = /^(\{\{[^}]*\}\}|\{\w+\})$/

/** The latest of the model's earlier answers that is a text of some length: neither JSON nor a remark about a text. */
export function latestText(answers: readonly string[]): string | undefined {
  const texts = answers.filter((answer) => !/^\s*[[{]/.test(answer) && !answer.includes(SIGNATURE))
  return texts.find((text) => text.length >= 80) ?? texts[0]
}

export interface Limits {
  readonly maxCharacters: number
  readonly minWords: number
  readonly maxWords: number
  readonly maxSentences: number
}

/** The limits on length that a prompt states, else wide ones. */
export function limitsOf(prompt: string, maxTokens: number | undefined): Limits {
  const words = /(\d+)\s*(?:-|–|to)\s*(\d+)\s+words/i.exec(prompt)
  const wordLimit = /(?:under|below|at most|maximum(?: of)?|max\.?)\s+(\d+)\s+words/i.exec(prompt)
  const characters = /(?:under|below|at most|maximum(?: of)?|max\.?)\s+(\d+)\s+(?:chars|characters)/i.exec(prompt)
  const sentences = /(?:\d+\s*(?:-|–|to)\s*)?(\d+)\s+sentences?/i.exec(prompt)
  return {
    maxCharacters: Math.min(Number(characters?.[1] ?? 1800), maxTokens === undefined ? 1800 : maxTokens * 4),
    minWords: Number(words?.[1] ?? 0),
    maxWords: Number(words?.[2] ?? wordLimit?.[1] ?? Number.POSITIVE_INFINITY),
    maxSentences: Number(sentences?.[1] ?? Number.POSITIVE_INFINITY),
  }
}

const NUMBER_WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]

/** How many things a prompt asks for, if it says. At most 50. */
export function countAsked(prompt: string): number | undefined {
  for (const pattern of COUNTS) {
    const found = pattern.exec(prompt)?.[1]?.toLowerCase()
    const count =
      found === undefined ? Number.NaN : Number(NUMBER_WORDS.includes(found) ? NUMBER_WORDS.indexOf(found) : found)
    if (count > 0) return Math.min(count, 50)
  }
  return undefined
}

const N = `(\\d+|${NUMBER_WORDS.join('|')})`
const COUNTS = [
  new RegExp(`array (?:of|with) ${N}\\b`, 'i'),
  new RegExp(`\\bwith ${N} selected`, 'i'),
  new RegExp(`\\bselect the (?:top )?${N}\\b`, 'i'),
  new RegExp(`\\btop ${N}\\b`, 'i'),
  new RegExp(`\\b(?:aim for|exactly) ${N}\\b`, 'i'),
  new RegExp(
    `(?:^|[,.:;] )\\s*(?:create|generate|design|write|produce|list|brainstorm|suggest|give(?: me)?|propose) (?:a list of )?${N}\\b(?! ?-)`,
    'im',
  ),
]
