// Find execution: the one that a person means by an id or by its first or last letters.

import { BotticelliError } from '../errors.ts'
import type { ExecutionSummary, Store } from '../store/store.ts'

/** Fewer letters mean too many to be worth a look. */
const SHORTEST = 4
const MOST_COUNTED = 1000

/** @throws BotticelliError `not-found`, also when several are meant */
export function findExecution(store: Store, id: string): ExecutionSummary {
  const parent = id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : undefined
  const isLong = id.length >= SHORTEST
  const named = { named: id, limit: MOST_COUNTED, ...(parent !== undefined && { parentId: parent }) }
  const matches = isLong ? store.executions.list(named) : []
  const exact = matches.find((one) => one.id === id)
  if (exact !== undefined) return exact
  if (matches.length === 1) return matches[0]!
  if (matches.length === 0) {
    throw new BotticelliError('not-found', `There is no execution "${id}".`, {
      fix: isLong
        ? 'List what there is with "botticelli executions list".'
        : `Write at least ${SHORTEST} letters of its id, from "botticelli executions list".`,
    })
  }
  const some = matches.slice(0, 3).map((one) => one.id)
  const many = matches.length === MOST_COUNTED ? `${MOST_COUNTED} executions or more` : `${matches.length} executions`
  throw new BotticelliError('not-found', `"${id}" is the beginning or end of ${many}.`, {
    fix: `Write more of it: ${some.join(', ')}`,
  })
}
