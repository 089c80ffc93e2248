// Skip step: whether a step's condition holds, and what is kept of one that is not performed.
//
//   K1. Decided once: that a step was skipped is in the journal, and one that was begun is not asked again.

import type { JsonObject } from '../json.ts'
import { holds } from '../narratives/condition.ts'
import type { ActResult } from './act-task.ts'
import type { StepResult, StepTask } from './execution.ts'
import type { Services } from './services.ts'
import { reportSkip } from './step-report.ts'
import { valuesFor } from './values.ts'

/** The result of the step when it is not to be performed. */
export function skipStep(task: StepTask, services: Services): StepResult | undefined {
  const { plan, step, knowledge } = task
  if (step.act.when === undefined) return undefined
  const values = valuesFor({ ...plan, knowledge }, services, {})
  const { store, clock } = services
  const isWanted = holds(step.act.when, {
    value: (name) => values.response(name),
    count: (table, where) => (store.content.exists(table) ? store.content.count({ table, where }, clock.now()) : 0),
  })
  if (isWanted) return undefined
  const place = { executionId: plan.id, key: step.key }
  const at = clock.now()
  store.journal.begin({ ...place, act: step.act.name, sequence: step.sequence, at })
  store.journal.complete(place, { result: NOTHING_LEFT as unknown as JsonObject, at })
  reportSkip(task, services)
  return { ...NOTHING_LEFT, acts: 0 }
}

/** The result of a step that was not performed, or that failed where its act goes on after errors. */
export const NOTHING_LEFT: ActResult = {
  skipped: true,
  response: '',
  turns: [],
  asked: false,
  tables: {},
  read: [],
  rows: [],
  inputTokens: 0,
  outputTokens: 0,
}
