// Channel kind: our names for Discord's kinds of channels, and what a kind does to a name.

import type { Json } from '../../json.ts'
import { at } from './answer.ts'

/** Discord's numbers for kinds of channels, and our names. */
export const CHANNEL_KINDS = { text: 0, voice: 2, category: 4, announcement: 5, stage: 13, forum: 15 } as const
export type ChannelKind = keyof typeof CHANNEL_KINDS
const OTHER_KINDS: Readonly<Record<number, string>> = {
  1: 'dm',
  3: 'group_dm',
  10: 'announcement_thread',
  11: 'public_thread',
  12: 'private_thread',
  14: 'directory',
  16: 'media',
}

export function kindOf(channel: Json): Json {
  const type = at(channel, 'type')
  const own = Object.entries(CHANNEL_KINDS).find(([, number]) => number === type)
  return own?.[0] ?? OTHER_KINDS[Number(type)] ?? type
}

/** Kinds whose names Discord writes in lower case, with dashes for blanks. */
const DASHED_TYPES: readonly Json[] = [CHANNEL_KINDS.text, CHANNEL_KINDS.announcement, CHANNEL_KINDS.forum]

/** A channel's name as Discord will store it. */
export function storedName(name: string, type: Json): string {
  return DASHED_TYPES.includes(type) ? name.trim().toLowerCase().replaceAll(/\s+/g, '-') : name.trim()
}
