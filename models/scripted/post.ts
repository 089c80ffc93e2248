// Post: short texts for a community channel, put together from phrases.
//
// Joins the phrases of phrases.ts. Posts have a hook, an explanation, an example and a call to
// action, and keep to the limits that the prompt states.
//
//   W1. The n-th post about a focus takes the n-th hook, so posts of consecutive calls never open alike.

import { BOTTICELLI, BULLETS, type Focus, GENERAL_BULLETS, general, type Phrases } from './phrases.ts'
import type { Random } from './random.ts'
import type { Limits } from './reading.ts'

export interface PostRequest {
  readonly focus: Focus
  /** What it is about; `Botticelli` when the prompt is. */
  readonly subject: string
  readonly limits: Limits
  readonly random: Random
  /** Counts the posts asked for with the same prompt. */
  readonly turn: number
}

export function writePost(request: PostRequest): string {
  const phrases = phrasesFor(request)
  const hook = turnTo(phrases.hooks, request.turn)
  const callToAction = turnTo(phrases.callsToAction, request.turn + Math.floor(request.turn / phrases.hooks.length))
  if (request.limits.maxSentences <= 3)
    return shortPost(hook, request.random.pick(phrases.bodies), callToAction, request)

  const [first, second] = request.random.shuffle(phrases.bodies)
  const isLong = request.limits.minWords >= 100
  const paragraphs = [
    hook,
    first!,
    ...(isLong ? [second!, bulletsFor(request)] : []),
    turnTo(phrases.examples, request.turn + request.random.int(0, 1)),
    callToAction,
  ]
  return shorten(paragraphs, request.limits)
}

/** The post again with the next hook and call to action: what a revision changes first. */
export function revisePost(original: string, request: PostRequest): string {
  const paragraphs = original.trim().split(/\n{2,}/)
  const phrases = phrasesAround(paragraphs[0]!) ?? phrasesFor(request)
  const hook = next(phrases.hooks, paragraphs[0]!)
  const callToAction = next(phrases.callsToAction, paragraphs.at(-1)!)
  const middle = paragraphs.length < 3 ? paragraphs : paragraphs.slice(1, -1)
  return shorten([hook, ...middle, callToAction], request.limits)
}

/** What a text is about, judged by its own words. */
export function focusOf(text: string): Focus {
  const focus = /^\s*focus:\s*(.+)$/im.exec(text)?.[1] ?? text
  return FOCUS_WORDS.find(([words]) => words.test(focus))?.[1] ?? 'feature'
}

const FOCUS_WORDS: readonly (readonly [words: RegExp, focus: Focus])[] = [
  [/welcom/i, 'welcome'],
  [/problem|challenge[s]? .*solve/i, 'problem'],
  [/tutorial|how-to|step-by-step/i, 'tutorial'],
  [/use ?cases?|practical application/i, 'usecase'],
  [/asking community|what they're building|showcase daily|daily prompt/i, 'showcase'],
  [/feature/i, 'feature'],
  [/community|participat/i, 'community'],
]

function turnTo<T>(items: readonly T[], turn: number): T {
  return items[turn % items.length]!
}

/** The phrases that a post with this hook was made of. */
function phrasesAround(hook: string): Phrases | undefined {
  return Object.values(BOTTICELLI).find(({ hooks }) => hooks.includes(hook))
}

/** The phrase after this one; the first when it is none of them. */
function next(phrases: readonly string[], phrase: string): string {
  return turnTo(phrases, phrases.indexOf(phrase) + 1)
}

function shortPost(hook: string, body: string, callToAction: string, { limits }: PostRequest): string {
  const plain = hook.replaceAll('**', '')
  const sentences = [plain, firstSentence(body), firstSentence(callToAction)].slice(0, Math.max(1, limits.maxSentences))
  return shorten([sentences.join(' ')], limits)
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text
}

/** Leaves out paragraphs from the middle until the limits hold, so that hook and call to action stay. */
function shorten(paragraphs: readonly string[], limits: Limits): string {
  const kept = [...paragraphs]
  const fits = () => {
    const text = kept.join('\n\n')
    return text.length <= limits.maxCharacters && text.split(/\s+/).length <= limits.maxWords
  }
  while (kept.length > 1 && !fits()) kept.splice(kept.length > 2 ? kept.length - 2 : 1, 1)
  return kept.join('\n\n').slice(0, limits.maxCharacters)
}

function phrasesFor(request: PostRequest): Phrases {
  return request.subject === 'Botticelli' ? BOTTICELLI[request.focus] : general(request.subject)
}

function bulletsFor({ subject, random }: PostRequest): string {
  const bullets = subject === 'Botticelli' ? BULLETS : GENERAL_BULLETS
  return random.shuffle(bullets).slice(0, 3).join('\n')
}
