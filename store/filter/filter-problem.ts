// For whoever loads a narrative: what is wrong with a filter, long before it is run.

import { FilterError } from './filter-error.ts'
import { parseFilter } from './parse.ts'

/** The sentence to show, undefined when the filter is right. Columns are not checked: there is no table yet. */
export function filterProblem(text: string): string | undefined {
  try {
    parseFilter(text)
    return undefined
  } catch (error) {
    if (error instanceof FilterError) return error.message
    throw error
  }
}
