// Theme: what a prompt wants something to be about, with names and descriptions that fit.

import { capital } from './phrases.ts'
import { focusOf, type PostRequest, writePost } from './post.ts'
import { limitsOf } from './reading.ts'
import type { Scene } from './scene.ts'
import type { Theme } from './value.ts'

/** The theme of new values; `given` is the text that they must carry instead of an invented one. */
export function themeOf(scene: Scene, given?: string): Theme {
  const { reading, random, turn } = scene
  const subject = subjectOf(scene)
  const world = WORLDS.find(({ words }) => words.test(reading.instruction))
  const about =
    subject === 'Botticelli' ? ['botticelli', 'narratives', 'automation'] : subject.toLowerCase().split(/\s+/)
  const asked = questionOf(saidByUser(scene))
  return {
    subject,
    ...(asked !== undefined && { question: asked }),
    ...(world?.descriptions !== undefined && { descriptions: world.descriptions }),
    tags: [...new Set([focusOf(given ?? reading.instruction), ...about.slice(0, 3), 'ai', 'workflow'])],
    name: (index) => nameOf(world?.names ?? NAMES, turn + index, given),
    text: (index) => given ?? writePost({ ...postRequest(scene, reading.instruction), turn: turn + index, random }),
  }
}

/** A post as the prompt wants it, with the focus that the text `about` has. */
export function postRequest(scene: Scene, about: string): PostRequest {
  const { reading, question, random, turn } = scene
  const limits = limitsOf(reading.instruction, question.maxTokens)
  return { focus: focusOf(about), subject: subjectOf(scene), limits, random, turn }
}

/** `Botticelli` when the prompt speaks of it, else what stands after “about” or a label like `Topic:`, what is asked about, or whom it is for. */
function subjectOf(scene: Scene): string {
  const { instruction, everything } = scene.reading
  if (/botticelli/i.test(everything)) return 'Botticelli'
  const labelled = /^\s*(?:topic|subject|focus|theme):\s*(.+)$/im.exec(instruction)?.[1]
  const about =
    /\babout\s+((?:an?\s+|the\s+|our\s+)?[a-z][\w' -]{2,40}?)(?=[.,;:!?\n]|\s+(?:with|that|which|for|and|in|to|from)\b|$)/i
  const fallback = /communit/i.test(instruction) ? 'our community' : 'this topic'
  const asked = saidByUser(scene)
  const thing = thingOf(questionOf(asked))
  const said = labelled ?? about.exec(instruction)?.[1]
  if (said === undefined && thing !== undefined) return thing
  return (said ?? properName(asked) ?? customerOf(asked) ?? fallback).trim().replace(/^(an?|the)\s+/i, '')
}

/** What the prompts say; what was answered is no source for names, since those were invented. */
function saidByUser({ question }: Scene): string {
  const parts = question.messages.flatMap(({ role, parts }) => (role === 'user' ? parts : []))
  return parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n')
}

/** What a question is about: “the forum”. */
function thingOf(question: string | undefined): string | undefined {
  return /\b(?:the|our) [a-z][\w-]+/.exec(question ?? '')?.[0]
}

/** A name of several words that stands inside of a sentence, the most frequent one: “You write for Sourdough Club.” */
function properName(text: string): string | undefined {
  const counts = new Map<string, number>()
  for (const [name] of text.slice(0, 20_000).matchAll(/(?<=[a-z,] )[A-Z][\w'’-]{2,20}(?: [A-Z][\w'’-]{2,20}){1,3}/g)) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
}

/** Whom something is made for: “three slogans for a bakery.” */
function customerOf(text: string): string | undefined {
  return /\bfor (?:an?|our) ([a-z][\w' -]{2,40})(?=[.,!?\n])/.exec(text)?.[1]
}

/** The question that the conversation is about: what somebody asks, or a line that ends with a question mark after a label. */
function questionOf(everything: string): string | undefined {
  return /\b(?:asks?|question|issue|decide|decision)\b[^\n:]{0,20}:\s*([^\n?]{8,200}\?)/i.exec(everything)?.[1]?.trim()
}

function nameOf(names: readonly string[], turn: number, given: string | undefined): string {
  const firstLine = given?.trim().split('\n')[0] ?? ''
  const title = firstLine.replaceAll(/[*_~|#]|\p{Extended_Pictographic}/gu, '').trim()
  return title === '' ? names[turn % names.length]! : capital(title).slice(0, 100)
}

const NAMES = [
  'First Light',
  'Open Workshop',
  'The Long Table',
  'Field Notes',
  'Second Draft',
  'Common Thread',
  'Bright Corner',
  'Quiet Hours',
  'Paper Boats',
  'North Window',
]

interface World {
  readonly words: RegExp
  readonly names: readonly string[]
  readonly descriptions?: readonly string[]
}

/** Names and descriptions for what prompts like to have invented. */
const WORLDS: readonly World[] = [
  {
    words: /achievement/i,
    names: [
      'First Blood Moon',
      'Dragon’s Bane',
      'Keeper of Maps',
      'Silent Blade',
      'Crown of Embers',
      'Lorekeeper',
      'Unbroken Shield',
      'Friend of Wolves',
      'Deep Delver',
      'Last Light',
    ],
    descriptions: [
      'Survive a whole night outside the city walls.',
      'Defeat a dragon without drinking a potion.',
      'Uncover every region of the map.',
      'Finish a dungeon without being seen.',
      'Light all seven beacons in a single day.',
      'Read every book in the royal library.',
    ],
  },
  {
    words: /welcome/i,
    names: [
      'A Warm Hello',
      'Your First Act',
      'Come In and Look Around',
      'The Workshop Is Open',
      'Start Here',
      'Make Yourself at Home',
      'From Prompt to Story',
      'Good to Have You',
      'Pick Up a Brush',
      'The Curtain Rises',
      'Meet the Narratives',
    ],
  },
  {
    words: /gaming/i,
    names: ['Pixel Vanguard', 'Respawn Harbor', 'The Loot Table'],
    descriptions: ['A home for players of every level: find a party, share your clips, and stay for the game nights.'],
  },
  {
    words: /technolog|programming/i,
    names: ['Stack & Kettle', 'Null Island Labs', 'The Friendly Compiler'],
    descriptions: ['Learn, build and talk shop: questions of beginners are as welcome as stories from production.'],
  },
  {
    words: /creative|\barts?\b/i,
    names: ['Ink & Ember', 'The Open Studio', 'Colour Theory'],
    descriptions: [
      'Artists, writers, musicians and makers share work in progress and give each other honest feedback.',
    ],
  },
  {
    words: /study|educat|academic/i,
    names: ['The Reading Room', 'Night Owls Study Hall', 'Margin Notes'],
    descriptions: ['Study groups, homework help and quiet company for long evenings before the exam.'],
  },
  {
    words: /hobby|garden|cook|photograph|fitness/i,
    names: ['Green Thumbs United', 'Golden Hour Club', 'The Simmer Society'],
    descriptions: ['For what people love to do after work: seasonal challenges, patient answers, and many pictures.'],
  },
]
