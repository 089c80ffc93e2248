// Broken answers: JSON as models break it. Every value below, broken in every way below, with the value that was meant;
// and what anyone's reader makes of them.

import { isDeepStrictEqual } from 'node:util'
import type { Json } from '../../json.ts'

const FENCE = '```'

const VALUES: readonly Json[] = [
  { title: 'Welcome', content: 'Hello **world**', tags: ['a', 'b'], score: 8.5 },
  [
    { title: 'One', n: 1 },
    { title: 'Two', n: 2 },
    { title: 'Three', n: 3 },
  ],
  { text: 'Line one\nLine two\n\n- item {x}\n- item [y]', type: 'post', tags: ['feature'], ok: true, none: null },
  { quote: 'He said "hi" and left', path: 'C:\\temp\\x', emoji: "👋 don't" },
  [{ id: '1439415903753076859', name: 'Guild', features: [], meta: { a: { b: [1, 2, { c: 3 }] } } }],
  { code: `${FENCE}js\nfoo({a: 1})\n${FENCE}`, note: 'Use `x`, then "y", z' },
  { a: "it's, well: fine", b: 'x: "y", z}', list: [{ k: 'v, w' }, { k: '[1]' }] },
  { empty: '', zero: 0, neg: -1500, t: true, f: false, arr: [], obj: {} },
]

const STRING = /"((?:\\.|[^"\\])*)"/g
const compact = (value: Json) => JSON.stringify(value)
const pretty = (value: Json) => JSON.stringify(value, null, 2)
const fenced = (text: string, language = 'json') => `${FENCE}${language}\n${text}\n${FENCE}`

const WAYS: Readonly<Record<string, (value: Json) => string>> = {
  'as it is': pretty,
  'in a fence': (value) => fenced(pretty(value)),
  'in a fence between sentences': (value) => `Sure, here:\n\n${fenced(pretty(value))}\n\nLet me know!`,
  'in a fence without a language': (value) => fenced(compact(value), ''),
  'in a fence of json5': (value) => fenced(pretty(value), 'json5'),
  'in two fences': (value) => fenced(fenced(pretty(value)), ''),
  'in a fence that is never closed': (value) => `${FENCE}json\n${pretty(value)}`,
  'after a sentence': (value) => `Here is the [JSON] object:\n${pretty(value)}`,
  'before a sentence': (value) => `${pretty(value)}\n\nI hope {this} helps.`,
  'inside of a sentence': (value) => `Result -> ${compact(value)} <- end`,
  'inside of tags': (value) => `<output>\n${pretty(value)}\n</output>`,
  'after a label': (value) => `**Answer:** ${pretty(value)}`,
  'after the word json': (value) => `json\n${pretty(value)}`,
  'in JavaScript': (value) => `const result = ${pretty(value)};`,
  twice: (value) => `Draft:\n${pretty(value)}\nFinal:\n${pretty(value)}`,
  'inside of a string': (value) => JSON.stringify(compact(value)),
  'with a byte order mark': (value) => `\uFEFF${pretty(value)}`,
  'with odd white space': (value) => pretty(value).replace(/\n +/g, (indent) => indent.replace(/ /g, '\u00a0')),
  'with trailing commas': (value) => pretty(value).replace(/(?<=[^\s[{,])\n(\s*[\]}])/g, ',\n$1'),
  'with curly quotes': (value) => pretty(value).replace(STRING, '“$1”'),
  'with single quotes': (value) =>
    pretty(value).replace(STRING, (_, text: string) => `'${text.replace(/'/g, "\\'").replace(/\\"/g, '"')}'`),
  'with raw line breaks': (value) => pretty(value).replace(/\\n/g, '\n'),
  'with keys without quotes': (value) => pretty(value).replace(/^(\s*)"(\w+)":/gm, '$1$2:'),
  'with constants of Python': (value) =>
    pretty(value)
      .replace(/: true/g, ': True')
      .replace(/: false/g, ': False')
      .replace(/: null/g, ': None'),
  'with a comment': (value) => pretty(value).replace('\n', ' // the answer\n'),
  'with an ellipsis': (value) => pretty(value).replace(/\n([\]}])$/, ',\n  ...\n$1'),
  'with a comma missing': (value) => pretty(value).replace(',\n', '\n'),
  'with a bracket too many': (value) => `${pretty(value)}}`,
  'with the last bracket missing': (value) => compact(value).slice(0, -1),
  'with the last bracket missing, in a fence': (value) => fenced(compact(value).slice(0, -1)),
  'with quotes that are not escaped': (value) => pretty(value).replace(/\\"/g, '"'),
}

export interface BrokenAnswer {
  readonly way: string
  readonly answer: string
  /** What was meant. */
  readonly value: Json
}

export const brokenAnswers: readonly BrokenAnswer[] = Object.entries(WAYS).flatMap(([way, broken]) =>
  VALUES.map((value) => ({ way, value, answer: broken(value) })),
)

/** What came of each answer: what was meant, something else, or an error. */
export function readAll(
  answers: readonly BrokenAnswer[],
  read: (answer: string) => unknown,
): readonly ('meant' | 'other' | 'refused')[] {
  return answers.map(({ answer, value }) => {
    try {
      return isDeepStrictEqual(read(answer), value) ? 'meant' : 'other'
    } catch {
      return 'refused'
    }
  })
}
