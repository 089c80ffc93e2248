// Question: what an act asks its model, made of what was said so far and what its inputs became.

import { BotticelliError } from '../errors.ts'
import type { ChatMessage, Part, Question } from '../models/model.ts'
import type { ActTask, Gathered, Refused } from './act-task.ts'
import type { Piece, Turn } from './conversation.ts'
import type { JsonWanted } from './json-wanted.ts'
import type { Services } from './services.ts'

/** @param refused what the model said to the same question before, to be put right */
export function questionOf(
  { act, narrative, knowledge }: ActTask,
  gathered: Gathered,
  { refused, wanted, turn }: { refused: readonly Refused[]; wanted: JsonWanted | undefined; turn: number },
  services: Pick<Services, 'store'>,
): Question {
  // A journal of an earlier version may have nothing of it.
  const { system = act.system } = gathered
  const { temperature, maxTokens, topP, stop, seed } = act.settings
  const turns: Turn[] = [...knowledge.turns, { role: 'user', pieces: gathered.pieces.map(({ piece }) => piece) }]
  for (const { answer, problem } of refused) turns.push({ role: 'assistant', text: answer.text }, correction(problem))
  return {
    messages: messagesOf(turns, services),
    ...(system !== undefined && { system }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(topP !== undefined && { topP }),
    ...(stop !== undefined && { stop }),
    ...(seed !== undefined && { seed }),
    ...(wanted?.schema !== undefined && { json: { schema: wanted.schema } }),
    origin: { narrative: narrative.key, act: act.name, turn },
  }
}

function correction(problem: string): Turn {
  const text = `Your answer cannot be used: ${problem} Answer again, with the whole corrected JSON and nothing else.`
  return { role: 'user', pieces: [{ type: 'text', text }] }
}

/** Speakers take turns, and the user speaks first: some providers refuse anything else. */
function messagesOf(turns: readonly Turn[], services: Pick<Services, 'store'>): ChatMessage[] {
  const messages: { role: 'user' | 'assistant'; parts: Part[] }[] = []
  for (const turn of turns) {
    const parts =
      turn.role === 'assistant' ? [textPart(turn.text)] : turn.pieces.map((piece) => partOf(piece, services))
    const role = messages.length === 0 ? 'user' : turn.role
    const last = messages.at(-1)
    if (last?.role === role) last.parts.push(...parts)
    else messages.push({ role, parts })
  }
  return messages
}

function partOf(piece: Piece, { store }: Pick<Services, 'store'>): Part {
  if (piece.type === 'text') return textPart(piece.text)
  const { media, mime, filename, from, name } = piece
  const bytes = store.media.read(piece.hash)
  if (bytes === undefined) {
    throw new BotticelliError('media-unreadable', `The bytes of ${name} are not in the database any more.`)
  }
  return {
    type: 'media',
    kind: media,
    mime,
    bytes,
    ...(from === 'web' && { address: name }),
    ...(filename !== undefined && { filename }),
  }
}

function textPart(text: string): Part {
  return { type: 'text', text }
}
