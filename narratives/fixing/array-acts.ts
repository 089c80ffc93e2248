// Array acts: writes `[[acts]]` as `[acts.NAME]`, and their order as a toc (format, section 24.1).

import { unusedName } from '../reading/dialects.ts'
import { parseToml } from '../toml-tree.ts'
import type { Edit } from './edits.ts'
import { endOf, isNamed, pairOf, stringIn, type TomlText, writeKey, writeStrings } from './toml-text.ts'

/** Undefined where the acts are written in a way that is not rewritten. */
export function fixArrayActs(document: TomlText): readonly Edit[] | undefined {
  const inline = document.root.pairs.find(({ key }) => key[0]!.name === 'acts')
  const fixed = inline === undefined ? fixHeaders(document) : fixInline(document)
  return fixed && [...fixed.edits, ...addToc(document, fixed.names)]
}

interface Fixed {
  readonly edits: readonly Edit[]
  /** Of the acts, in their order. */
  readonly names: readonly string[]
}

function fixHeaders(document: TomlText): Fixed | undefined {
  const edits: Edit[] = []
  const names = new Map<string, undefined>()
  for (const block of document.blocks) {
    const { header } = block
    if (header?.parts[0]?.name !== 'acts') continue
    if (header.isArray && header.parts.length === 1) {
      const given = pairOf(block, 'name')
      const wanted = given === undefined ? `act_${names.size + 1}` : stringIn(given)
      if (wanted === undefined) return undefined
      const name = unusedName(wanted, names)
      names.set(name, undefined)
      edits.push(document.rename(header, ['acts', name], false))
      if (given !== undefined) edits.push(document.remove(given))
    } else {
      const at = header.parts[0]!.to
      edits.push({ from: at, to: at, text: `.${writeKey([...names.keys()].at(-1) ?? '')}` })
    }
  }
  return { edits, names: [...names.keys()] }
}

/** `acts = [{ name = "a", … }]` as `acts.a = { … }`; comments inside would be lost, so they keep it as it is. */
function fixInline(document: TomlText): Fixed | undefined {
  const pair = document.root.pairs.find(({ key }) => isNamed(key, ['acts']))
  if (pair === undefined || pair.value.type !== 'TOMLArray' || document.hasCommentIn(pair)) return undefined
  const names = new Map<string, undefined>()
  const lines: string[] = []
  for (const element of pair.value.elements) {
    if (element.type !== 'TOMLInlineTable') return undefined
    const isName = ({ key }: (typeof element.body)[number]) => document.sourceOf(key) === 'name'
    const given = element.body.find(isName)
    const wanted = given === undefined ? `act_${names.size + 1}` : stringIn(given)
    if (wanted === undefined) return undefined
    const name = unusedName(wanted, names)
    names.set(name, undefined)
    const others = element.body.filter((each) => !isName(each)).map((each) => document.sourceOf(each))
    lines.push(`acts.${writeKey(name)} = { ${others.join(', ')} }`)
  }
  return { edits: [{ from: pair.from, to: pair.to, text: lines.join(document.newline) }], names: [...names.keys()] }
}

function addToc(document: TomlText, names: readonly string[]): readonly Edit[] {
  const parsed = parseToml(document.text)
  const root = 'root' in parsed ? parsed.root.entries : new Map()
  const narrative = root.get('narrative')
  if (root.has('toc') || (narrative?.is === 'table' && narrative.entries.has('toc'))) return []
  const lines = writeStrings('toc', names)
  const block = document.block('narrative')
  const end = block && endOf(block)
  if (end !== undefined) return [document.insertAfter(end, lines)]
  // Without a header of its own the narrative stands at the root, where a toc may stand as well.
  const last = document.root.pairs.at(-1)
  return last === undefined ? [] : [document.insertAfter(last, lines)]
}
