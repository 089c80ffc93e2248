// Arrows: the transitions of a statechart as a drawing has them.
//
//   A1. A transition of a state with states within, to one of these, is an arrow from each of the states within that can be left.
//   A2. One that leads nowhere is a loop at a state without states within; elsewhere it is an aside.

import type { ChartTransition, Statechart } from './statechart.ts'

export interface Drawing {
  readonly arrows: readonly { readonly from: string; readonly to: string; readonly label: string }[]
  /** What happens in a state without leaving it, where there is no arrow for it. */
  readonly asides: readonly { readonly at: string; readonly label: string }[]
}

export function arrowsOf({ states, transitions }: Statechart): Drawing {
  const parents = new Map(states.map(({ id, parent }) => [id, parent]))
  const within = (id: string) => states.filter(({ parent }) => parent === id).map((state) => state.id)
  const isInside = (id: string | undefined, around: string): boolean =>
    id !== undefined && (parents.get(id) === around || isInside(parents.get(id), around))

  const canBeLeft = (id: string) =>
    states.some((state) => state.id === id && !['final', 'history'].includes(state.kind))

  const arrows = transitions.flatMap((transition) => {
    const { from, to } = transition
    const label = labelOf(transition)
    if (to.length === 0) return within(from).length > 0 ? [] : [{ from, to: from, label }]
    return to.flatMap((target) => {
      const sources = isInside(target, from) ? within(from).filter(canBeLeft) : [from]
      return sources.map((source) => ({ from: source, to: target, label }))
    })
  })
  const asides = transitions
    .filter(({ from, to }) => to.length === 0 && within(from).length > 0)
    .map((transition) => ({ at: transition.from, label: labelOf(transition) }))
  return { arrows, asides }
}

/** `bot.run [isReady] / countRun`. */
function labelOf({ on, guard, actions }: ChartTransition): string {
  const when = guard === undefined ? '' : ` [${guard}]`
  return `${on}${when}${actions.length === 0 ? '' : ` / ${actions.join(', ')}`}`
}
