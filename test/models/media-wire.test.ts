// Media on the wire: which bytes reach which provider, by their SHA-256, and what is refused before anything is sent.
//
// A WAV, an MP3 and so on here are as small as they can be and still what they say. The provider server keeps each
// request as it came.

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openMedia } from '../../media/open-media.ts'
import { createModels } from '../../models/models.ts'
import { systemClock } from '../../supervisor/clock.ts'
import { SAMPLES } from '../media/samples.ts'
import { startProviderServer } from './provider-server.ts'

const signal = new AbortController().signal
const origin = { executionId: 'E1', narrative: 'look', act: 'see' }
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** `sent`: the bytes themselves arrive. `text`: the text arrives. Else nothing does. */
const EXPECTED = {
  'gemini:gemini-2.5-flash': {
    png: 'sent',
    jpeg: 'sent',
    gif: 'refused',
    webp: 'sent',
    wav: 'sent',
    mp3: 'sent',
    mp4: 'sent',
    pdf: 'sent',
    md: 'sent',
  },
  'openai:gpt-4o': {
    png: 'sent',
    jpeg: 'sent',
    gif: 'sent',
    webp: 'sent',
    wav: 'sent',
    mp3: 'sent',
    mp4: 'refused',
    pdf: 'sent',
    md: 'text',
  },
  'anthropic:claude-sonnet-4-5': {
    png: 'sent',
    jpeg: 'sent',
    gif: 'sent',
    webp: 'sent',
    wav: 'refused',
    mp3: 'refused',
    mp4: 'refused',
    pdf: 'sent',
    md: 'text',
  },
  'ollama:llava': {
    png: 'sent',
    jpeg: 'sent',
    gif: 'sent',
    webp: 'sent',
    wav: 'refused',
    mp3: 'refused',
    mp4: 'refused',
    pdf: 'refused',
    md: 'text',
  },
  'local:any': {
    png: 'sent',
    jpeg: 'sent',
    gif: 'sent',
    webp: 'sent',
    wav: 'sent',
    mp3: 'sent',
    mp4: 'sent',
    pdf: 'sent',
    md: 'text',
  },
} as const

const cases = Object.entries(EXPECTED).flatMap(([model, each]) =>
  Object.entries(each).map(([sample, expected]) => [model, sample as keyof typeof SAMPLES, expected] as const),
)

describe('media on the wire', () => {
  test.for(cases)('%s, %s: %s', async ([name, sample, expected]) => {
    await using server = await startProviderServer()
    const model = createModels(server.config, { clock: systemClock }).find(name)
    const bytes = SAMPLES[sample]
    const { kind, mime, hash } = await openMedia({ maxBytes: 10_000, timeoutMs: 1, privateHosts: [] }).read(
      { base64: bytes.toString('base64') },
      { said: sample === 'md' ? 'text/markdown' : undefined, expected: 'image', signal },
    )
    const parts = [
      { type: 'media' as const, kind, mime, bytes, filename: `sample.${sample}` },
      { type: 'text' as const, text: 'What is it?' },
    ]
    const asked = model.ask({ origin, messages: [{ role: 'user', parts }] }, { signal })
    if (expected === 'refused') {
      await expect(asked).rejects.toMatchObject({
        code: 'media-unsupported',
        retryable: false,
        fix: expect.stringMatching(/^It takes /),
      })
      expect(server.requests).toEqual([])
      expect(model.takes!({ kind, mime })).not.toBe(true)
      return
    }
    await asked
    const body = server.requests.at(-1)!.body
    expect(model.takes!({ kind, mime })).toBe(true)
    if (expected === 'text') expect(body).toContain(bytes.toString())
    else expect(digestsIn(JSON.parse(body))).toContain(hash)
  })
})

/** Of every string in the request that is base64, alone or in a `data:` address. */
function digestsIn(value: unknown): string[] {
  if (typeof value === 'string') return [digest(Buffer.from(value.replace(/^data:[^,]*,/, ''), 'base64'))]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(digestsIn) : []
}
