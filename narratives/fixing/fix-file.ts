// Fix file: writes a narrative file as it would be written today. Pure.
//
//   F1. Comments, order and spelling of everything else stay.
//   F2. No rewriting changes what the file means: each is read again, and left out where the narratives would differ.
//       Only a corrected misspelling adds meaning, the one that its writer wanted.
//   F3. What cannot be rewritten stays as it was, and is named.

import path from 'node:path'
import { type ParseResult, parseNarrativeFile } from '../parse-file.ts'
import type { Respelling } from '../reading/report.ts'
import { fixArrayActs } from './array-acts.ts'
import { fixArrayNarratives } from './array-narratives.ts'
import { applyEdits, type Edit } from './edits.ts'
import { fixActConfigs, fixNamedNarratives } from './named-narratives.ts'
import { fixRootHeader } from './root-header.ts'
import { sameMeaning } from './same-meaning.ts'
import { fixSteps } from './steps.ts'
import { keyPartsOf, TomlText, writeKey } from './toml-text.ts'
import { unfold } from './unfold.ts'

export interface FixedFile {
  readonly text: string
  /** What was rewritten, for a person; empty when the text is as it was. */
  readonly fixed: readonly string[]
  /** What is in need of it and could not be. */
  readonly left: readonly string[]
}

/** @param filePath names the narrative where nothing else does */
export function fixNarrativeFile(text: string, filePath: string): FixedFile {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  const state = new Fixing(text.slice(mark.length), filePath)
  state.fixDialects()
  state.fixSpellings()
  return { text: mark + state.text, fixed: state.fixed, left: state.left }
}

/** A file has one dialect, or two: a root header goes with array acts. */
const MAX_DIALECTS = 3
const MAX_SPELLINGS = 1_000

class Fixing {
  text: string
  readonly fixed: string[] = []
  readonly left: string[] = []
  readonly #path: string
  readonly #stem: string

  constructor(text: string, filePath: string) {
    this.text = text
    this.#path = filePath
    this.#stem = path.basename(filePath).replace(/\.toml$/, '')
  }

  fixDialects(): void {
    for (let count = 0; count < MAX_DIALECTS; count += 1) {
      const dialect = this.#dialect()
      if (dialect === undefined) break
      if (!this.#try(dialect.write, sameMeaning) && !this.#tryUnfolded(dialect)) {
        this.left.push(`${dialect.what}: written in a way that is not rewritten`)
        break
      }
      this.fixed.push(dialect.what)
    }
    if (this.#try(fixNamedNarratives, sameMeaning)) this.fixed.push('[narratives.NAME] is [narrative.NAME]')
    if (this.#try(fixActConfigs, sameMeaning)) this.fixed.push('the config of acts stands in the acts')
  }

  fixSpellings(): void {
    const tried = new Set<string>()
    for (let count = 0; count < MAX_SPELLINGS; count += 1) {
      const wanted = this.#parse().respellings.find((one) => !tried.has(idOf(one)))
      if (wanted === undefined) return
      tried.add(idOf(wanted))
      const { from, to, isMistake } = wanted
      const write = (document: TomlText) => renameKey(document, wanted)
      if (this.#try(write, isMistake ? noNewErrors : sameMeaning)) this.fixed.push(`${from} is ${to}: ${wanted.path}`)
    }
  }

  #parse(): ParseResult {
    return parseNarrativeFile(this.text, this.#path)
  }

  /** Once more, with tables that stand inline as sections. */
  #tryUnfolded({ write, inline }: Dialect): boolean {
    const { text } = this
    const isDone = this.#try((document) => unfold(document, inline), sameMeaning) && this.#try(write, sameMeaning)
    if (!isDone) this.text = text
    return isDone
  }

  #dialect(): Dialect | undefined {
    const { dialect } = this.#parse()
    switch (dialect) {
      case 'array-acts':
        return { what: '[[acts]] is [acts.NAME]', write: fixArrayActs, inline: ['acts'] }
      case 'root-header':
        return {
          what: 'the header is [narrative]',
          write: (document) => fixRootHeader(document, this.#stem),
          inline: ['metadata'],
        }
      case 'steps':
        return {
          what: '[[steps]] are acts',
          write: (document) => fixSteps(document, this.#stem),
          inline: ['metadata', 'steps'],
        }
      case 'array-narratives':
        return { what: '[[narrative]] is [narrative.NAME]', write: fixArrayNarratives, inline: ['narrative'] }
      case undefined:
        return undefined
    }
  }

  /** Rewrites, unless nothing changes or the judge says no. */
  #try(write: Write, judge: (before: ParseResult, after: ParseResult) => boolean): boolean {
    const document = TomlText.parse(this.text)
    const edits = document && write(document)
    const text = edits && applyEdits(this.text, edits)
    if (text === undefined || text === this.text) return false
    const after = parseNarrativeFile(text, this.#path)
    if (!judge(this.#parse(), after)) return false
    this.text = text
    return true
  }
}

type Write = (document: TomlText) => readonly Edit[] | undefined

interface Dialect {
  /** For a person. */
  readonly what: string
  readonly write: Write
  /** What may stand inline in it and is rewritten as sections only. */
  readonly inline: readonly string[]
}

function idOf({ path: at, from, to }: Respelling): string {
  return `${at} ${from} ${to}`
}

/** Every header and key that names the same thing is renamed with it. */
function renameKey(document: TomlText, { path: at, from, to }: Respelling): readonly Edit[] {
  return [...keyPartsOf(document)]
    .filter((part) => part.path === at && part.name === from)
    .map((part) => ({ from: part.from, to: part.to, text: writeKey(to) }))
}

/** A corrected key must not break the file: its value may never have been right for it. */
function noNewErrors(before: ParseResult, after: ParseResult): boolean {
  const errors = ({ diagnostics }: ParseResult) => diagnostics.filter(({ severity }) => severity === 'error').length
  return errors(after) <= errors(before) && after.diagnostics.length <= before.diagnostics.length
}
