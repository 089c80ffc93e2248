// Parses a filter (narrative format, 17.1):
//
//   filter     = and { OR and }
//   and        = not { AND not }
//   not        = NOT not | "(" filter ")" | test
//   test       = operand ( comparison operand | IS [NOT] NULL | [NOT] IN "(" value { "," value } ")" | [NOT] LIKE text )
//   operand    = column | value | NOW() { (+|-) INTERVAL 'n unit' }
//
// Nothing else is SQL here: no functions, no subqueries, no semicolons. The depth is bounded, a filter can come from
// a model by way of a placeholder.

import {
  COMPARISONS,
  type Comparison,
  type Expression,
  type Operand,
  type Shift,
  UNITS,
  type Unit,
} from './expression.ts'
import { FilterError } from './filter-error.ts'
import { type Token, tokenize } from './tokenize.ts'

const MAX_LENGTH = 10_000
const MAX_TESTS = 500
const KEYWORDS = ['AND', 'OR', 'NOT', 'IS', 'NULL', 'IN', 'LIKE', 'TRUE', 'FALSE', 'NOW', 'INTERVAL']

/** @throws FilterError `bad-filter` */
export function parseFilter(text: string): Expression {
  if (text.length > MAX_LENGTH) {
    throw new FilterError(text, MAX_LENGTH + 1, `at most ${MAX_LENGTH} characters`, `${text.length}`)
  }
  return new Parser(text).parse()
}

class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #index = 0
  #tests = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokenize(text)
  }

  parse(): Expression {
    const expression = this.#or()
    if (this.#token.is !== 'end') this.#fail('AND, OR or the end')
    return expression
  }

  #or(): Expression {
    let left = this.#and()
    while (this.#takeWord('OR')) left = { is: 'or', left, right: this.#and() }
    return left
  }

  #and(): Expression {
    let left = this.#not()
    while (this.#takeWord('AND')) left = { is: 'and', left, right: this.#not() }
    return left
  }

  #not(): Expression {
    this.#tests++
    if (this.#tests > MAX_TESTS) this.#fail(`at most ${MAX_TESTS} conditions`)
    if (this.#takeWord('NOT')) return { is: 'not', inner: this.#not() }
    if (!this.#takeSign('(')) return this.#test()
    const inner = this.#or()
    this.#needSign(')')
    return inner
  }

  #test(): Expression {
    const operand = this.#operand()
    if (this.#takeWord('IS')) {
      const negated = this.#takeWord('NOT')
      this.#needWord('NULL')
      return { is: 'null-test', operand, negated }
    }
    const comparison = this.#comparison()
    if (comparison) return { is: 'comparison', operator: comparison, left: operand, right: this.#operand() }
    const negated = this.#takeWord('NOT')
    if (this.#takeWord('IN')) return { is: 'in', operand, values: this.#values(), negated }
    if (this.#takeWord('LIKE')) return { is: 'like', operand, pattern: this.#operand(), negated }
    return this.#fail(negated ? 'IN or LIKE' : 'a comparison (= <> < <= > >=), IS, IN, LIKE or NOT')
  }

  #comparison(): Comparison | undefined {
    const sign = this.#token.is === 'sign' ? this.#token.text : ''
    const operator = sign === '!=' ? '<>' : sign === '==' ? '=' : COMPARISONS.find((known) => known === sign)
    if (operator) this.#index++
    return operator
  }

  #values(): readonly Operand[] {
    this.#needSign('(')
    const values = [this.#operand()]
    while (this.#takeSign(',')) {
      if (values.length >= MAX_TESTS) this.#fail(`at most ${MAX_TESTS} values`)
      values.push(this.#operand())
    }
    this.#needSign(')')
    return values
  }

  #operand(): Operand {
    const token = this.#token
    if (token.is === 'string') return this.#take({ is: 'literal', value: token.text })
    if (token.is === 'number') return this.#take({ is: 'literal', value: toNumber(token.text) })
    if (this.#takeSign('-')) return this.#negativeNumber()
    if (this.#takeWord('NULL')) return { is: 'literal', value: null }
    if (this.#takeWord('TRUE')) return { is: 'literal', value: true }
    if (this.#takeWord('FALSE')) return { is: 'literal', value: false }
    if (this.#takeWord('NOW')) return this.#time()
    if (token.is !== 'word' || KEYWORDS.includes(token.text.toUpperCase())) this.#fail('a column or a value')
    if (this.#tokens[this.#index + 1]?.text === '(') this.#fail('a column or a value, no function but NOW()')
    return this.#take({ is: 'column', name: token.text, at: token.at })
  }

  #negativeNumber(): Operand {
    const token = this.#token
    if (token.is !== 'number') this.#fail('a number')
    return this.#take({ is: 'literal', value: -toNumber(token.text) })
  }

  #time(): Operand {
    this.#needSign('(')
    this.#needSign(')')
    const shifts: Shift[] = []
    while (this.#token.is === 'sign' && (this.#token.text === '-' || this.#token.text === '+')) {
      const sign = this.#token.text === '-' ? -1 : 1
      this.#index++
      this.#needWord('INTERVAL')
      shifts.push(...this.#interval().map(({ amount, unit }) => ({ amount: sign * amount, unit })))
    }
    return { is: 'time', shifts }
  }

  /** One or several amounts, like '7 days' or '1 day 12 hours'. */
  #interval(): readonly Shift[] {
    const token = this.#token
    const parts = token.text.trim().split(/\s+/)
    const shifts: Shift[] = []
    for (let index = 0; index < parts.length; index += 2) {
      const unit = unitOf(parts[index + 1])
      const amount = Number(parts[index])
      if (token.is !== 'string' || !unit || !/^\d{1,6}$/.test(parts[index]!)) {
        this.#fail("an amount and a unit between quotes, like '7 days'")
      }
      shifts.push({ amount, unit })
    }
    this.#index++
    return shifts
  }

  get #token(): Token {
    return this.#tokens[this.#index]!
  }

  #take<T>(value: T): T {
    this.#index++
    return value
  }

  #takeWord(keyword: string): boolean {
    const token = this.#token
    const isThere = token.is === 'word' && token.text.toUpperCase() === keyword
    if (isThere) this.#index++
    return isThere
  }

  #takeSign(sign: string): boolean {
    const isThere = this.#token.is === 'sign' && this.#token.text === sign
    if (isThere) this.#index++
    return isThere
  }

  #needWord(keyword: string): void {
    if (!this.#takeWord(keyword)) this.#fail(keyword)
  }

  #needSign(sign: string): void {
    if (!this.#takeSign(sign)) this.#fail(JSON.stringify(sign))
  }

  #fail(expected: string): never {
    const token = this.#token
    const found =
      token.is === 'end' ? token.text : token.is === 'string' ? `'${token.text}'` : JSON.stringify(token.text)
    throw new FilterError(this.#text, token.at, expected, found)
  }
}

/** Integers as bigints, so that ids of 18 digits keep all of them. */
function toNumber(text: string): number | bigint {
  return /^\d{1,18}$/.test(text) ? BigInt(text) : Number(text)
}

function unitOf(word: string | undefined): Unit | undefined {
  const singular = word?.toLowerCase().replace(/s$/, '')
  return UNITS.find((unit) => unit === singular)
}
