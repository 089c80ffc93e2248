// References: which strings name something else of the file (format, section 9).
//
//   A string that does not match the whole grammar is text (D-17), and so is `narrative.x` when the file has no
//   such narrative (D-16).

export type Reference =
  | { readonly to: 'bots' | 'tables' | 'media' | 'narratives'; readonly name: string }
  | { readonly to: 'file'; readonly path: string }

const RESOURCE = /^(bots|tables|media|narratives)\.([A-Za-z0-9_-]+)$/
const LOCAL_NARRATIVE = /^narrative\.([A-Za-z0-9_-]+)$/
const NARRATIVE_FILE = /^narrative:([\w./\\-]+)$/u
const PREFIX = /^\s*(bots\.|tables\.|media\.|narratives\.|narrative:|narrative\.[\w-]+\s*$)/

/** @param isNarrative whether the file has a narrative, or a link, of that name */
export function parseReference(text: string, isNarrative: (name: string) => boolean): Reference | undefined {
  const resource = RESOURCE.exec(text)
  if (resource) return { to: resource[1] as 'bots' | 'tables' | 'media' | 'narratives', name: resource[2]! }
  const local = LOCAL_NARRATIVE.exec(text)?.[1]
  if (local !== undefined && isNarrative(local)) return { to: 'narratives', name: local }
  const path = NARRATIVE_FILE.exec(text)?.[1]
  return path === undefined ? undefined : { to: 'file', path }
}

/** The file name of a narrative as it is written in links and references, where `.toml` may be left out. */
export function withExtension(path: string): string {
  return path.endsWith('.toml') ? path : `${path}.toml`
}

/** True for a text that a person may have meant as a reference. */
export function looksLikeReference(text: string): boolean {
  return PREFIX.test(text)
}
