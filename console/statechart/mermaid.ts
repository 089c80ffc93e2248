// Mermaid: a statechart as the text of a mermaid diagram.

import { arrowsOf } from './arrows.ts'
import type { ChartState, Statechart } from './statechart.ts'

/** A `stateDiagram-v2`. What happens without leaving a state that has states within is told in a comment. */
export function toMermaid(chart: Statechart): string {
  const root = chart.states.find(({ parent }) => parent === undefined)
  const { arrows, asides } = arrowsOf(chart)
  const current = chart.states.filter(({ isCurrent, kind }) => isCurrent && kind !== 'compound' && kind !== 'parallel')
  return [
    'stateDiagram-v2',
    `  %% machine ${textOf(chart.machine)}`,
    ...(root === undefined ? [] : stateLines(chart, root.id, '  ')),
    ...arrows.map(({ from, to, label }) => `  ${idOf(from)} --> ${idOf(to)}: ${textOf(label)}`),
    ...asides.map(({ at, label }) => `  %% anywhere in ${textOf(at)}: ${textOf(label)}`),
    ...chart.states
      .filter(({ kind, parent }) => kind === 'final' && parent === root?.id)
      .map(({ id }) => `  ${idOf(id)} --> [*]`),
    ...(current.length === 0
      ? []
      : [
          '  classDef current fill:#ffd54f,stroke:#8a6d00,color:#000,stroke-width:2px',
          `  class ${current.map(({ id }) => idOf(id)).join(',')} current`,
        ]),
  ].join('\n')
}

/** The states within one, those of parallel regions side by side. */
function stateLines(chart: Statechart, parent: string, indent: string): string[] {
  const around = chart.states.find(({ id }) => id === parent)
  const within = chart.states.filter((state) => state.parent === parent)
  return within.flatMap((state, index) => {
    const separator = around?.kind === 'parallel' && index > 0 ? [`${indent}--`] : []
    const start = state.isInitial ? [`${indent}[*] --> ${idOf(state.id)}`] : []
    return [...separator, ...start, ...linesOf(chart, state, indent)]
  })
}

function linesOf(chart: Statechart, state: ChartState, indent: string): string[] {
  const title = `${indent}state "${textOf(titleOf(state))}" as ${idOf(state.id)}`
  if (state.kind !== 'compound' && state.kind !== 'parallel') return [title]
  return [`${title} {`, ...stateLines(chart, state.id, `${indent}  `), `${indent}}`]
}

/** Its name, and what it runs. */
function titleOf({ name, invokes }: ChartState): string {
  return invokes.length === 0 ? name : `${name} (runs ${invokes.join(', ')})`
}

function idOf(id: string): string {
  // Every other character by its number, so that two ids never become one.
  return id.replace(/[^A-Za-z0-9]/g, (character) => (character === '.' ? '_' : `_${character.charCodeAt(0)}_`))
}

/** Without what mermaid would read as its own. */
function textOf(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/["#;:%{}<>]/g, (character) => `#${character.charCodeAt(0)};`)
}
