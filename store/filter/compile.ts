// Compiles a parsed filter to SQL for one table. Values are bound, columns come from the table's own list.
//
// A comparison with NOW() compares instants: a column that keeps ISO 8601 text, epoch seconds or epoch milliseconds is
// brought to milliseconds first, so that all three mean the same time.

import type { SqlParams } from '../statement.ts'
import { epochToMs, parseTime, SECONDS_BELOW } from '../time.ts'
import type { Expression, Operand, Shift } from './expression.ts'
import { shift } from './shift.ts'

export interface CompiledFilter {
  readonly sql: string
  readonly params: SqlParams
  /** Columns of the filter that the table lacks; the SQL is of no use then. */
  readonly unknownColumns: readonly string[]
}

/** @param columns names of the table's columns, as the schema writes them */
export function compileFilter(expression: Expression, columns: readonly string[], now: number): CompiledFilter {
  const compiler = new Compiler(columns, now)
  const sql = compiler.compile(expression)
  return { sql, params: compiler.params, unknownColumns: [...compiler.unknownColumns] }
}

class Compiler {
  readonly params: Record<string, string | number | bigint | null> = {}
  readonly unknownColumns = new Set<string>()
  readonly #columns: readonly string[]
  readonly #now: number

  constructor(columns: readonly string[], now: number) {
    this.#columns = columns
    this.#now = now
  }

  compile(expression: Expression): string {
    switch (expression.is) {
      case 'and':
      case 'or':
        return `(${this.compile(expression.left)} ${expression.is} ${this.compile(expression.right)})`
      case 'not':
        return `(not ${this.compile(expression.inner)})`
      case 'comparison': {
        const operand = this.#operandOf([expression.left, expression.right])
        return `(${operand(expression.left)} ${expression.operator} ${operand(expression.right)})`
      }
      case 'null-test':
        return `(${this.#plain(expression.operand)} is ${expression.negated ? 'not ' : ''}null)`
      case 'in': {
        const operand = this.#operandOf([expression.operand, ...expression.values])
        const list = expression.values.map(operand).join(', ')
        return `(${operand(expression.operand)} ${expression.negated ? 'not ' : ''}in (${list}))`
      }
      case 'like':
        return `(${this.#plain(expression.operand)} ${expression.negated ? 'not ' : ''}like ${this.#plain(expression.pattern)})`
    }
  }

  /** As soon as one of the operands is a time, all are instants. */
  #operandOf(operands: readonly Operand[]): (operand: Operand) => string {
    return operands.some(({ is }) => is === 'time')
      ? (operand) => this.#instant(operand)
      : (operand) => this.#plain(operand)
  }

  #plain(operand: Operand): string {
    if (operand.is === 'column') return this.#column(operand.name)
    if (operand.is === 'time') return this.#bind(this.#timeOf(operand.shifts))
    return this.#bind(typeof operand.value === 'boolean' ? BigInt(operand.value) : operand.value)
  }

  #instant(operand: Operand): string {
    if (operand.is === 'time') return this.#bind(this.#timeOf(operand.shifts))
    if (operand.is === 'literal') return this.#bind(instantOf(operand.value))
    const column = this.#column(operand.name)
    return `case typeof(${column})
      when 'text' then case when ${column} glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' then unixepoch(${column}, 'subsec') * 1000 end
      when 'blob' then null
      else case when abs(${column}) < ${SECONDS_BELOW} then ${column} * 1000 else ${column} end end`
  }

  #column(name: string): string {
    const column = this.#columns.find((candidate) => candidate.toLowerCase() === name.toLowerCase())
    if (column === undefined) this.unknownColumns.add(name)
    return `"${column ?? name}"`
  }

  #bind(value: string | number | bigint | null): string {
    const name = `filter_${Object.keys(this.params).length}`
    this.params[name] = value
    return `@${name}`
  }

  #timeOf(shifts: readonly Shift[]): number {
    return shifts.reduce(shift, this.#now)
  }
}

function instantOf(value: string | number | bigint | boolean | null): number | null {
  if (typeof value === 'string') return parseTime(value) ?? null
  if (typeof value === 'number' || typeof value === 'bigint') return epochToMs(Number(value))
  return null
}
