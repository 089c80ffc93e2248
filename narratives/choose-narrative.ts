// Choose narrative: which narrative of a file a name, or no name, means (format, section 2).

import type { Link, Narrative, NarrativeFile } from './narrative.ts'
import { NarrativeError } from './narrative-error.ts'
import { nearest } from './nearest.ts'

interface Choices {
  readonly path: string
  readonly narratives: ReadonlyMap<string, { readonly name: string }>
  readonly links: ReadonlyMap<string, Link>
  readonly main?: string | undefined
}

export type Choice = { readonly key: string } | { readonly link: Link } | { readonly error: NarrativeError }

/** @param name a key, or the inner name of a narrative; undefined means the only one, or the one of the single form */
export function choose(file: Choices, name: string | undefined): Choice {
  const names = [...file.narratives.keys(), ...file.links.keys()]
  if (name === undefined) {
    if (file.main !== undefined) return { key: file.main }
    const [first, ...more] = names
    if (first === undefined) return refuse(file, 'narrative-missing', `${file.path} holds no narrative.`)
    const only = file.narratives.size === 1 ? file.narratives.keys().next().value : undefined
    if (only !== undefined) return { key: only }
    if (more.length === 0) return { link: file.links.get(first)! }
    return refuse(
      file,
      'narrative-ambiguous',
      `${file.path} holds ${names.length} narratives and none was named.`,
      `Name one of ${names.join(', ')}.`,
    )
  }
  if (file.narratives.has(name)) return { key: name }
  const byInnerName = [...file.narratives].find(([, narrative]) => narrative.name === name)
  if (byInnerName !== undefined) return { key: byInnerName[0] }
  const link = file.links.get(name)
  if (link !== undefined) return { link }
  const meant = nearest(name, names)
  const known = names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`
  const fix = meant === undefined ? known : `Did you mean "${meant}"? ${known}`
  return refuse(file, 'narrative-not-found', `${file.path} has no narrative "${name}".`, fix)
}

/** @throws NarrativeError `narrative-not-found`, `narrative-ambiguous`; also for a link, which `loadNarrative` follows */
export function chooseNarrative(file: NarrativeFile, name?: string): Narrative {
  const choice = choose(file, name)
  if ('error' in choice) throw choice.error
  if ('key' in choice) return file.narratives.get(choice.key)!
  const { name: linked, path, place } = choice.link
  throw new NarrativeError('narrative-not-found', `"${linked}" is not in ${file.path}: it is a link to ${path}.`, {
    place,
  })
}

function refuse(
  file: Choices,
  code: 'narrative-missing' | 'narrative-not-found' | 'narrative-ambiguous',
  message: string,
  fix?: string,
): Choice {
  const place = { file: file.path, line: 1, column: 1 }
  return { error: new NarrativeError(code, message, { place, ...(fix !== undefined && { fix }) }) }
}
