// Array narratives: writes `[[narrative]]` and `[act.X]` as `[narrative.NAME]` and `[acts.X]` (format, section 24.4).
//
//   Local variables, `{name}`, become variables of the narrative, `{{name}}`. One whose value names something itself is
//   put in its place, because variables are data.

import { placeholdersIn, renameLocals } from '../placeholders.ts'
import type { Edit } from './edits.ts'
import { type Block, endOf, isNamed, type Pair, pairOf, stringIn, type TomlText, writeKey } from './toml-text.ts'

/** Undefined where the narratives are written in a way that is not rewritten. */
export function fixArrayNarratives(document: TomlText): readonly Edit[] | undefined {
  if (document.root.pairs.some(({ key }) => ['narrative', 'act'].includes(key[0]!.name))) return undefined
  const edits: Edit[] = []
  const locals = new Map<string, string>()
  let current: { readonly name: string; readonly block: Block } | undefined
  for (const block of document.blocks) {
    const { header } = block
    const [section, ...rest] = header?.parts.map(({ name }) => name) ?? []
    if (section === 'act' && header !== undefined) {
      edits.push({ from: header.parts[0]!.from, to: header.parts[0]!.to, text: 'acts' })
      const type = rest.length === 1 ? pairOf(block, 'type') : undefined
      if (type !== undefined) edits.push(document.remove(type))
    }
    if (section !== 'narrative' || header === undefined) continue
    if (rest.length === 0) {
      const given = pairOf(block, 'name')
      const name = stringIn(given)
      if (given === undefined || name === undefined) return undefined
      current = { name, block }
      edits.push(document.rename(header, ['narrative', name], false), document.remove(given))
    } else if (isNamed(header.parts, ['narrative', 'context'])) {
      edits.push(document.rename(header, ['narrative', current?.name ?? '', 'vars']))
      for (const pair of block.pairs) {
        const written = localOf(pair)
        if (written === undefined) continue
        const known = locals.get(written.name)
        if (known !== undefined && known !== written.text) return undefined
        locals.set(written.name, written.text)
        if (!written.stays) edits.push(document.remove(pair))
      }
    } else if (isNamed(header.parts, ['narrative', 'output'])) {
      const moved = outputLines(document, block)
      edits.push(document.remove(header), ...block.pairs.map((pair) => document.remove(pair)))
      edits.push(document.insertAfter(endOf(current!.block)!, moved))
    } else {
      const at = header.parts[0]!.to
      edits.push({ from: at, to: at, text: `.${writeKey(current?.name ?? '')}` })
    }
  }
  return [...edits, ...renameInTexts(document, locals)]
}

interface Local {
  readonly name: string
  /** What stands for it in texts from now on. */
  readonly text: string
  /** True if its value is a variable from now on. */
  readonly stays: boolean
}

const OWN: Readonly<Record<string, string>> = { previous_output: '{{caller:-}}', json: '{{previous}}' }

function localOf({ key, value }: Pair): Local | undefined {
  if (key.length !== 1) return undefined
  const { name } = key[0]!
  const isText = value.type === 'TOMLValue' && value.kind === 'string'
  if (!isText) return { name, text: `{{${name}}}`, stays: true }
  const written = renameLocals(value.value, (local) => OWN[local])
  const isData = written === value.value && placeholdersIn(value.value).length === 0
  return isData ? { name, text: `{{${name}}}`, stays: true } : { name, text: written, stays: false }
}

function outputLines(document: TomlText, block: Block): readonly string[] {
  const isTemplate = stringIn(pairOf(block, 'mode')) === 'template'
  return block.pairs.flatMap(({ key, value }) => {
    const name = key.map(({ name }) => writeKey(name)).join('.')
    if (name === 'mode' || (name === 'template' && !isTemplate)) return []
    return [`${name === 'target_table' ? 'target' : name} = ${document.sourceOf(value)}`]
  })
}

function renameInTexts(document: TomlText, locals: ReadonlyMap<string, string>): readonly Edit[] {
  const meaning = (name: string) => locals.get(name) ?? OWN[name]
  return document.blocks.flatMap(({ header, pairs }) => {
    if (!['act', 'acts', 'bots'].includes(header?.parts[0]?.name ?? '')) return []
    return pairs.flatMap(({ value }) => {
      const source = document.sourceOf(value)
      const text = renameLocals(source, meaning)
      return text === source ? [] : [{ from: value.range[0], to: value.range[1], text }]
    })
  })
}
