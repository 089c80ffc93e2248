// Ask model: one question of one act, and its answer in the journal before anyone uses it (P2).

import { readFile } from 'node:fs/promises'
import { BotticelliError } from '../errors.ts'
import type { Json } from '../json.ts'
import type { Answer, ChatMessage, MediaKind, Part, Question } from '../models/model.ts'
import { guessMedia } from '../narratives/media-kinds.ts'
import type { StoredAnswer } from '../store/store.ts'
import type { ActTask, Gathered } from './act-task.ts'
import type { Piece, Turn } from './conversation.ts'
import { insist, pause } from './insist.ts'
import type { Services } from './services.ts'

export async function askModel(
  task: ActTask,
  gathered: Gathered,
  services: Services,
  signal: AbortSignal,
): Promise<StoredAnswer> {
  const place = { executionId: task.executionId, key: task.key }
  const journaled = services.store.journal.find(place)?.answer
  if (journaled !== undefined) return journaled

  const model = services.findModel(task.model ?? task.act.settings.model)
  const turn = services.store.ledger.totals().calls + 1
  const question = await questionOf(task, gathered, turn)
  const answer = stored(await patiently(() => model.ask(question, { signal }), services, signal))
  const saved = { prompt: gathered as unknown as Json, answer, at: services.clock.now() }
  await insist(() => services.store.journal.saveAnswer(place, saved), services.clock, signal)
  return answer
}

/** A provider that said when to come back is not asked before: the wait is served here, the attempt is counted as usual. */
async function patiently<T>(ask: () => Promise<T>, { clock }: Services, signal: AbortSignal): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof BotticelliError && error.retryable && error.retryAfterMs !== undefined) {
      await pause(error.retryAfterMs, clock, signal)
    }
    throw error
  }
}

async function questionOf({ act, narrative, knowledge }: ActTask, gathered: Gathered, turn: number): Promise<Question> {
  const { temperature, maxTokens } = act.settings
  const turns: Turn[] = [...knowledge.turns, { role: 'user', pieces: gathered.pieces.map(({ piece }) => piece) }]
  return {
    messages: await messagesOf(turns),
    ...(act.system !== undefined && { system: act.system }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    origin: { narrative: narrative.key, act: act.name, turn },
  }
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

function stored(answer: Answer): StoredAnswer {
  const { usage } = answer
  return {
    text: answer.text,
    finishReason: answer.finishReason,
    provider: answer.provider,
    model: answer.model,
    inputTokens: usage.input,
    outputTokens: usage.output,
    ...(usage.cachedInput !== undefined && { cachedInputTokens: usage.cachedInput }),
    ...(usage.reasoning !== undefined && { reasoningTokens: usage.reasoning }),
    ...(answer.costUsd !== undefined && { costUsd: answer.costUsd }),
    ...(answer.responseId !== undefined && { responseId: answer.responseId }),
    durationMs: answer.durationMs,
  }
}
