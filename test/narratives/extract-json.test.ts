import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extractJson } from '../../narratives/extract-json.ts'
import { NarrativeError } from '../../narratives/narrative-error.ts'
import { malformed } from './malformed-json.ts'

describe('an answer gives its JSON', () => {
  test.for(malformed)('%s', ([, answer, value, repairs]) => {
    expect(extractJson(answer)).toEqual({ value, repairs })
  })
})

describe('an answer without usable JSON', () => {
  test.for<[title: string, answer: string, code: string]>([
    ['nothing', '', 'no-json'],
    ['prose', 'I am sorry, I cannot do that.', 'no-json'],
    ['a number', '42', 'no-json'],
    ['an array of numbers', '[1, 2, 3]', 'bad-json'],
    ['an array of strings', '["a", "b"]', 'bad-json'],
    ['a mixed array', '[{"a": 1}, 2]', 'bad-json'],
    ['a fence with prose', '```json\nnothing here\n```', 'bad-json'],
    ['a fence with a string', '```json\n"just a string"\n```', 'bad-json'],
    ['a bracket in prose', 'See [below] for more.', 'bad-json'],
    ['code in braces', 'if (x) { return [y]; }', 'bad-json'],
    ['a set of words', '{yes/no}', 'bad-json'],
  ])('%s', ([, answer, code]) => {
    expect(() => extractJson(answer)).toThrow(expect.objectContaining({ code }))
  })
})

test('ids keep all their digits', () => {
  expect(extractJson('{"id": 1439415903753076859, "n": 12, "f": 1.5e3}').value).toEqual({
    id: '1439415903753076859',
    n: 12,
    f: 1500,
  })
})

const scalar = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e9, min: -1e9 }),
  fc.boolean(),
  fc.constant(null),
)
const objects = fc.dictionary(fc.string(), fc.oneof(scalar, fc.array(scalar), fc.dictionary(fc.string(), scalar)), {
  minKeys: 1,
})

test('any clean object comes out as it went in, fenced, surrounded or bare', () => {
  fc.assert(
    fc.property(objects, fc.constantFrom('bare', 'fenced', 'prose'), (object, form) => {
      const json = JSON.stringify(object)
      const text =
        form === 'fenced' ? `Sure!\n\`\`\`json\n${json}\n\`\`\`` : form === 'prose' ? `Sure: ${json} Done.` : json
      expect(extractJson(text)).toEqual({ value: JSON.parse(json), repairs: [] })
    }),
    { numRuns: 300 },
  )
})

test('an answer cut anywhere gives an object with nothing invented, or a named error', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.oneof(fc.string(), fc.integer(), fc.boolean()), {
        minKeys: 1,
      }),
      fc.nat(),
      (object, at) => {
        const json = JSON.stringify(object)
        const cut = json.slice(0, 1 + (at % json.length))
        const { value } = extractJson(cut)
        for (const [key, member] of Object.entries(value as object)) {
          expect(Object.keys(object)).toContain(key)
          const whole = object[key]
          if (typeof whole === 'string') expect(whole.startsWith(member)).toBe(true)
          else expect(String(whole).startsWith(String(member))).toBe(true)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('no text makes it throw anything but a NarrativeError', () => {
  const noise = fc.array(
    fc.constantFrom('{', '}', '[', ']', '"', "'", ',', ':', '\\', '`', '```json\n', 'a', '1', '\n', 'true', '“', ' '),
    {
      maxLength: 60,
    },
  )
  fc.assert(
    fc.property(noise, (pieces) => {
      try {
        extractJson(pieces.join(''))
      } catch (error) {
        expect(error).toBeInstanceOf(NarrativeError)
      }
    }),
    { numRuns: 3000 },
  )
})

test('a long answer takes no more than its length asks for', () => {
  const rows = Array.from({ length: 5000 }, (_, n) => `{"n": ${n}, "text": "He said 'no' {twice}, [again] and again",}`)
  expect(extractJson(`[${rows.join(',\n')},`).repairs).toEqual(['trailing-commas', 'truncated'])
})

// Each of these took minutes when a pattern began again from every character; the time limit of the test is the check.
test.for([
  ['commas', `{"a": 1${','.repeat(100_000)}`],
  ['brackets', '[{'.repeat(50_000)],
  ['single quotes', `{${"'a {".repeat(25_000)}`],
  ['double quotes', '{"'.repeat(50_000)],
  ['regions', '{a} '.repeat(25_000)],
  ['backslashes', `{"${'\\'.repeat(100_001)}`],
  ['white space', `{${' '.repeat(100_000)}x`],
  ['fences', '```json\n{'.repeat(10_000)],
])('a model that repeats itself: %s', ([, answer]) => {
  try {
    extractJson(answer!)
  } catch (error) {
    expect(error).toBeInstanceOf(NarrativeError)
  }
})
