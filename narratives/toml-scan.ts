// Toml scan: where everything stands in a text that is known to be valid TOML.
//
// A parser that looks for mistakes as well is many times slower, and most files have none. So the text is first read by
// a fast parser that knows no places; what that one takes is scanned here, without asking again whether it is right.
//
//   N1. Of a valid text it gives what toml-eslint-parser gives, places included, as far as toml-tree.ts asks for it.

export interface Located {
  /** Lines count from 1, columns from 0 in UTF-16 units; the end is exclusive. */
  readonly loc: { readonly start: Point; readonly end: Point }
}

interface Point {
  readonly line: number
  readonly column: number
}

export interface ScannedDocument extends Located {
  readonly body: readonly (ScannedPair | ScannedTable)[]
}

export interface ScannedTable extends Located {
  readonly type: 'TOMLTable'
  readonly kind: 'standard' | 'array'
  readonly key: ScannedKey
  readonly body: readonly ScannedPair[]
}

export interface ScannedPair extends Located {
  readonly type: 'TOMLKeyValue'
  readonly key: ScannedKey
  readonly value: ScannedValue
}

interface ScannedKey extends Located {
  readonly keys: readonly ScannedName[]
}

export type ScannedName = Located &
  ({ readonly type: 'TOMLBare'; readonly name: string } | { readonly type: 'TOMLQuoted'; readonly value: string })

export type ScannedValue =
  | (Located & { readonly type: 'TOMLArray'; readonly elements: readonly ScannedValue[] })
  | (Located & { readonly type: 'TOMLInlineTable'; readonly body: readonly ScannedPair[] })
  | (Located & { readonly type: 'TOMLValue' } & ScannedScalar)

type ScannedScalar =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'integer'; readonly value: number; readonly bigint: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | {
      readonly kind: 'offset-date-time' | 'local-date-time' | 'local-date' | 'local-time'
      readonly datetime: string
    }

/** @param text valid TOML; of any other the result means nothing */
export function scanToml(text: string): ScannedDocument {
  return new Scanner(text).document()
}

class Scanner {
  readonly #text: string
  #at = 0
  #line = 1
  #lineStart = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): ScannedDocument {
    const body: (ScannedPair | ScannedTable)[] = []
    let pairs: ScannedPair[] | undefined
    const top = this.#point()
    this.#skipBlank()
    const start = this.#at < this.#text.length ? this.#point() : top
    let end = start
    for (; this.#at < this.#text.length; this.#skipBlank()) {
      if (this.#text[this.#at] === '[') {
        pairs = []
        body.push(this.#table(pairs))
      } else if (pairs === undefined) body.push(this.#pair())
      else pairs.push(this.#pair())
      end = this.#point()
    }
    return { body, loc: { start, end } }
  }

  #table(body: ScannedPair[]): ScannedTable {
    const start = this.#point()
    const kind = this.#text[this.#at + 1] === '[' ? 'array' : 'standard'
    const brackets = kind === 'array' ? 2 : 1
    this.#at += brackets
    const key = this.#key()
    this.#skipSpaces()
    this.#at += brackets
    return { type: 'TOMLTable', kind, key, body, loc: { start, end: this.#point() } }
  }

  #pair(): ScannedPair {
    const key = this.#key()
    this.#skipSpaces()
    this.#at += 1
    this.#skipSpaces()
    const value = this.#value()
    return { type: 'TOMLKeyValue', key, value, loc: { start: key.loc.start, end: value.loc.end } }
  }

  #key(): ScannedKey {
    const keys: ScannedName[] = []
    for (;;) {
      this.#skipSpaces()
      keys.push(this.#name())
      const end = this.#at
      this.#skipSpaces()
      if (this.#text[this.#at] !== '.') {
        this.#at = end
        return { keys, loc: { start: keys[0]!.loc.start, end: keys.at(-1)!.loc.end } }
      }
      this.#at += 1
    }
  }

  #name(): ScannedName {
    const start = this.#point()
    const quote = this.#text[this.#at]
    if (quote === '"' || quote === "'") {
      const value = this.#string(quote)
      return { type: 'TOMLQuoted', value, loc: { start, end: this.#point() } }
    }
    const name = this.#match(BARE_KEY)
    return { type: 'TOMLBare', name, loc: { start, end: this.#point() } }
  }

  #value(): ScannedValue {
    const start = this.#point()
    const first = this.#text[this.#at]!
    if (first === '[') {
      const elements = this.#list(']', () => this.#value())
      return { type: 'TOMLArray', elements, loc: { start, end: this.#point() } }
    }
    if (first === '{') {
      const body = this.#list('}', () => this.#pair())
      return { type: 'TOMLInlineTable', body, loc: { start, end: this.#point() } }
    }
    const scalar: ScannedScalar =
      first === '"' || first === "'"
        ? { kind: 'string', value: this.#string(first) }
        : scalarOf(this.#match(/\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#]+/y))
    return { type: 'TOMLValue', ...scalar, loc: { start, end: this.#point() } }
  }

  #list<T>(closing: ']' | '}', item: () => T): readonly T[] {
    const items: T[] = []
    this.#at += 1
    for (this.#skipBlank(); this.#text[this.#at] !== closing && this.#at < this.#text.length; this.#skipBlank()) {
      if (this.#text[this.#at] === ',') this.#at += 1
      else items.push(item())
    }
    this.#at += 1
    return items
  }

  #string(quote: '"' | "'"): string {
    const text = this.#text
    const isLong = text.startsWith(quote.repeat(3), this.#at)
    const open = this.#at + (isLong ? 3 : 1)
    const close = this.#closing(quote, open, isLong)
    const raw = text.slice(open, close)
    this.#at = close + (isLong ? 3 : 1)
    if (!isLong) return quote === '"' ? unescaped(raw) : raw
    for (let at = text.indexOf('\n', open); at >= 0 && at < this.#at; at = text.indexOf('\n', at + 1)) {
      this.#line += 1
      this.#lineStart = at + 1
    }
    const trimmed = raw.replaceAll('\r\n', '\n').replace(/^\n/, '')
    return quote === '"' ? unescaped(trimmed) : trimmed
  }

  /** Where the mark begins that ends the string. Of five quotes in a row the first two belong to it. */
  #closing(quote: '"' | "'", open: number, isLong: boolean): number {
    const text = this.#text
    const mark = isLong ? quote.repeat(3) : quote
    let at = open
    let close = text.indexOf(mark, at)
    for (let slash = quote === '"' ? text.indexOf('\\', at) : -1; slash >= 0 && slash < close; ) {
      at = slash + 2
      if (close < at) close = text.indexOf(mark, at)
      slash = text.indexOf('\\', at)
    }
    if (!isLong) return close
    for (let extra = 0; extra < 2 && text[close + 3] === quote; extra += 1) close += 1
    return close
  }

  /** White space, line ends and comments. */
  #skipBlank(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === LINE_FEED) {
        this.#at += 1
        this.#line += 1
        this.#lineStart = this.#at
      } else if (code === HASH) {
        const end = this.#text.indexOf('\n', this.#at)
        this.#at = end < 0 ? this.#text.length : end
      } else if (code === SPACE || code === TAB || code === CARRIAGE_RETURN) this.#at += 1
      else return
    }
  }

  #skipSpaces(): void {
    for (let code = this.#text.charCodeAt(this.#at); code === SPACE || code === TAB; ) {
      this.#at += 1
      code = this.#text.charCodeAt(this.#at)
    }
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [found = ''] = pattern.exec(this.#text) ?? []
    this.#at += found.length
    return found
  }

  #point(): Point {
    return { line: this.#line, column: this.#at - this.#lineStart }
  }
}

const [TAB, LINE_FEED, CARRIAGE_RETURN, SPACE, HASH] = [9, 10, 13, 32, 35]
const BARE_KEY = /[^\s.=\]"'#]+/y

function scalarOf(raw: string): ScannedScalar {
  if (raw === 'true' || raw === 'false') return { kind: 'boolean', value: raw === 'true' }
  if (/^\d{4}-\d\d-\d\d/.test(raw) || /^\d\d:/.test(raw)) return { kind: kindOfTime(raw), datetime: raw }
  const digits = raw.replaceAll('_', '')
  const isInteger = /^(?:[+-]?\d+|0x[\da-f]+|0o[0-7]+|0b[01]+)$/i.test(digits)
  if (isInteger) {
    const bigint = BigInt(digits.replace(/^\+/, ''))
    return { kind: 'integer', value: Number(bigint), bigint }
  }
  if (digits.endsWith('inf')) return { kind: 'float', value: digits.startsWith('-') ? -Infinity : Infinity }
  return { kind: 'float', value: Number(digits) }
}

function kindOfTime(raw: string): 'offset-date-time' | 'local-date-time' | 'local-date' | 'local-time' {
  if (raw[2] === ':') return 'local-time'
  if (raw.length === 10) return 'local-date'
  return /(?:z|[+-]\d\d:\d\d)$/i.test(raw) ? 'offset-date-time' : 'local-date-time'
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001B' }

function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw
  return raw.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|[ \t]*\r?\n\s*|(.))/gs,
    (_, byte, short, long, letter?: string) => {
      const code = byte ?? short ?? long
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16))
      return letter === undefined ? '' : (ESCAPES[letter] ?? letter)
    },
  )
}
