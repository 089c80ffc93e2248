// Narrative graph: which narratives of a file run which others.

import type { ActDefinition } from './acts.ts'
import type { NarrativeReading } from './read-narrative.ts'
import type { Report } from './report.ts'

export interface Reading extends NarrativeReading {
  readonly own: Report
  readonly privateActs: ReadonlyMap<string, ActDefinition>
}

export class NarrativeGraph {
  readonly #byKey: ReadonlyMap<string, Reading>
  readonly #reached = new Map<Reading, ReadonlySet<Reading>>()

  constructor(readings: readonly Reading[]) {
    this.#byKey = new Map(readings.map((reading) => [reading.narrative.key, reading]))
  }

  /** The reading and everything it runs, however deep. */
  from(root: Reading): ReadonlySet<Reading> {
    const known = this.#reached.get(root)
    if (known !== undefined) return known
    const reached = new Set<Reading>()
    const waiting = [root]
    for (let reading = waiting.pop(); reading !== undefined; reading = waiting.pop()) {
      if (reached.has(reading)) continue
      reached.add(reading)
      for (const act of reading.definitions) waiting.push(...this.byAct(act))
    }
    this.#reached.set(root, reached)
    return reached
  }

  /** What the act runs itself. */
  byAct({ composes, inputs }: ActDefinition): readonly Reading[] {
    const keys = inputs.flatMap((input) =>
      input.kind === 'narrative' && 'key' in input.target ? [input.target.key] : [],
    )
    if (composes !== undefined) keys.push(composes)
    return keys.map((key) => this.#byKey.get(key)).filter((reading) => reading !== undefined)
  }

  /** Reports a narrative that runs itself, at the act with which the circle begins. */
  reportCycle(reading: Reading): void {
    const { key } = reading.narrative
    for (const act of reading.definitions) {
      if (!this.byAct(act).some((next) => this.from(next).has(reading))) continue
      const message = `The narrative "${key}" runs itself by way of the act "${act.name}".`
      reading.own.error('narrative-cycle', act.node, message)
      return
    }
  }

  /** True if the narrative, an act of it, a resource of an act or a narrative that it runs has an error. */
  isBroken(reading: Reading): boolean {
    return [...this.from(reading)].some(
      ({ own, definitions }) =>
        own.hasErrors ||
        [...definitions].some((act) => act.report.hasErrors || [...act.uses].some((one) => one.report.hasErrors)),
    )
  }
}
