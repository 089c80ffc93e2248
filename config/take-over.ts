// Take over: what of a changed configuration a running server works with, and what has to wait for its next start.
//
//   V1. A setting that nobody listed here waits: no part of the server ever has half of a change.

import type { Config } from './config.ts'
import type { Resolved } from './layers.ts'

/** Keys, or with a point at the end beginnings of keys. */
const TAKEN_OVER = [
  'bots.',
  'models.',
  'discord.',
  'posting',
  'context.path',
  'narratives.path',
  'retention',
  'ledger_retention',
  'content_retention',
  'drain',
  'notify.',
] as const

/** The running configuration with what it takes over from the next one. */
export function takeOver(running: Config, next: Config): Config {
  const { notify: _, ...kept } = running
  const { bots, models, discord, posting, contextPaths, narrativePaths, retention, drainMs, environment, notify } = next
  const taken = { bots, models, discord, posting, contextPaths, narrativePaths, retention, drainMs, environment }
  return { ...kept, ...taken, ...(notify !== undefined && { notify }) }
}

export interface SettingChanges {
  readonly now: readonly Resolved[]
  readonly atNextStart: readonly Resolved[]
}

/** Settings that have another value, were added, or are gone; of one that is gone, what it was. */
export function changedSettings(before: readonly Resolved[], after: readonly Resolved[]): SettingChanges {
  const was = new Map(before.map((one) => [one.path, one]))
  const is = new Map(after.map((one) => [one.path, one]))
  const changed = [
    ...after.filter((one) => textOf(was.get(one.path)) !== textOf(one)),
    ...before.filter((one) => !is.has(one.path) && one.value !== undefined),
  ]
  return {
    now: changed.filter(({ key }) => isTakenOver(key)),
    atNextStart: changed.filter(({ key }) => !isTakenOver(key)),
  }
}

function isTakenOver(key: string): boolean {
  return TAKEN_OVER.some((one) => key === one || (one.endsWith('.') && key.startsWith(one)))
}

function textOf(one: Resolved | undefined): string | undefined {
  return one?.value === undefined ? undefined : JSON.stringify(one.value, plain)
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Map ? [...value] : value
}
