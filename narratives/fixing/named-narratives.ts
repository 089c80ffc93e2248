// Named narratives: writes `[narratives.N]` as `[narrative.N]`, and what stands in an act's `config` in the act itself
// (format, section 24.5).

import type { Edit } from './edits.ts'
import { endOf, type TomlText } from './toml-text.ts'

export function fixNamedNarratives(document: TomlText): readonly Edit[] {
  const firstParts = [
    ...document.blocks.flatMap(({ header }) => header?.parts[0] ?? []),
    ...document.root.pairs.map(({ key }) => key[0]!),
  ]
  if (firstParts.some(({ name }) => name === 'narrative')) return []
  return firstParts.filter(({ name }) => name === 'narratives').map(({ from, to }) => ({ from, to, text: 'narrative' }))
}

/** `[acts.X.config]` right below `[acts.X]`: only its header goes. Elsewhere its lines move. */
export function fixActConfigs(document: TomlText): readonly Edit[] {
  return document.blocks.flatMap((block) => {
    const { header, pairs } = block
    const names = header?.parts.map(({ name }) => name) ?? []
    if (header === undefined || names.at(-1) !== 'config' || names.at(-3) !== 'acts') return []
    const act = document.block(...names.slice(0, -1))
    const end = act && endOf(act)
    if (act === undefined || end === undefined) return [document.rename(header, names.slice(0, -1))]
    const own = new Set(act.pairs.map(({ key }) => key[0]!.name))
    const moved = pairs.filter(({ key }) => !own.has(key[0]!.name))
    if (moved.length < pairs.length) return []
    const lines = moved.map((pair) => document.textOf(document.lineOf(pair)).trimEnd())
    const taken = moved.map((pair) => ({ ...document.lineOf(pair), text: '' }))
    return [document.remove(header), ...taken, document.insertAfter(end, lines)]
  })
}
