import { expect, test } from 'vitest'
import { countMediaTokens } from '../../models/media-tokens.ts'
import type { MediaKind } from '../../models/model.ts'
import { countUsage } from '../../models/tokens.ts'

const page = '<< /Type /Page /Parent 2 0 R >>\n'

test.for<[title: string, kind: MediaKind, mime: string, bytes: Uint8Array, tokens: number]>([
  ['a small picture', 'image', 'image/png', Buffer.alloc(10_000), 1_600],
  ['a large picture', 'image', 'image/jpeg', Buffer.alloc(2_860_000), 10_000],
  ['a minute of speech at 32 kbit/s', 'audio', 'audio/mpeg', Buffer.alloc(240_000), 1_920],
  ['a film of 8.3 MB', 'video', 'video/mp4', Buffer.alloc(8_300_000), 100_000],
  ['a text', 'document', 'text/markdown', Buffer.alloc(4_000), 1_000],
  [
    'a PDF with pages that can be seen',
    'document',
    'application/pdf',
    Buffer.from(`/Type /Pages ${page.repeat(7)}`),
    21_000,
  ],
  ['a PDF whose pages are packed', 'document', 'application/pdf', Buffer.from(`/ObjStm ${page}`.padEnd(25_000)), 9_000],
  ['a PDF of which nothing is seen', 'document', 'application/pdf', Buffer.alloc(5), 3_000],
  ['a huge PDF', 'document', 'application/pdf', Buffer.alloc(20_000_000), 3_000_000],
  ['a picture that nobody has fetched', 'image', 'image/*', new Uint8Array(), 1_600],
])('%s', ([, kind, mime, bytes, tokens]) => {
  expect(countMediaTokens({ kind, mime, bytes })).toBe(tokens)
})

test('a question counts its texts and its media', () => {
  const bytes = Buffer.alloc(100)
  const parts = [
    { type: 'text' as const, text: 'Look here' },
    { type: 'media' as const, kind: 'image' as const, mime: 'image/png', bytes },
  ]
  const origin = { executionId: 'E1', narrative: 'n', act: 'a' }
  expect(countUsage({ origin, messages: [{ role: 'user', parts }] }, 'four')).toEqual({ input: 1_603, output: 1 })
})
