// Loose strings: where a string ends whose quotes are missing, odd or not escaped, and what its characters and a value
// without any quotes mean.

import type { Json } from '../../json.ts'

/** What a string stands for; it decides what may follow its last quote. */
export type Role = 'key' | 'member' | 'element'

/** A quote, and every character that may end what it began. */
const CLOSERS: Readonly<Record<string, string>> = {
  '"': '"”',
  "'": "'",
  '`': '`',
  '“': '”“"',
  '„': '“”"',
  '”': '”"',
  '‘': "’'",
  '«': '»',
  '「': '」',
  '『': '』',
}
const QUOTES = '["\'`“”„‘«「『]'
const END_QUOTES = '["\'`”“’»」』]'
/** A key with its colon, in quotes or not, with the marks of lists, of bold text and of Ruby. */
const KEY = `(?:[-*•] )?(?:\\*\\*|:(?=\\w))?${QUOTES}{0,2}[^\\s"'\`“”{}\\[\\],:][^"'\`“”{}\\[\\],:\\n]{0,60}${END_QUOTES}{0,2}\\*{0,2}\\s{0,9}(?::|：|=)`
const REMARK = '(?:\\/[/*]|#|\\.\\.\\.)'

const AFTER: Readonly<Record<Role, RegExp>> = {
  key: /\s*(?::|：|=)/y,
  member: new RegExp(
    `\\s*(?:$|[}\\]]|[,;，]\\s*(?:$|[}\\],]|${REMARK}|${KEY})|\\n\\s*${KEY}|${REMARK}|\\+\\s*["'])`,
    'y',
  ),
  element: new RegExp(
    `\\s*(?:$|[}\\])]|[,;，]\\s*(?:$|[\\-\\d{[(}\\],]|${QUOTES}|${REMARK}|true|false|null|None|True|False)|\\s${QUOTES}|:|${REMARK}|\\+\\s*["'])`,
    'y',
  ),
}
const NEXT_MEMBER = new RegExp(`,?[ \\t]*\\n\\s*(?=${KEY})`, 'y')
const KEY_HERE = new RegExp(KEY, 'y')

export function isQuote(char: string | undefined): boolean {
  return char !== undefined && char in CLOSERS
}

export function isKeyAt(text: string, at: number): boolean {
  KEY_HERE.lastIndex = at
  return KEY_HERE.test(text)
}

export interface Spot {
  readonly value: string
  /** Where reading goes on. */
  readonly end: number
  /** Whether the text ended inside of the string. */
  readonly cut: boolean
}

/** The string whose quote stands at `start`. `spend` is told how many characters were looked at, and may throw. */
export function stringAt(text: string, start: number, role: Role, spend: (characters: number) => void): Spot {
  const quote = text[start]!
  const three = quote.repeat(3)
  if (text.startsWith(three, start)) {
    const end = text.indexOf(three, start + 3)
    if (end > 0) return { value: text.slice(start + 3, end), end: end + 3, cut: false }
  }
  const closers = CLOSERS[quote]!
  const after = AFTER[role]
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text[at]!
    if (char === '\\') at += 1
    else if (closers.includes(char)) {
      after.lastIndex = at + 1
      if (after.test(text)) {
        spend(at - start)
        return { value: decoded(withoutSecondQuotes(text.slice(start + 1, at), closers)), end: at + 1, cut: false }
      }
    }
  }
  spend(text.length - start)
  return unended(text, start)
}

/** A string without its last quote goes to the next line that begins with a key, or to the brackets at the end. */
function unended(text: string, start: number): Spot {
  for (let at = text.indexOf('\n', start); at >= 0; at = text.indexOf('\n', at + 1)) {
    const from = text[at - 1] === ',' ? at - 1 : at
    NEXT_MEMBER.lastIndex = from
    if (NEXT_MEMBER.test(text)) return { value: decoded(text.slice(start + 1, from)), end: from, cut: false }
  }
  const closing = /[\s}\])]*$/.exec(text.slice(start))!.index + start
  if (closing < text.length && closing > start) {
    return { value: decoded(text.slice(start + 1, closing)), end: closing, cut: false }
  }
  const whole = text.slice(start + 1).replace(/\\(?:u[\da-fA-F]{0,3})?$/, '')
  return { value: decoded(whole), end: text.length, cut: true }
}

/** `""a""` is `a`. */
function withoutSecondQuotes(text: string, closers: string): string {
  const [first, last] = [text[0], text.at(-1)]
  if (text.length < 2 || first === undefined || !closers.includes(first) || !closers.includes(last!)) return text
  const inner = text.slice(1, -1)
  return [...inner].some((char) => closers.includes(char)) ? text : inner
}

const SHORT: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '\n': '' }

/** Escapes of JSON and JavaScript. A backslash before another letter or digit is meant: a path or a pattern. */
function decoded(text: string): string {
  const isPattern = /(?<!\\)(?:\\\\)*\\[^bfnrtux\W_]/.test(text)
  return text.replace(
    /\\(?:u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([\s\S]))/g,
    (
      whole,
      point: string | undefined,
      unit: string | undefined,
      byte: string | undefined,
      char: string | undefined,
    ) => {
      const hex = point ?? unit ?? byte
      if (hex !== undefined) return Number.parseInt(hex, 16) > 0x10ffff ? whole : fromCode(hex)
      if (char! in SHORT) return SHORT[char!]!
      return isPattern && char !== '"' && char !== '\\' ? whole : /\w/.test(char!) && char !== '_' ? whole : char!
    },
  )
}

function fromCode(hex: string): string {
  const code = Number.parseInt(hex, 16)
  return hex.length > 4 ? String.fromCodePoint(code) : String.fromCharCode(code)
}

const NOTHING = /^(?:null|none|nil|undefined|nan|[+-]?infinity)$/i

/** What was written without quotes: a number, a constant of some language, else a text. */
export function bareValue(written: string): Json {
  const text = written.trim().replace(/["'”]$/, '')
  if (NOTHING.test(text)) return null
  if (/^true$/i.test(text)) return true
  if (/^false$/i.test(text)) return false
  const digits = /^\d{1,3}(?:,\d{3})+$/.test(text) ? text.replaceAll(',', '') : text.replace(/(?<=\d)_(?=\d)/g, '')
  if (/^[+-]?(?:0|[1-9]\d*|(?=\.\d))\.?\d*(?:[eE][+-]?\d+)?$/.test(digits)) {
    const number = Number(digits)
    // Ids keep all their digits.
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? digits : number
  }
  if (/^0x[\da-f]{1,12}$/i.test(text)) return Number(text)
  const call = /^\w+\(\s*["']?([^()"']*)["']?\s*\)$/.exec(text)
  return call === null ? text : call[1]!
}
