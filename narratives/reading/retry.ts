// Retry: the `retry` of an act.

import type { Retry } from '../narrative.ts'
import { Keys } from './keys.ts'
import { present } from './present.ts'

export function readRetry(act: Keys): Retry | undefined {
  const table = act.tableAt('retry')
  if (table === undefined) return undefined
  const keys = new Keys(table, act.report, `[${table.path}]`)
  const retry = { reask: keys.count('reask') }
  keys.warnOfRest()
  return present(retry)
}
