// Prose: answers in plain text that are not posts: critiques, analyses, plans, lists.
//
// Says only what can be read off the prompt (lengths, counts, names, numbers), in the order the prompt asks for it, and
// signs with SIGNATURE, so that nobody takes it for the judgement of a real model.

import { hash, type Random } from './random.ts'
import type { Reading } from './reading.ts'
import { SIGNATURE } from './signature.ts'
import type { Table } from './table.ts'
import { contentColumn } from './table.ts'

/** Points that a prompt wants to be dealt with, from `1. …`, `- …` or `(1) …, (2) …`. */
function pointsOf(instruction: string): string[] {
  const inline = instruction.split(/\(\d\)/).slice(1)
  if (inline.length > 1)
    return inline
      .map((point) =>
        point
          .split('.')[0]!
          .trim()
          .replace(/[,;]?(\s+and)?$/, ''),
      )
      .filter(Boolean)
  const numbered = [...instruction.matchAll(/^\s*\d+[.)]\s+(.+)$/gm)].map((match) => match[1]!.trim())
  if (numbered.length > 0) return numbered
  return [...instruction.matchAll(/^\s*[-*]\s+(.+)$/gm)].map((match) => match[1]!.trim())
}

/** Judges a post by what can be measured: opening, ending, length, markdown. */
export function critiquePost(post: string, instruction: string, random: Random): string {
  const points = pointsOf(instruction)
  const lines = (points.length > 0 ? points : ['Engagement', 'Clarity', 'Length']).map((point, index) => {
    const label = point.split(/[-–(:]/)[0]!.trim()
    return `${index + 1}. **${label}**: ${remark(label, post, random)}`
  })
  const advice = improvements(post, random).map((line) => `- ${line}`)
  return ['**Critique**', ...lines, '', '**Do this next**', ...advice, '', SIGNATURE].join('\n')
}

function remark(label: string, post: string, random: Random): string {
  const first = post.trim().split('\n')[0]!
  if (/length/i.test(label))
    return `${post.length} characters, ${post.length < 1800 ? 'within' : 'over'} the limit of 1800.`
  if (/engag|hook/i.test(label)) {
    const opening = /[?:!]/.test(first)
      ? 'The opening line raises a question and earns the next one'
      : 'The opening line states more than it asks'
    return `${opening}; ${/\?|👉|👇/u.test(post.slice(-200)) ? 'the end invites an answer' : 'the end lacks an invitation'}.`
  }
  if (/format|markdown/i.test(label)) {
    const bold = (post.match(/\*\*[^*]+\*\*/g) ?? []).length
    return `${bold} bold ${bold === 1 ? 'passage' : 'passages'} and ${(post.match(/\p{Extended_Pictographic}/gu) ?? []).length} emojis, enough to guide the eye.`
  }
  if (/clarity|structure/i.test(label))
    return `${post.trim().split(/\n{2,}/).length} paragraphs with one idea each; the order is easy to follow.`
  if (/accura|complete/i.test(label))
    return 'Nothing contradicts the description that was given; one concrete detail more would help.'
  if (/tone|polish/i.test(label)) return 'Warm and matter-of-fact; keep it.'
  return random.pick(['Solid, with room for one concrete detail.', 'Good; the example carries it.', 'Fine as it is.'])
}

function improvements(post: string, random: Random): string[] {
  return random
    .shuffle([
      'Put a stronger verb into the first line.',
      'Name one result that a reader can expect within five minutes.',
      'End with a single question, not with two.',
      `Cut a sentence from the middle; ${post.split(/\s+/).length} words are more than the idea needs.`,
      'Move the example closer to the claim that it proves.',
    ])
    .slice(0, 3)
}

/** Row numbers, best first. The score of a row depends on its text alone. */
export function rank(table: Table): { readonly row: number; readonly score: number }[] {
  const column = contentColumn(table) ?? table.columns[0]!
  return table.rows
    .map((row, index) => ({ row: index, score: scoreOf(row[column] ?? '') }))
    .sort((a, b) => b.score - a.score || a.row - b.row)
}

/** 25 to 50: five marks of 5 to 10, raised by what good posts have. */
function scoreOf(text: string): number {
  const merits = [/\*\*/.test(text), /\?/.test(text), /👉|👇/u.test(text), text.length > 200, text.length < 1800]
  return 25 + merits.filter(Boolean).length * 4 + (hash(text) % 6)
}

export function selectRows(table: Table, count: number, instruction: string): string {
  const criteria = /\b(?:on|for):?\s*(\w+(?:, \w+)+(?: and \w+)?)/i.exec(instruction)?.[1]?.split(/, | and /) ?? []
  const best = rank(table).slice(0, count)
  const column = contentColumn(table) ?? table.columns[0]!
  const lines = best.flatMap(({ row, score }) => [
    `**Post ${row + 1}**: ${firstLine(table.rows[row]![column] ?? '')}`,
    `- Total score: ${score}${criteria.length > 0 ? ` (${marks(score, criteria)})` : ''}`,
    `- Reason: ${REASONS[(score + row) % REASONS.length]}`,
    '',
  ])
  return [`The best ${best.length} of ${table.rows.length}:`, '', ...lines].join('\n').trim()
}

const REASONS = [
  'Strong hook, a concrete example and a clear call to action.',
  'Explains one idea well and ends with a question that is easy to answer.',
  'Useful for newcomers and pleasant to read.',
]

/** The score shared out over its criteria, larger shares first. */
function marks(score: number, criteria: readonly string[]): string {
  const base = Math.floor(score / criteria.length)
  const extra = score % criteria.length
  return criteria.map((name, index) => `${name} ${base + (index < extra ? 1 : 0)}`).join(', ')
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0]!.replaceAll('*', '')
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}

/** Deals with the points of an analysis one by one. */
export function analyse(reading: Reading, maxCharacters: number): string {
  const points = pointsOf(reading.instruction)
  const facts = factsOf(reading)
  const opening =
    facts.length > 0 ? `From what was given: ${facts.join('; ')}.` : 'Little material was given, so this stays general.'
  if (points.length === 0) return [opening, generalFinding(reading.instruction), SIGNATURE].join('\n\n')
  const items = points.map((point, index) => `${index + 1}. **${label(point)}**: ${finding(point)}`)
  while (items.length > 1 && [opening, ...items, SIGNATURE].join('\n').length > maxCharacters) items.pop()
  return [opening, '', ...items, '', SIGNATURE].join('\n')
}

function label(point: string): string {
  const words = point.split(/[?:(–]| - /)[0]!.trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function factsOf({ tables, media, everything }: Reading): string[] {
  const numbers = [...everything.matchAll(/"(\w*(?:member|channel|role|post|user)\w*_count|\w+_total)"\s*:\s*(\d+)/g)]
  return [
    ...tables.slice(0, 1).map((table) => `${table.rows.length} rows with ${table.columns.slice(0, 4).join(', ')}`),
    ...media.map((part) => `1 ${part.kind} (${part.mime}), which the scripted model cannot perceive`),
    ...numbers.slice(0, 4).map(([, name, value]) => `${name!.replaceAll('_', ' ')} ${value}`),
  ]
}

function finding(point: string): string {
  return (
    FINDINGS.find(([words]) => words.test(point))?.[1] ?? 'Sound overall; one change at a time will show what helps.'
  )
}

const FINDINGS: readonly (readonly [words: RegExp, finding: string])[] = [
  [/score|rating/i, '7 out of 10.'],
  [/strength/i, 'A clear value, a focused audience and a plan that starts small.'],
  [/concern|risk|weakness|red flag/i, 'Few hard numbers, a crowded field and a schedule without slack.'],
  [/condition/i, 'Two reference customers and a tested price before the next round.'],
  [/theme|topic|focus/i, 'Features, practical examples and community questions come up most.'],
  [/tone|voice|sentiment/i, 'Friendly and direct, rarely formal; mostly positive.'],
  [/keyword|hashtag/i, 'narrative, automation, community, tutorial.'],
  [/structure|organi[sz]ation/i, 'Hook first, then one idea, an example and a question.'],
  [/best|perform|pattern/i, 'Short posts with a question and an example do better than announcements.'],
  [/schedul|posting|calendar/i, 'Three posts a week, on weekday mornings, leave room for answers.'],
  [/engagement|audience|growth|activity/i, 'Replies matter more than reach; answer within the day.'],
  [/gap|improvement|opportunit|requested/i, 'More step-by-step guides and more stories of members.'],
  [/goal/i, 'Double the number of posts by members, keep the number of our own.'],
  [/challenge|technical|feasib/i, 'Limits of outside services, retries and the storage of results come first.'],
  [/flow|experience/i, 'The first step is quick; the second needs a hint.'],
]

function generalFinding(instruction: string): string {
  if (/transcri/i.test(instruction))
    return '[00:00] The recording was not heard, so there is no transcript. Confidence, clarity and persuasiveness cannot be judged.'
  if (/approach|structured|evaluate/i.test(instruction))
    return '1. Look at each piece on its own and note facts only.\n2. Compare the pieces: where do they agree, where not?\n3. Score clarity, evidence and feasibility from 1 to 10.\n4. Close with a decision and the two facts that would change it.'
  return 'The main line is clear, the details are uneven, and the next step is to test the strongest claim with a small experiment.'
}

/** A list of ideas, as many as asked. */
export function listIdeas(count: number, random: Random): string {
  const ideas = random.shuffle(IDEAS)
  const lines = Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / ideas.length)
    return `${index + 1}. ${ideas[index % ideas.length]}${round > 0 ? ` (variation ${round})` : ''}`
  })
  return [...lines, '', SIGNATURE].join('\n')
}

const IDEAS = [
  '**Lead with the result**: show the finished work before the tool.',
  '**A guided first run** that ends with something worth sharing.',
  '**Templates by occupation** instead of a blank page.',
  '**A public gallery** of the best results, with their recipes.',
  '**Honest limits**: a page that says what it does not do.',
  '**A weekly challenge** with one rule and a small prize.',
  '**Side by side**: the old way and the new way in one picture.',
  '**Explain the price** in terms of time saved.',
  '**A friend mode**: two people, one project.',
  '**Stories of users**, told in their own words.',
  '**A quiet mode** that only reports what needs a decision.',
  '**One-click copies** of every example.',
]

/** A line a day. */
export function planDays(days: number, random: Random): string {
  const themes = random.shuffle([
    'Feature',
    'Use case',
    'Tutorial',
    'Community question',
    'Behind the scenes',
    'Member story',
  ])
  const kinds = ['text', 'image', 'poll', 'video']
  const lines = Array.from(
    { length: days },
    (_, day) =>
      `Day ${day + 1}: ${themes[day % themes.length]} (${kinds[(day * 3 + Math.floor(day / 7)) % kinds.length]})`,
  )
  return ['**Content calendar**', ...lines, '', SIGNATURE].join('\n')
}
