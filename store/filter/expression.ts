// The filter language as a tree (narrative format, 17.1): what a parsed filter says, before it is SQL.

export const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='] as const
export type Comparison = (typeof COMPARISONS)[number]

/** Positions count characters of the filter from 1. */
export type Operand =
  | { is: 'column'; name: string; at: number }
  | { is: 'literal'; value: string | number | bigint | boolean | null }
  /** Now, moved by intervals. */
  | { is: 'time'; shifts: readonly Shift[] }

export interface Shift {
  readonly amount: number
  readonly unit: Unit
}

export const UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'] as const
export type Unit = (typeof UNITS)[number]

export type Expression =
  | { is: 'and' | 'or'; left: Expression; right: Expression }
  | { is: 'not'; inner: Expression }
  | { is: 'comparison'; operator: Comparison; left: Operand; right: Operand }
  | { is: 'null-test'; operand: Operand; negated: boolean }
  | { is: 'in'; operand: Operand; values: readonly Operand[]; negated: boolean }
  | { is: 'like'; operand: Operand; pattern: Operand; negated: boolean }
