// Load file: reads narrative files and goes from one to the next by links and references.
//
// The only file of this folder that touches the disk, and it reads nothing but narratives.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { choose, chooseNarrative } from './choose-narrative.ts'
import type { Narrative, NarrativeFile, NarrativeInput } from './narrative.ts'
import { NarrativeError } from './narrative-error.ts'
import { type ParseOptions, parseNarrativeFile } from './parse-file.ts'
import { withExtension } from './reading/references.ts'

export interface LoadOptions extends ParseOptions {
  /** Where links are looked for that are not found beside their file (D-36). Absolute. */
  readonly base?: string
  /** Files as they were, by absolute path: these are taken instead of what the disk has. */
  readonly texts?: ReadonlyMap<string, string>
  /** Hears of each text that is read. @param file absolute */
  readonly onRead?: (file: string, text: string) => void
}

export interface LoadedNarrative {
  readonly file: NarrativeFile
  readonly narrative: Narrative
}

/** How deep narratives may run narratives (D-37). */
const MAX_DEPTH = 8

/** @throws NarrativeError with all diagnostics of the file, `file-read` when it cannot be read */
export function loadNarrativeFile(filePath: string, options: LoadOptions = {}): NarrativeFile {
  const { file, diagnostics } = parseNarrativeFile(readText(filePath, options), filePath, options)
  if (file === undefined) throw NarrativeError.of(diagnostics)
  return file
}

/**
 * Loads one narrative; a name that is only a link is followed to the narrative of the linked file.
 * @throws NarrativeError also `narrative-not-found`, `narrative-ambiguous`, `narrative-cycle`
 */
export function loadNarrative(filePath: string, name?: string, options: LoadOptions = {}): LoadedNarrative {
  const seen = new Set<string>()
  let at = { filePath, name }
  for (;;) {
    const id = `${path.resolve(at.filePath)}#${at.name ?? ''}`
    if (seen.has(id)) {
      throw new NarrativeError('narrative-cycle', `The links of ${filePath} lead back to themselves.`, {
        place: startOf(filePath),
      })
    }
    seen.add(id)
    const file = loadNarrativeFile(at.filePath, { ...options, choose: { name: at.name } })
    const choice = choose(file, at.name)
    if ('error' in choice) throw choice.error
    if ('key' in choice) return { file, narrative: file.narratives.get(choice.key)! }
    at = { filePath: linkedPath(file, choice.link.path, choice.link.place, options), name: undefined }
  }
}

/**
 * Loads what a narrative input names: a narrative of the same file, or of another.
 * @throws NarrativeError
 */
export function loadNested(file: NarrativeFile, input: NarrativeInput, options: LoadOptions = {}): LoadedNarrative {
  const { target } = input
  if ('key' in target) return { file, narrative: chooseNarrative(file, target.key) }
  const filePath = linkedPath(file, target.path, input.place, options)
  const wanted = target.narrative
  if (wanted !== undefined) {
    const all = loadNarrativeFile(filePath, { ...options, choose: { name: wanted } })
    // Beside a path the name often is no more than a label.
    if ('error' in choose(all, wanted)) return loadNarrative(filePath, undefined, options)
  }
  return loadNarrative(filePath, wanted, options)
}

/**
 * The chain of running narratives with one more.
 * @param chain of the narratives around it, outermost first, as this function returned it
 * @throws NarrativeError `narrative-cycle` when it is in the chain already, or the chain grows beyond 8
 */
export function enterNested(
  chain: readonly string[],
  file: Pick<NarrativeFile, 'path'>,
  narrative: Pick<Narrative, 'key' | 'place'>,
): readonly string[] {
  const id = `${path.resolve(file.path)}#${narrative.key}`
  const { place } = narrative
  const names = [...chain, id].map((each) => each.slice(each.lastIndexOf('#') + 1))
  if (chain.includes(id)) {
    throw new NarrativeError('narrative-cycle', `Narratives run in a circle: ${names.join(' → ')}.`, { place })
  }
  if (chain.length >= MAX_DEPTH) {
    const message = `Narratives are nested deeper than ${MAX_DEPTH}: ${names.join(' → ')}.`
    throw new NarrativeError('narrative-cycle', message, { place })
  }
  return [...chain, id]
}

/** `.toml` may be left out; relative to the file, else to the base. */
function linkedPath(
  file: NarrativeFile,
  written: string,
  place: NarrativeInput['place'],
  options: LoadOptions,
): string {
  const name = withExtension(written)
  const bases = [path.dirname(file.path), ...(options.base === undefined ? [] : [options.base])]
  const candidates = bases.map((base) => path.resolve(base, name))
  const found =
    candidates.find((candidate) => options.texts?.has(candidate)) ?? candidates.find((each) => existsSync(each))
  if (found !== undefined) return found
  throw new NarrativeError('file-read', `The narrative file "${written}" was not found.`, {
    place,
    fix: `Looked for ${candidates.join(' and ')}.`,
  })
}

function readText(filePath: string, { texts, onRead }: LoadOptions): string {
  const file = path.resolve(filePath)
  const text = texts?.get(file) ?? readFile(file, filePath)
  onRead?.(file, text)
  return text
}

function readFile(file: string, filePath: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
    throw new NarrativeError('file-read', `The narrative file ${filePath} cannot be read${reason}.`, {
      cause,
      place: startOf(filePath),
    })
  }
}

function startOf(file: string) {
  return { file, line: 1, column: 1 }
}
