import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nonceOf, splitText } from '../../../platforms/discord/message-text.ts'
import { imaginedId, isImagined, snowflakeAt, timeOfSnowflake } from '../../../platforms/discord/snowflake.ts'

describe('splitting', () => {
  test.for<[title: string, text: string, lengths: number[]]>([
    ['a short text stays whole', 'short', [5]],
    ['a text of the limit stays whole', 'x'.repeat(2_000), [2_000]],
    ['a line end is preferred', `${'a'.repeat(1_000)}\n${'b '.repeat(600)}c`, [1_000, 1_201]],
    ['a blank is next', `${'a'.repeat(1_500)} ${'b'.repeat(1_500)}`, [1_500, 1_500]],
    ['without either the limit cuts', 'x'.repeat(4_001), [2_000, 2_000, 1]],
    ['characters count, not their halves', '😀'.repeat(2_001), [2_000, 1]],
    ['a blank right behind the limit is not sent', `${'a'.repeat(2_000)} b`, [2_000, 1]],
  ])('%s', ([, text, lengths]) => {
    expect(splitText(text).map((part) => [...part].length)).toEqual(lengths)
  })

  test('any text comes out whole but for blank space, in parts that Discord takes', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
    const text = fc.array(fc.tuple(word, fc.constantFrom(' ', '\n', '\n\n', '')), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(text, (words) => {
        const written = `x${words.map(([one, gap]) => one + gap).join('')}`
        const parts = splitText(written)
        expect(parts.every((part) => [...part].length <= 2_000 && part.trim() !== '')).toBe(true)
        expect(parts.join('').replaceAll(/\s/g, '')).toBe(written.replaceAll(/\s/g, ''))
      }),
      { numRuns: 100 },
    )
  })
})

test('a nonce depends on the key and the part, and fits', () => {
  const nonces = [nonceOf('a', 0), nonceOf('a', 0), nonceOf('a', 1), nonceOf('b', 0), nonceOf('a', 0, 1)]
  expect(new Set(nonces).size).toBe(4)
  expect(nonces.every((nonce) => nonce.length <= 25)).toBe(true)
})

test('imagined ids are recognised, real ones are not taken for them', () => {
  fc.assert(
    fc.property(fc.string(), (seed) => {
      expect(imaginedId(seed)).toMatch(/^\d{18,19}$/)
      expect(isImagined(imaginedId(seed))).toBe(true)
    }),
  )
  const real = Array.from({ length: 2_000 }, (_, index) => snowflakeAt(Date.UTC(2024, 0, 1) + index * 7_919, index))
  expect(real.filter(isImagined)).toEqual([])
  expect(isImagined('1439415903753076859')).toBe(false)
})

test('a snowflake tells its time', () => {
  // The example of Discord's reference: https://discord.com/developers/docs/reference#snowflakes
  expect(timeOfSnowflake('175928847299117063')).toBe(1_462_015_105_796)
  expect(timeOfSnowflake(snowflakeAt(1_700_000_000_000, 5))).toBe(1_700_000_000_000)
})
