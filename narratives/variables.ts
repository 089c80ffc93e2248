// Variables: the values that a run of a narrative has for the variables it declares.

import type { Narrative } from './narrative.ts'
import { NarrativeError } from './narrative-error.ts'
import { nearest } from './nearest.ts'

type Declaring = Pick<Narrative, 'key' | 'variables' | 'place'>

/**
 * What is given over what is declared; what the narrative does not declare is left out.
 * @throws NarrativeError `input-missing` when a variable has neither a value nor a default
 */
export function valuesOfVariables(
  { key, variables = {}, place }: Declaring,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, { default: fallback, description }]) => {
      const value = Object.hasOwn(given, name) ? given[name] : fallback
      if (value !== undefined) return [name, value]
      const meaning = description === undefined ? '' : ` (${description})`
      const message = `The narrative "${key}" needs a value for "${name}"${meaning}.`
      throw new NarrativeError('input-missing', message, { place, fix: `Give it one: --input ${name}=…` })
    }),
  )
}

/** @throws NarrativeError `input-unknown` for a name that the narrative does not declare */
export function checkGiven({ key, variables = {}, place }: Declaring, given: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(variables, name)) continue
    const known = Object.keys(variables)
    const meant = nearest(name, known)
    const hint =
      meant !== undefined ? ` Did you mean "${meant}"?` : known.length > 0 ? ` It has ${known.join(', ')}.` : ''
    throw new NarrativeError('input-unknown', `The narrative "${key}" has no variable "${name}".${hint}`, { place })
  }
}
