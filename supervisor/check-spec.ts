// Spec check: what is wrong with a child specification or the flags of a supervisor, by the name of the field.
//
// Owns OTP's list of spec errors and their order: id before start, flags before children. Pure; unknown keys are ignored.

import { BotticelliError } from '../errors.ts'
import { type ChildSpec, DEFAULT_INTENSITY, DEFAULT_PERIOD_MS, type SupervisorSpec } from './child-spec.ts'
import { backoffDelayMs } from './restart-policy.ts'
import { AUTO_SHUTDOWNS, type AutoShutdown, type Backoff, CHILD_TYPES, RESTARTS, STRATEGIES } from './spec-words.ts'

export const SPEC_PROBLEMS = [
  'invalid_child_spec',
  'missing_id',
  'missing_start',
  'invalid_mfa',
  'invalid_restart_type',
  'invalid_child_type',
  'invalid_shutdown',
  'invalid_significant',
  'bad_combination',
  'duplicate_child_name',
  'invalid_strategy',
  'invalid_intensity',
  'invalid_period',
  'invalid_auto_shutdown',
  'invalid_max_children',
  'bad_start_spec',
  'simple_needs_exactly_one_template',
  'badarg',
] as const

/** A spec error under OTP's name for it, with the offending field and value. */
export interface SpecProblem {
  readonly problem: (typeof SPEC_PROBLEMS)[number]
  readonly field?: string
  readonly value?: unknown
  /** Which part was being checked. */
  readonly in?: 'supervisor_flags' | 'start_spec' | 'reload'
}

export class SpecError extends BotticelliError {
  readonly details: SpecProblem

  constructor(where: string, details: SpecProblem) {
    const field = details.field === undefined ? '' : ` (field ${details.field})`
    const value = 'value' in details ? `, got ${JSON.stringify(details.value) ?? String(details.value)}` : ''
    super('child-spec', `The specification of ${where} is refused: ${details.problem}${field}${value}.`)
    this.details = details
  }
}

/** What is wrong with one child's specification; undefined when nothing is. */
export function checkChild(spec: unknown, autoShutdown: AutoShutdown | undefined): SpecProblem | undefined {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    return { problem: 'invalid_child_spec', value: spec }
  }
  const child = spec as Partial<Record<string, unknown>>
  const supervisor = 'strategy' in child
  if (child.id === undefined || child.id === '') return { problem: 'missing_id', field: 'id' }
  if (!supervisor) {
    if (child.start === undefined) return { problem: 'missing_start', field: 'start' }
    if (typeof child.start !== 'function') return { problem: 'invalid_mfa', field: 'start', value: child.start }
  }
  const { restart = 'permanent', type = 'worker', significant = false, shutdown } = child
  if (!isOneOf(RESTARTS, restart)) return { problem: 'invalid_restart_type', field: 'restart', value: restart }
  if (significant === true && autoShutdown === 'never') {
    return badCombination('significant', 'auto_shutdown=never', 'significant=true')
  }
  if (significant === true && restart === 'permanent') {
    return badCombination('significant', 'restart=permanent', 'significant=true')
  }
  if (typeof significant !== 'boolean') {
    return { problem: 'invalid_significant', field: 'significant', value: significant }
  }
  if (!isOneOf(CHILD_TYPES, type)) return { problem: 'invalid_child_type', field: 'type', value: type }
  if (shutdown !== undefined && !isShutdownTime(shutdown)) {
    return { problem: 'invalid_shutdown', field: 'shutdown', value: shutdown }
  }
  return undefined
}

/**
 * What is wrong with a list of them.
 * @param autoShutdown of the supervisor they are meant for; without it only what is wrong under any is found
 */
export function checkChildSpecs(specs: unknown, autoShutdown?: AutoShutdown): SpecProblem | undefined {
  if (!Array.isArray(specs)) return { problem: 'badarg', field: 'children' }
  if (autoShutdown !== undefined && !isOneOf(AUTO_SHUTDOWNS, autoShutdown)) {
    return { problem: 'badarg', field: 'autoShutdown', value: autoShutdown }
  }
  const ids = new Set<unknown>()
  for (const spec of specs) {
    const problem = checkChild(spec, autoShutdown)
    if (problem) return problem
    const { id } = spec as ChildSpec
    if (ids.has(id)) return { problem: 'duplicate_child_name', field: 'id', value: id }
    ids.add(id)
  }
  return undefined
}

/** What is wrong with a supervisor's own fields. */
function checkFlags(spec: SupervisorSpec): SpecProblem | undefined {
  const {
    strategy,
    intensity = DEFAULT_INTENSITY,
    periodMs = DEFAULT_PERIOD_MS,
    autoShutdown = 'never',
    maxChildren,
  } = spec
  if (!isOneOf(STRATEGIES, strategy)) return { problem: 'invalid_strategy', field: 'strategy', value: strategy }
  if (!Number.isInteger(intensity) || intensity < 0) {
    return { problem: 'invalid_intensity', field: 'intensity', value: intensity }
  }
  if (!Number.isInteger(periodMs) || periodMs <= 0) {
    return { problem: 'invalid_period', field: 'periodMs', value: periodMs }
  }
  if (!isOneOf(AUTO_SHUTDOWNS, autoShutdown)) {
    return { problem: 'invalid_auto_shutdown', field: 'autoShutdown', value: autoShutdown }
  }
  if (strategy === 'simple_one_for_one' && autoShutdown !== 'never') {
    return badCombination('autoShutdown', `auto_shutdown=${autoShutdown}`, 'strategy=simple_one_for_one')
  }
  if (maxChildren !== undefined && (!Number.isInteger(maxChildren) || maxChildren < 0)) {
    return { problem: 'invalid_max_children', field: 'maxChildren', value: maxChildren }
  }
  return undefined
}

/** What is wrong with a supervisor as a whole: its flags, then its children or its template. */
export function checkSupervisor(spec: SupervisorSpec): SpecProblem | undefined {
  const flags = checkFlags(spec)
  if (flags) return { ...flags, in: 'supervisor_flags' }
  const problem =
    spec.strategy === 'simple_one_for_one'
      ? spec.template === undefined
        ? ({ problem: 'bad_start_spec', field: 'template' } as const)
        : checkChild(spec.template, 'never')
      : checkChildSpecs(spec.children ?? [], spec.autoShutdown ?? 'never')
  return problem && { ...problem, in: 'start_spec' }
}

/** What is allowed and yet almost never meant, one sentence each. */
export function doubtsAbout(spec: SupervisorSpec): readonly string[] {
  const { intensity = DEFAULT_INTENSITY, periodMs = DEFAULT_PERIOD_MS, strategy, children = [] } = spec
  const doubts: string[] = []
  if (spec.restart === 'transient' && (spec.autoShutdown ?? 'never') === 'never') {
    doubts.push('It is transient: when it gives up it ends with shutdown and is not restarted.')
  }
  if (strategy === 'simple_one_for_one' && intensity === 0 && spec.template?.restart !== 'temporary') {
    doubts.push('Its intensity is 0: the first crash of one instance ends all of them.')
  }
  for (const { id, backoff } of children) {
    if (backoff && intensity > 0 && slowestRestarts(backoff, intensity) > periodMs) {
      doubts.push(`The back-off of ${id} is so slow that its crashes alone never reach the intensity.`)
    }
  }
  return doubts
}

/** How long `count` restarts in a row take, in ms; from the cap on they all take the same. */
function slowestRestarts(backoff: Backoff, count: number): number {
  const growing = Math.min(count, 32)
  let total = (count - growing) * backoff.maxMs
  for (let attempt = 0; attempt < growing; attempt++) total += backoffDelayMs(attempt, backoff, 0)
  return total
}

function badCombination(field: string, ...value: readonly string[]): SpecProblem {
  return { problem: 'bad_combination', field, value }
}

function isShutdownTime(value: unknown): boolean {
  return value === 'infinity' || value === 'brutal_kill' || (Number.isInteger(value) && (value as number) >= 0)
}

function isOneOf(set: readonly unknown[], value: unknown): boolean {
  return set.includes(value)
}
