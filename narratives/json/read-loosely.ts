// Read loosely: JSON with the mistakes of models and the habits of other languages: keys and words without quotes, quotes
// that are odd, doubled, missing or not escaped, comments, separators that are missing or too many, brackets that do not fit.
//
//   L1. It is the way of last resort: what a stricter reader understands is not given to it.
//   L2. What does not look like a member of an object or an element of a list is refused rather than guessed.
//   L3. Work is bounded by the length of the text.

import type { Json } from '../../json.ts'
import { bareValue, isKeyAt, isQuote, stringAt } from './loose-strings.ts'

const MAX_DEPTH = 100
/** So many times the length of the text may be looked at, beyond a constant. */
const MAX_PASSES = 20

/** Something that nobody can take for JSON. Never leaves this file. */
class NotJson extends Error {}

/** A word that stands in a list without quotes; a remark, when the others are objects. */
class Bare {
  readonly value: Json
  constructor(value: Json) {
    this.value = value
  }
}
type Element = Json | Bare

/** The value that begins at the first bracket; undefined where there is none, or it makes no sense. */
export function readLoosely(text: string): Json | undefined {
  const start = text.search(/[{[｛【［]/)
  if (start < 0) return undefined
  try {
    return new Reader(text, start).read()
  } catch (error) {
    if (error instanceof NotJson) return undefined
    throw error
  }
}

class Reader {
  #at: number
  #fuel: number
  readonly #text: string
  /** Whether the list that was read last held nothing but words without quotes. */
  #wordsOnly = false
  /** The brackets that are open, outermost first. */
  readonly #open: string[] = []

  constructor(text: string, start: number) {
    this.#text = text
    this.#at = start
    this.#fuel = text.length * MAX_PASSES + 10_000
  }

  /** Objects one after the other are a list whose bracket is missing. */
  read(): Json {
    const values: Json[] = [this.#container()]
    for (;;) {
      this.#skip(',，;')
      if (this.#text[this.#at] !== '{') break
      values.push(this.#container())
    }
    return values.length > 1 ? values : values[0]!
  }

  #container(): Json {
    const bracket = this.#text[this.#at]!
    if (this.#open.length >= MAX_DEPTH) throw new NotJson()
    this.#at += 1
    const isObject = /[{｛]/.test(bracket)
    this.#open.push(isObject ? '{' : '[')
    const value = isObject ? this.#object() : this.#list()
    this.#open.pop()
    return value
  }

  // ---------------------------------------------------------------------------- objects

  #object(): Json {
    const members: [string, Json][] = []
    for (;;) {
      this.#skip(',，;')
      const char = this.#text[this.#at]
      if (char === undefined) break
      if (/[}｝]/.test(char)) {
        this.#at += 1
        break
      }
      if (/[\]】］)]/.test(char)) {
        // The list around this object is closed: the brace is missing.
        if (this.#open.includes('[')) break
        this.#at += 1
        continue
      }
      if (char === '{') {
        if (members.length === 0) return this.#doubled()
        if (this.#open.at(-2) === '[') break
        throw new NotJson()
      }
      // A quote too many after a value, or a key without anything.
      const stray = /^["'][^"'\n]{0,80}["']?\s*(?=[,}\]])/.exec(this.#text.slice(this.#at, this.#at + 100))
      if (stray !== null && members.length > 0) {
        this.#at += stray[0].length
        continue
      }
      const key = this.#key()
      if (key === undefined) break
      this.#skip('')
      if (this.#text[this.#at] === undefined) break
      // A value that was left out between two others is nothing; at the end it makes the answer unfinished.
      members.push([key, this.#text[this.#at] === ',' ? null : this.#value()])
    }
    // Through entries, so that a key like __proto__ is a key.
    return Object.fromEntries(members)
  }

  /** `{{ … }}`, as templates escape braces. */
  #doubled(): Json {
    const inner = this.#container()
    this.#skip('')
    if (this.#text[this.#at] === '}') this.#at += 1
    return inner
  }

  /** Undefined where the text was cut off in it. */
  #key(): string | undefined {
    // Marks of lists and of bold text, and the colon that Ruby writes before a key.
    this.#at += /^(?:[-*•]\s+)?(?:\*\*|:(?=\w))?/.exec(this.#text.slice(this.#at, this.#at + 20))![0].length
    const rest = this.#text.slice(this.#at, this.#at + 300)
    const match =
      /^(["'“‘«「`])\1?((?:\\.|(?!["'“”’»」`\n\\]).)*)["'”’“»」`]{1,2}\**\s*(?::|：|=>|=)+/.exec(rest) ??
      /^()["'“]*([^"'“”{}[\],:：=\n]{1,80}?)["'”’]*\s*(?::|：|=>|=)+/.exec(rest) ??
      // Between two strings the colon is missing.
      /^(["'])([^"'\n]{1,80})["']\s+(?=["'])/.exec(rest)
    if (match === null) {
      if (!/^["'“]?[^"'“”{}[\],:\n]*["'”]?\s*$/.test(rest) || this.#at + 300 < this.#text.length) throw new NotJson()
      this.#at = this.#text.length
      return undefined
    }
    this.#at += match[0].length
    return match[2]!.trim()
  }

  // ---------------------------------------------------------------------------- lists

  #list(closing = /[\]】］]/): Json {
    const elements: Element[] = []
    for (;;) {
      this.#skip(',，;')
      const char = this.#text[this.#at]
      if (char === undefined) break
      if (closing.test(char)) {
        this.#at += 1
        break
      }
      if (/[}｝]/.test(char)) {
        if (this.#closesList()) break
        continue
      }
      if (this.#open.at(-2) === '{' && isQuote(char) && isKeyAt(this.#text, this.#at)) break
      elements.push(this.#element())
    }
    this.#wordsOnly = elements.length > 0 && elements.every((one) => one instanceof Bare)
    // A word between objects is a remark, such as "and" or "[continued]".
    const hasObjects = elements.some((one) => !(one instanceof Bare) && one !== null && typeof one === 'object')
    return elements.flatMap((one) => (one instanceof Bare ? (hasObjects ? [] : [one.value]) : [one]))
  }

  /** Whether a brace where a bracket was due ends the list: it stands for the bracket, or belongs to the object around. */
  #closesList(): boolean {
    if (!this.#open.slice(0, -1).includes('{')) {
      this.#at += 1
      return false
    }
    const next = /^\s*,\s*/.exec(this.#text.slice(this.#at + 1, this.#at + 100))
    if (next !== null && isKeyAt(this.#text, this.#at + 1 + next[0].length)) this.#at += 1
    return true
  }

  #element(): Element {
    const char = this.#text[this.#at]!
    if (/[{[｛【［]/.test(char)) {
      const value = this.#container()
      return Array.isArray(value) && this.#wordsOnly ? new Bare(value) : value
    }
    if (isQuote(char)) return this.#string('element')
    const word = /[^,，\]】］}\n)]+/y
    word.lastIndex = this.#at
    const written = word.exec(this.#text)?.[0]
    if (written === undefined) throw new NotJson()
    this.#spend(written.length)
    this.#at += written.length
    const value = bareValue(withoutRemark(written))
    return typeof value === 'string' ? new Bare(value) : value
  }

  // ---------------------------------------------------------------------------- values

  #value(): Json {
    const char = this.#text[this.#at]!
    if (/[{[｛【［]/.test(char)) return this.#container()
    if (char === '(') return this.#tuple()
    if (isQuote(char)) return this.#string('member')
    if (/[urbf]/.test(char) && /^[urbf]{1,2}["']/.test(this.#text.slice(this.#at, this.#at + 3))) {
      this.#at += this.#text.slice(this.#at).search(/["']/)
      return this.#string('member')
    }
    return this.#bare()
  }

  #tuple(): Json {
    this.#at += 1
    this.#open.push('[')
    const value = this.#list(/\)/)
    this.#open.pop()
    return value
  }

  /** Strings with a plus between them are one. */
  #string(role: 'member' | 'element'): string {
    let value = ''
    for (;;) {
      const spot = stringAt(this.#text, this.#at, role, (characters) => this.#spend(characters))
      value += spot.value
      this.#at = spot.end
      const plus = /^\s*\+\s*(?=["'])/.exec(this.#text.slice(this.#at, this.#at + 100))
      if (plus === null) return value
      this.#at += plus[0].length
    }
  }

  /** To the end of the line or of the object, or to a comma before a key. */
  #bare(): Json {
    const start = this.#at
    let end = start
    for (; end < this.#text.length; end += 1) {
      const char = this.#text[end]!
      if (/[}｝\n]/.test(char) || (char === ']' && this.#open.includes('['))) break
      if (/[,，;]/.test(char)) {
        const gap = /^\s*/.exec(this.#text.slice(end + 1, end + 100))![0].length
        const next = this.#text[end + 1 + gap]
        if (
          next === undefined ||
          /[{}\],/#.…:]/.test(next) ||
          this.#dangles(end + 1 + gap) ||
          isKeyAt(this.#text, end + 1 + gap)
        )
          break
      }
    }
    this.#spend(end - start)
    const written = withoutRemark(this.#text.slice(start, end))
    if (written.trim() === '' || /[{[]/.test(written)) throw new NotJson()
    this.#at = end
    return bareValue(written)
  }

  /** Whether a key without anything stands there, before the end of its object. */
  #dangles(at: number): boolean {
    return /^["'][^"'\n]{1,80}["']\s*\}/.test(this.#text.slice(at, at + 100))
  }

  // ---------------------------------------------------------------------------- between them

  /** Over white space, remarks and the given separators. */
  #skip(separators: string): void {
    const start = this.#at
    for (;;) {
      const char = this.#text[this.#at]
      if (char === undefined) break
      if (/\s/.test(char) || separators.includes(char)) this.#at += 1
      else if (this.#text.startsWith('...', this.#at)) this.#at += 3
      else if (char === '…') this.#at += 1
      else if (char === '#' || this.#text.startsWith('//', this.#at)) this.#at = this.#indexOf('\n', 1)
      else if (this.#text.startsWith('/*', this.#at)) this.#at = this.#indexOf('*/', 2)
      else break
    }
    this.#spend(this.#at - start)
  }

  #indexOf(mark: string, length: number): number {
    const found = this.#text.indexOf(mark, this.#at)
    return found < 0 ? this.#text.length : found + length
  }

  #spend(characters: number): void {
    this.#fuel -= characters + 1
    if (this.#fuel < 0) throw new NotJson()
  }
}

/** Without a comment at its end. */
function withoutRemark(text: string): string {
  return text.replace(/\s+(?:\/\/|#|\/\*).*$/s, '')
}
