// Find execution: the one that a person means by an id or by its first or last letters.

import { BotticelliError } from '../errors.ts'
import type { ExecutionSummary, Store } from '../store/store.ts'

/** So many of the newest executions are searched for a shortened id. */
const SEARCHED = 1000

/** @throws BotticelliError `not-found`, also when several are meant */
export function findExecution(store: Store, id: string): ExecutionSummary {
  const parent = id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : undefined
  const near = store.executions.list(parent === undefined ? { limit: SEARCHED } : { parentId: parent, limit: SEARCHED })
  const exact = near.find((one) => one.id === id)
  if (exact !== undefined) return exact
  const matches = id.length < 4 ? [] : near.filter((one) => one.id.startsWith(id) || one.id.endsWith(id))
  if (matches.length === 1) return matches[0]!
  if (matches.length === 0) {
    throw new BotticelliError('not-found', `There is no execution "${id}".`, {
      fix: 'List what there is with "botticelli executions list".',
    })
  }
  const some = matches.slice(0, 3).map((one) => one.id)
  throw new BotticelliError('not-found', `"${id}" is the beginning or end of ${matches.length} executions.`, {
    fix: `Write more of it: ${some.join(', ')}`,
  })
}
