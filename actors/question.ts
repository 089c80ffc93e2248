// Question: what an act asks its model, made of what was said so far and what its inputs became.

import { readFile } from 'node:fs/promises'
import type { ChatMessage, MediaKind, Part, Question } from '../models/model.ts'
import { guessMedia } from '../narratives/media-kinds.ts'
import type { ActTask, Gathered, Refused } from './act-task.ts'
import type { Piece, Turn } from './conversation.ts'
import type { JsonWanted } from './json-wanted.ts'

/** @param refused what the model said to the same question before, to be put right */
export async function questionOf(
  { act, narrative, knowledge }: ActTask,
  gathered: Gathered,
  { refused, wanted, turn }: { refused: readonly Refused[]; wanted: JsonWanted | undefined; turn: number },
): Promise<Question> {
  const { temperature, maxTokens, topP, stop, seed } = act.settings
  const turns: Turn[] = [...knowledge.turns, { role: 'user', pieces: gathered.pieces.map(({ piece }) => piece) }]
  for (const { answer, problem } of refused) turns.push({ role: 'assistant', text: answer.text }, correction(problem))
  return {
    messages: await messagesOf(turns),
    ...(act.system !== undefined && { system: act.system }),
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
async function messagesOf(turns: readonly Turn[]): Promise<ChatMessage[]> {
  const messages: { role: 'user' | 'assistant'; parts: Part[] }[] = []
  for (const turn of turns) {
    const parts = turn.role === 'assistant' ? [textPart(turn.text)] : await Promise.all(turn.pieces.map(partOf))
    const role = messages.length === 0 ? 'user' : turn.role
    const last = messages.at(-1)
    if (last?.role === role) last.parts.push(...parts)
    else messages.push({ role, parts })
  }
  return messages
}

async function partOf(piece: Piece): Promise<Part> {
  if (piece.type === 'text') return textPart(piece.text)
  const { source, media, filename } = piece
  const name = 'url' in source ? source.url : 'file' in source ? source.file : ''
  return {
    type: 'media',
    kind: media,
    mime: piece.mime ?? guessMedia(name)?.mime ?? ANY_MIME[media],
    source: 'url' in source ? source : { bytes: await bytesOf(source) },
    ...(filename !== undefined && { filename }),
  }
}

async function bytesOf(source: { readonly file: string } | { readonly base64: string }): Promise<Uint8Array> {
  return 'file' in source ? await readFile(source.file) : Buffer.from(source.base64, 'base64')
}

/** For media whose name says nothing: the provider looks at the bytes. */
const ANY_MIME: Readonly<Record<MediaKind, string>> = {
  image: 'image/*',
  audio: 'audio/*',
  video: 'video/*',
  document: 'application/octet-stream',
}

function textPart(text: string): Part {
  return { type: 'text', text }
}
