// Sources: the texts that a narrative is made of, its own file and the files that it takes narratives from.
//
//   O1. All that a run of the narrative may come to is read at once: from then on it does not depend on the disk.
//   O2. Two versions are the same if and only if their texts are, and lie in the same way to each other. Where the
//       project lies does not matter.
//   O3. A file that cannot be used is not among them, so that a run which comes to it later reads it as it is by then.

import { createHash } from 'node:crypto'
import path from 'node:path'
import { type LoadedNarrative, type LoadOptions, loadNarrative, loadNested } from './load-file.ts'
import type { NarrativeInput } from './narrative.ts'
import { NarrativeError } from './narrative-error.ts'

/** Texts of files by their absolute path. */
export type Texts = ReadonlyMap<string, string>

export interface Sources {
  /** SHA-256 in hex: of the narrative's own text when that is all, else of the list that `sha256sum` would print. */
  readonly version: string
  readonly files: readonly SourceFile[]
  /** The same, for `LoadOptions.texts`. */
  readonly texts: Texts
}

export interface SourceFile {
  /** Relative to the folder of the narrative's own file, which is the first and has none. */
  readonly path: string
  /** SHA-256 of the text, in hex. */
  readonly hash: string
  readonly text: string
}

export interface WholeNarrative extends LoadedNarrative {
  readonly sources: Sources
  /** Why files that it takes narratives from cannot be used. */
  readonly broken: readonly NarrativeError[]
}

/**
 * Loads one narrative as `loadNarrative` does, with all the texts that it is made of.
 * @throws NarrativeError as `loadNarrative`
 */
export function loadWhole(filePath: string, name?: string, options: LoadOptions = {}): WholeNarrative {
  const read = new Map<string, string>()
  const loaded = loadNarrative(filePath, name, { ...options, onRead: (file, text) => read.set(file, text) })
  const own = path.resolve(loaded.file.path)
  const texts = new Map([[own, read.get(own)!]])
  const broken = follow(loaded, texts, options)
  return { ...loaded, sources: sourcesOf(loaded, texts), broken }
}

/** Sources as they were kept. @param file path of the narrative's own file */
export function keptSources(version: string, files: readonly SourceFile[], file: string): Sources {
  return { version, files, texts: new Map(files.map((each) => [sourcePath(file, each.path), each.text])) }
}

/** Absolute path of a source. */
export function sourcePath(file: string, relative: string): string {
  return relative === '' ? path.resolve(file) : path.resolve(path.dirname(file), relative)
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Adds the texts of all narratives that this one runs, and those that they run. */
function follow(root: LoadedNarrative, texts: Map<string, string>, options: LoadOptions): readonly NarrativeError[] {
  const broken: NarrativeError[] = []
  const seen = new Set<string>()
  const waiting = [root]
  for (let loaded = waiting.pop(); loaded !== undefined; loaded = waiting.pop()) {
    const { file, narrative } = loaded
    const id = `${path.resolve(file.path)}#${narrative.key}`
    if (seen.has(id)) continue
    seen.add(id)
    for (const act of narrative.acts) {
      const composed = act.composes === undefined ? undefined : file.narratives.get(act.composes)
      if (composed !== undefined) waiting.push({ file, narrative: composed })
      for (const input of act.inputs) if (input.kind === 'narrative') waiting.push(...nested(loaded, input))
    }
  }
  return broken

  function nested({ file }: LoadedNarrative, input: NarrativeInput): readonly LoadedNarrative[] {
    const read = new Map<string, string>()
    try {
      const found = loadNested(file, input, { ...options, onRead: (each, text) => read.set(each, text) })
      for (const [each, text] of read) texts.set(each, text)
      return [found]
    } catch (error) {
      if (!(error instanceof NarrativeError)) throw error
      broken.push(error)
      return []
    }
  }
}

function sourcesOf({ file }: LoadedNarrative, texts: Texts): Sources {
  const own = path.resolve(file.path)
  const folder = path.dirname(own)
  const files = [...texts]
    .map(([each, text]) => ({ path: each === own ? '' : path.relative(folder, each), hash: hashOf(text), text }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const list = files.map(({ path: relative, hash }) => `${hash}  ${relative}\n`).join('')
  return { version: files.length === 1 ? files[0]!.hash : hashOf(list), files, texts }
}
