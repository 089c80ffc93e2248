// Graph: what a narrative does as boxes and arrows, for Mermaid, Graphviz or a terminal. Pure.
//
//   G1. Narratives that it runs are drawn with it, each once. What is in another file is one box.
//   G2. Labels are data: whatever a file is called, the drawing stays a drawing.

import {
  type Act,
  extractsOutput,
  type Narrative,
  type NarrativeFile,
  needsModel,
  stagesOf,
  targetTable,
} from './narrative.ts'

export type GraphFormat = 'mermaid' | 'dot' | 'ascii'

type NodeKind = 'model' | 'action' | 'narrative' | 'table' | 'command'

interface Node {
  readonly id: string
  readonly label: string
  readonly kind: NodeKind
}

interface Edge {
  readonly from: string
  readonly to: string
  readonly label?: string
  /** What flows: the order of acts, or data. */
  readonly kind: 'then' | 'data'
}

interface Graph {
  readonly groups: readonly { readonly title: string; readonly nodes: readonly Node[] }[]
  readonly others: readonly Node[]
  readonly edges: readonly Edge[]
}

export function drawNarrative(file: NarrativeFile, narrative: Narrative, format: GraphFormat): string {
  const graph = graphOf(file, narrative)
  return format === 'mermaid' ? toMermaid(graph) : format === 'dot' ? toDot(graph) : toAscii(file, narrative)
}

// ---------------------------------------------------------------------------- the graph

function graphOf(file: NarrativeFile, root: Narrative): Graph {
  const drawn = new Map<string, { title: string; nodes: Node[]; first: string | undefined }>()
  const others = new Map<string, Node>()
  const edges: Edge[] = []

  function draw(narrative: Narrative): string | undefined {
    const known = drawn.get(narrative.key)
    if (known !== undefined) return known.first
    const number = drawn.size
    const group = { title: titleOf(narrative), nodes: [] as Node[], first: undefined as string | undefined }
    drawn.set(narrative.key, group)
    let before: readonly string[] = []
    for (const stage of stagesOf(narrative.acts)) {
      const ids = stage.map((act) => {
        const index = group.nodes.length
        const id = `n${number}a${index}`
        group.nodes.push({ id, label: labelOf(act), kind: kindOf(act) })
        group.first ??= id
        for (const from of before) edges.push({ from, to: id, kind: 'then', ...whenOf(act) })
        connect(id, act)
        if (extractsOutput(narrative, index))
          edges.push({ from: id, to: other('table', targetTable(narrative)), kind: 'data' })
        return id
      })
      before = ids
    }
    return group.first
  }

  function connect(id: string, act: Act): void {
    const runs = act.composes === undefined ? [] : [act.composes]
    for (const input of act.inputs) {
      if (input.kind === 'table') edges.push({ from: other('table', input.table), to: id, kind: 'data' })
      if (input.kind === 'command')
        edges.push({ from: id, to: other('command', `${input.platform} ${input.command}`), kind: 'data' })
      if (input.kind === 'narrative' && 'key' in input.target) runs.push(input.target.key)
      if (input.kind === 'narrative' && 'path' in input.target)
        edges.push({ from: id, to: other('narrative', input.target.path), kind: 'data', label: 'runs' })
    }
    for (const key of runs) {
      const nested = file.narratives.get(key)
      const first = nested && draw(nested)
      if (first !== undefined) edges.push({ from: id, to: first, kind: 'data', label: 'runs' })
    }
  }

  function other(kind: NodeKind, label: string): string {
    const key = `${kind} ${label}`
    const known = others.get(key) ?? { id: `x${others.size}`, label, kind }
    others.set(key, known)
    return known.id
  }

  draw(root)
  return { groups: [...drawn.values()], others: [...others.values()], edges }
}

function titleOf({ key, carousel }: Narrative): string {
  return carousel === undefined ? key : `${key}, ${carousel.iterations} times`
}

function labelOf({ name, carousel }: Act): string {
  return carousel === undefined ? name : `${name}, ${carousel.iterations} times`
}

function kindOf(act: Act): NodeKind {
  if (act.composes !== undefined) return 'narrative'
  return needsModel(act) ? 'model' : 'action'
}

function whenOf({ when }: Act): { readonly label?: string } {
  return when === undefined ? {} : { label: 'if' }
}

// ---------------------------------------------------------------------------- the notations

const MERMAID_SHAPES: Readonly<Record<NodeKind, readonly [string, string]>> = {
  model: ['(', ')'],
  action: ['[', ']'],
  narrative: ['[[', ']]'],
  table: ['[(', ')]'],
  command: ['>', ']'],
}

function toMermaid({ groups, others, edges }: Graph): string {
  const node = ({ id, label, kind }: Node) => {
    const [open, close] = MERMAID_SHAPES[kind]
    return `${id}${open}"${mermaidText(label)}"${close}`
  }
  return [
    'flowchart TD',
    ...groups.flatMap(({ title, nodes }, index) => [
      `  subgraph g${index}["${mermaidText(title)}"]`,
      ...nodes.map((one) => `    ${node(one)}`),
      '  end',
    ]),
    ...others.map((one) => `  ${node(one)}`),
    ...edges.map(({ from, to, kind, label }) => {
      const words = label === undefined ? '' : `|${mermaidText(label)}|`
      return `  ${from} ${kind === 'then' ? '-->' : '-.->'}${words} ${to}`
    }),
  ].join('\n')
}

/** Mermaid knows HTML's character references, and reads everything else as its own. */
function mermaidText(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:_/-]/gu, (sign) => `#${sign.codePointAt(0)};`)
}

const DOT_SHAPES: Readonly<Record<NodeKind, string>> = {
  model: 'box, style=rounded',
  action: 'box',
  narrative: 'component',
  table: 'cylinder',
  command: 'cds',
}

function toDot({ groups, others, edges }: Graph): string {
  const node = ({ id, label, kind }: Node) => `${id} [label=${dotText(label)}, shape=${DOT_SHAPES[kind]}]`
  return [
    'digraph narrative {',
    '  rankdir=TB',
    ...groups.flatMap(({ title, nodes }, index) => [
      `  subgraph cluster_${index} {`,
      `    label=${dotText(title)}`,
      ...nodes.map((one) => `    ${node(one)}`),
      '  }',
    ]),
    ...others.map((one) => `  ${node(one)}`),
    ...edges.map(({ from, to, kind, label }) => {
      const marks = [kind === 'data' ? 'style=dashed' : '', label === undefined ? '' : `label=${dotText(label)}`]
      const attributes = marks.filter((mark) => mark !== '').join(', ')
      return `  ${from} -> ${to}${attributes === '' ? '' : ` [${attributes}]`}`
    }),
    '}',
  ].join('\n')
}

function dotText(text: string): string {
  return `"${shown(text).replace(/["\\]/g, '\\$&')}"`
}

/** One act a line, what it runs below it, what it reads and writes beside it. */
function toAscii(file: NarrativeFile, root: Narrative): string {
  const lines: string[] = []
  draw(root, '', new Set())
  return lines.join('\n')

  function draw(narrative: Narrative, indent: string, around: ReadonlySet<string>): void {
    lines.push(`${indent}${shown(titleOf(narrative))}`)
    narrative.acts.forEach((act, index) => {
      const isLast = index === narrative.acts.length - 1
      lines.push(`${indent}${isLast ? '`--' : '|--'} ${shown(labelOf(act))}${remarks(narrative, index)}`)
      const keys = act.inputs.flatMap((input) =>
        input.kind === 'narrative' && 'key' in input.target ? [input.target.key] : [],
      )
      for (const key of [...(act.composes === undefined ? [] : [act.composes]), ...keys]) {
        const nested = file.narratives.get(key)
        const inner = new Set([...around, narrative.key])
        if (nested !== undefined && !inner.has(key)) draw(nested, `${indent}${isLast ? '    ' : '|   '}`, inner)
      }
    })
  }
}

function remarks(narrative: Narrative, index: number): string {
  const act = narrative.acts[index]!
  const parts = [
    act.when === undefined ? '' : 'on a condition',
    act.group === undefined ? '' : `at once with ${othersOfGroup(narrative, index).join(', ')}`,
    ...act.inputs.map((input) => {
      if (input.kind === 'table') return `reads ${input.table}`
      if (input.kind === 'command') return `${input.platform} ${input.command}`
      return input.kind === 'narrative' && 'path' in input.target ? `runs ${input.target.path}` : ''
    }),
    act.cacheMs === undefined ? '' : 'cached',
    ...(narrative.metrics ?? []).flatMap((metric) => (metric.act === act.name ? [`measures ${metric.name}`] : [])),
    extractsOutput(narrative, index) ? `stores in ${targetTable(narrative)}` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : ` (${shown(parts.join('; '))})`
}

function othersOfGroup({ acts }: Narrative, index: number): string[] {
  const { group } = acts[index]!
  return acts.flatMap((act, other) => (act.group === group && other !== index ? [act.name] : []))
}

/** On one line, without signs that a terminal would obey. */
function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
}
