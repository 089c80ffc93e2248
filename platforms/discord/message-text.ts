// Message text: what becomes of a text on its way into messages.
//
//   T1. A part has at most 2,000 characters, counted as Discord does: in code points.
//   T2. The parts joined are the text, except for blank space where it was cut.
//   T3. Nobody is mentioned: `allowed_mentions` with an empty list goes with every text. The text itself stays as it
//       is, since Discord then shows @everyone without notifying anyone.

import { createHash } from 'node:crypto'
import type { APIAllowedMentions, RESTPostAPIChannelMessageJSONBody } from 'discord-api-types/v10'
import { PlatformError } from '../platform-error.ts'

const MAX_CHARACTERS = 2_000
/** More than this is not a post but a mistake, such as a whole table. */
const MAX_PARTS = 10

/** @throws PlatformError `invalid-argument` for a text of more than ten messages */
export function splitText(text: string): readonly string[] {
  const parts: string[] = []
  let rest = [...text.trim()]
  while (rest.length > MAX_CHARACTERS) {
    const end = cutAt(rest)
    parts.push(rest.slice(0, end).join('').trimEnd())
    rest = [...rest.slice(end).join('').trimStart()]
    if (parts.length === MAX_PARTS) throw tooLong([...text].length)
  }
  return [...parts, rest.join('')]
}

/** Before the last newline within the limit, else before the last space, else at the limit. */
function cutAt(characters: readonly string[]): number {
  const newline = characters.lastIndexOf('\n', MAX_CHARACTERS)
  if (newline > 0) return newline
  const space = characters.lastIndexOf(' ', MAX_CHARACTERS)
  return space > 0 ? space : MAX_CHARACTERS
}

function tooLong(length: number): PlatformError {
  return new PlatformError(
    'invalid-argument',
    `The content has ${length} characters. At most ${MAX_PARTS} messages of ${MAX_CHARACTERS} are sent for one command.`,
  )
}

/** The body of a message that Discord creates once only for a nonce: a second one with the same nonce returns the first. */
export function messageBody(content: string, nonce: string) {
  return {
    content,
    allowed_mentions: NO_MENTIONS,
    nonce,
    enforce_nonce: true,
  } satisfies RESTPostAPIChannelMessageJSONBody
}

/** Of one part of a command's text. Another one when the message was taken for the same text of another command. */
export function nonceOf(key: string, part: number, taken = 0): string {
  const told = taken === 0 ? `${key}#${part}` : `${key}#${part}#${taken}`
  return createHash('sha256').update(told).digest('base64url').slice(0, 25)
}

export const NO_MENTIONS = { parse: [] } satisfies APIAllowedMentions
