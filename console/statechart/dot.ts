// Dot: a statechart as the text of a Graphviz graph.

import { arrowsOf } from './arrows.ts'
import type { ChartState, Statechart } from './statechart.ts'

/** States with states within are clusters; an arrow from or to one is cut at its border. */
export function toDot(chart: Statechart): string {
  const root = chart.states.find(({ parent }) => parent === undefined)
  const { arrows, asides } = arrowsOf(chart)
  return [
    `digraph ${quoted(chart.machine)} {`,
    '  compound=true',
    '  node [shape=box, style=rounded, fontname="sans-serif"]',
    '  edge [fontname="sans-serif", fontsize=10]',
    ...(root === undefined ? [] : stateLines(chart, root.id, '  ')),
    ...arrows.map(({ from, to, label }) => {
      const [tail, head] = [leafOf(chart, from), leafOf(chart, to)]
      const cuts = [
        ...(tail === from ? [] : [`ltail=${quoted(`cluster_${from}`)}`]),
        ...(head === to ? [] : [`lhead=${quoted(`cluster_${to}`)}`]),
      ]
      return `  ${quoted(tail)} -> ${quoted(head)} [${[`label=${quoted(label)}`, ...cuts].join(', ')}]`
    }),
    ...asides.map(({ at, label }) => `  // anywhere in ${at}: ${label}`.replace(/[\r\n]+/g, ' ')),
    '}',
  ].join('\n')
}

function stateLines(chart: Statechart, parent: string, indent: string): string[] {
  const within = chart.states.filter((state) => state.parent === parent)
  return within.flatMap((state) => {
    const start = quoted(`${state.id} (start)`)
    const arrow = `${indent}${start} -> ${quoted(leafOf(chart, state.id))}`
    const initial = state.isInitial ? [`${indent}${start} [shape=point, label=""]`, arrow] : []
    return [...initial, ...linesOf(chart, state, indent)]
  })
}

function linesOf(chart: Statechart, state: ChartState, indent: string): string[] {
  const { id, kind, isCurrent } = state
  const label = `label=${quoted(titleOf(state))}`
  const filled = isCurrent ? ', style="rounded,filled", fillcolor="#ffd54f"' : ''
  if (kind !== 'compound' && kind !== 'parallel') {
    return [`${indent}${quoted(id)} [${label}${kind === 'final' ? ', peripheries=2' : ''}${filled}]`]
  }
  return [
    `${indent}subgraph ${quoted(`cluster_${id}`)} {`,
    `${indent}  ${label}`,
    `${indent}  style=rounded`,
    ...stateLines(chart, id, `${indent}  `),
    `${indent}}`,
  ]
}

function titleOf({ name, invokes }: ChartState): string {
  return invokes.length === 0 ? name : `${name}\nruns ${invokes.join(', ')}`
}

/** Graphviz draws arrows between nodes: for a cluster, the first state without states within stands for it. */
function leafOf(chart: Statechart, id: string): string {
  const first = chart.states.find(({ parent }) => parent === id)
  return first === undefined ? id : leafOf(chart, first.id)
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
