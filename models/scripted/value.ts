// Value: fills a shape with values that fit the names of the keys.
//
// Obeys what the shape says (choices, ranges, counts); where it says little, the key's name decides.

import type { Json } from '../../json.ts'
import { capital } from './phrases.ts'
import type { Random } from './random.ts'
import type { Shape } from './shape.ts'

/** What the values are about. */
export interface Theme {
  readonly subject: string
  /** The question that is to be answered, where there is one. */
  readonly question?: string
  readonly tags: readonly string[]
  /** Sentences that describe an element, instead of general ones. */
  readonly descriptions?: readonly string[]
  /** A name for the element, different for every index. */
  name(index: number): string
  /** The main text of the element. */
  text(index: number): string
}

export function fill(shape: Shape, theme: Theme, random: Random, index = 0, key = ''): Json {
  if (shape.is === 'object')
    return Object.fromEntries(shape.fields.map(([name, field]) => [name, fill(field, theme, random, index, name)]))
  if (shape.is === 'array') return fillArray(shape, theme, random, index, key)
  if (shape.choices !== undefined && shape.choices.length > 0) return shape.choices[index % shape.choices.length]!
  if (shape.is === 'null') return null
  if (shape.is === 'boolean') return random.next() < 0.7
  if (shape.is === 'integer' || shape.is === 'number') return fillNumber(shape, random, index, key)
  return fillText(shape, theme, random, index, key)
}

type Leaf = Exclude<Shape, { is: 'object' } | { is: 'array' }>

function fillArray(
  shape: Extract<Shape, { is: 'array' }>,
  theme: Theme,
  random: Random,
  index: number,
  key: string,
): Json {
  if (shape.of.is === 'object' || shape.of.is === 'array') {
    const count = shape.count ?? 2
    return Array.from({ length: count }, (_, inner) => fill(shape.of, theme, random, inner, key))
  }
  const of = shape.of
  if (of.is !== 'text' || of.choices !== undefined || /date-time|\buri\b|email|uuid/.test(of.hint))
    return Array.from({ length: shape.count ?? 3 }, (_, inner) => fill(of, theme, random, index + inner, key))
  if (/url|link|image/i.test(key) && shape.count === undefined) return []
  if (/\bflags?\b/i.test(of.hint)) return ['COMMUNITY', 'WELCOME_SCREEN_ENABLED']
  // Words that the prompt shows as an example are meant, unless they are placeholders like `feature1`.
  if (shape.items !== undefined && !shape.items.some((item) => /\d$|\.\.\.|\s\(/.test(String(item)))) return shape.items
  const sentences = SENTENCES.find(([keys]) => keys.test(key))?.[1]
  if (sentences !== undefined && (of.max ?? 200) >= 80) {
    const said = random.shuffle(sentences.map((sentence) => sentence.replaceAll('SUBJECT', theme.subject)))
    return Array.from({ length: shape.count ?? 3 }, (_, inner) => fitLength(said[inner % said.length]!, of, theme))
  }
  if (/alternative|option|ranking|candidate/i.test(key)) {
    return Array.from({ length: shape.count ?? 3 }, (_, inner) => fitLength(theme.name(inner), of, theme))
  }
  const words = random.shuffle(/feature/i.test(key) ? FEATURES : theme.tags)
  return Array.from({ length: shape.count ?? 3 }, (_, inner) => fitLength(words[inner % words.length]!, of, theme))
}

/** What lists of sentences hold, by the names of their keys. */
const SENTENCES: readonly (readonly [keys: RegExp, sentences: readonly string[]])[] = [
  [
    /fact|known|finding|observation/i,
    [
      'Two people look after SUBJECT today.',
      'It has been done the same way for three years.',
      'Most questions come in the evening.',
    ],
  ],
  [
    /assum/i,
    [
      'Those who use SUBJECT most will go along.',
      'The effort stays as it is.',
      'Nobody else decides about it meanwhile.',
    ],
  ],
  [
    /unknown|question|gap/i,
    [
      'How many would leave: a poll could tell.',
      'What it costs in a year: the treasurer could tell.',
      'How often it is used: the log could tell.',
    ],
  ],
  [
    /step|task|todo|action/i,
    [
      'Ask the ten most active people, this week.',
      'Try it with one group for a month.',
      'Write down what would count as success.',
    ],
  ],
  [
    /because|reason|argument|pros?$|benefit/i,
    [
      'It meets what matters most at the least effort.',
      'It can be taken back.',
      'Those who would have to do it are for it.',
    ],
  ],
  [
    /risk|concern|cons?$|sensitiv|weakness/i,
    [
      'If the effort doubles, the order turns around.',
      'It depends on two people.',
      'Nobody has tried it at this size.',
    ],
  ],
  [/swap|trade/i, ['A little convenience is given for much certainty.', 'Speed is given for being able to go back.']],
]

const FEATURES = ['multi-step narratives', 'carousel mode', 'Discord integration', 'stored content', 'choice of models']

function fillNumber(shape: Leaf, random: Random, index: number, key: string): number {
  const [usualMin, usualMax] = usualRange(shape, key)
  const min = shape.min ?? Math.min(usualMin, shape.max ?? usualMin)
  const max = Math.max(shape.max ?? Math.max(usualMax, min), min)
  if (/(^|_)id$/.test(key) && shape.min === undefined && shape.max === undefined)
    return random.int(1, 9) * 1000 + index + 1
  if (shape.is === 'number') return Math.round((min + random.next() * (max - min)) * 10) / 10
  const step = max - min >= 50 && min % 5 === 0 ? 5 : 1
  return min + step * random.int(0, Math.floor((max - min) / step))
}

function usualRange(shape: Leaf, key: string): [min: number, max: number] {
  if (typeof shape.example === 'number' && shape.example > 0)
    return [Math.ceil(shape.example * 0.8), Math.max(Math.ceil(shape.example * 1.1), 1)]
  if (/percent|score|rate/i.test(key)) return [40, 95]
  if (/rating/i.test(key)) return [3, 5]
  if (/position|sort|order/i.test(key)) return [0, 10]
  if (/count|members|likes|shares|total/i.test(key)) return [10, 900]
  return [1, 100]
}

function fillText(shape: Leaf, theme: Theme, random: Random, index: number, key: string): string {
  return fitLength(textFor(shape, theme, random, index, key), shape, theme)
}

function fitLength(text: string, { min = 0, max = Number.POSITIVE_INFINITY }: Leaf, theme: Theme): string {
  if (text.length >= min) return text.slice(0, max)
  const wanted = Math.min(min, 10_000)
  const filler = FILLERS.map((sentence) => sentence.replaceAll('SUBJECT', theme.subject)).join(' ')
  let longer = /[.!?]$/.test(text) ? text : `${text}.`
  while (longer.length < wanted) longer = `${longer} ${filler}`
  // Whole sentences, as far as the limit allows.
  const end = longer.slice(wanted - 1).search(/[.!?](?:\s|$)/)
  const whole = longer.slice(0, wanted + Math.max(end, 0))
  return whole.length <= max ? whole : longer.slice(0, max)
}

const FILLERS = [
  'It can be tried on a small scale first.',
  'What is not known yet about SUBJECT is named, with who could find out.',
  'Those who are concerned have been asked.',
  'It is looked at again after a month.',
]

function textFor(shape: Leaf, theme: Theme, random: Random, index: number, key: string): string {
  const words = `${key} ${shape.hint}`.toLowerCase()
  const name = theme.name(index)
  if (/timestamp|datetime|iso.?8601|date-time/.test(words)) return timestamp(random)
  if (/\buuid\b/.test(shape.hint)) return `00000000-0000-4000-8000-${snowflake(random).slice(0, 12)}`
  if (/\be-?mail\b/.test(words)) return `${slug(name)}@example.com`
  if (/\buri\b/.test(shape.hint)) return `https://example.com/${slug(name)}`
  if (/^(question|issue|decision)$/.test(key)) return theme.question ?? `What is best for ${theme.subject}?`
  if (/_at\b/.test(key)) return timestamp(random)
  if (/\bdate\b/.test(words)) return timestamp(random).slice(0, 10)
  if (/snowflake|discord id|owner_id|guild_id|channel_id|user_id/.test(words)) return snowflake(random)
  if (/^(text_content|content|body|text|message|post|caption|response)$/.test(key)) return theme.text(index)
  if (/url|link|\bicon\b|avatar|banner/.test(words)) return `https://example.com/${slug(name)}.png`
  if (/four digits/.test(words)) return String(random.int(1000, 9999))
  if (typeof shape.example === 'string' && isMeant(shape.example)) return shape.example
  if (/^(title|name|headline|label|heading)$|_(title|name)$/.test(key)) return name
  if (/^(choice|alternative|option)$/.test(key)) return name
  if (/_when$|mind|trigger/.test(key)) return `When the effort for ${theme.subject} has doubled, or after three months.`
  if (/reason|notes?|comment|rationale/.test(words)) return random.pick(REASONS)
  if (/description|summary|about|purpose/.test(words)) return descriptionOf(theme, index, random)
  if (/colou?r/.test(words)) return `#${random.int(0x100000, 0xffffff).toString(16)}`
  if (/locale|language/.test(words)) return 'en-US'
  if (/status/.test(words)) return 'pending'
  if (/source|author|created_by/.test(words)) return 'scripted'
  if (/channel/.test(words)) return random.pick(['general', 'showcase', 'announcements'])
  if (/\bid\b/.test(words)) return `${slug(theme.subject)}-${index + 1}`
  if (/type|category|kind/.test(words)) return random.pick(['announcement', 'guide', 'story'])
  if (/tone/.test(words)) return random.pick(['friendly', 'professional', 'enthusiastic'])
  return `${capital(theme.subject)}: ${name}`
}

/** A short word is a value to keep; a sentence, or something with dots, only stands for one. */
function isMeant(example: string): boolean {
  return /^[\w-]+$/.test(example)
}

const REASONS = [
  'Clear hook, one idea, and a question that invites an answer.',
  'Concrete example and an easy first step for newcomers.',
  'Reads well aloud; the call to action follows from the text.',
  'Useful on its own, and short enough to be read to the end.',
]

function descriptionOf(theme: Theme, index: number, random: Random): string {
  if (theme.descriptions !== undefined) return theme.descriptions[index % theme.descriptions.length]!
  return random.pick([
    `${theme.name(index)} brings together people who care about ${theme.subject}, from the first question to the finished work.`,
    `A friendly place for ${theme.subject}: learn, share what you make, and find others who do the same.`,
    `Everything around ${theme.subject}, with room for beginners and honest feedback for everyone.`,
  ])
}

/** A moment of the year 2026, chosen by the seed: the scripted model does not know what time it is. */
function timestamp(random: Random): string {
  return new Date(
    Date.UTC(2026, random.int(0, 11), random.int(1, 28), random.int(6, 20), random.int(0, 59)),
  ).toISOString()
}

/** An id as Discord makes them: 18 digits, as text because a number would lose the last ones. */
function snowflake(random: Random): string {
  return `1${Array.from({ length: 17 }, () => random.int(0, 9)).join('')}`
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
