// Actor path: which actor a person means.

import { BotticelliError } from '../errors.ts'
import { nearest } from '../narratives/nearest.ts'

/**
 * The path of a living actor: given whole, without its first slash, or by its last name alone where only one has it.
 * @throws BotticelliError `not-found`, or `usage` where several have the name
 */
export function actorPath(words: string, paths: readonly string[]): string {
  const whole = `/${words.replace(/^\/+|\/+$/g, '')}`
  if (paths.includes(whole)) return whole
  const named = words.includes('/') ? [] : paths.filter((path) => path.endsWith(whole))
  const [only, another] = named
  if (only !== undefined && another === undefined) return only
  if (only !== undefined) {
    throw new BotticelliError('usage', `Several actors are called "${words}".`, {
      fix: `Say which: ${named.slice(0, 5).join(', ')}`,
    })
  }
  const names = paths.map((path) => path.slice(path.lastIndexOf('/') + 1))
  const meant = nearest(whole, paths) ?? nearest(words, names)
  throw new BotticelliError('not-found', `There is no actor "${words}".`, {
    fix: meant === undefined ? 'botticelli actors tree shows all of them.' : `Did you mean "${meant}"?`,
  })
}
