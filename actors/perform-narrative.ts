// Perform narrative: runs another narrative of the same file in an act's place (narrative format, section 13.1).

import { BotticelliError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { Narrative } from '../narratives/narrative.ts'
import type { ActResult } from './act-task.ts'
import type { StepResult, StepTask } from './execution.ts'
import { type Host, planNested, type RunExecution } from './execution-plan.ts'
import type { Services } from './services.ts'
import { reportEnd, reportStart } from './step-report.ts'

/** The responses of the nested acts, joined, are what the act leaves behind; rows and extraction are theirs. */
export async function performNarrative(
  task: StepTask,
  services: Services,
  host: Host,
  runExecution: RunExecution,
): Promise<StepResult> {
  const { plan, step } = task
  const { journal } = services.store
  const narrative = nestedNarrative(task)
  const startedAt = services.clock.now()
  const place = { executionId: plan.id, key: step.key }
  const { attempts } = journal.begin({ ...place, act: step.act.name, sequence: step.sequence, at: startedAt })
  reportStart(task, services, attempts)

  const nested = planNested(plan, step.key, { file: plan.file, narrative }, task.knowledge.previous)
  const outcome = await runExecution(nested, services, host)

  const response = outcome.responses.join('\n\n')
  const result: ActResult = {
    response,
    turns: [{ role: 'assistant', text: response }],
    asked: false,
    tables: {},
    read: [],
    rows: outcome.rows,
    inputTokens: outcome.inputTokens,
    outputTokens: outcome.outputTokens,
    costUsd: outcome.costUsd,
  }
  const endedAt = services.clock.now()
  journal.complete(place, { result: result as unknown as JsonObject, at: endedAt })
  reportEnd(task, services, result, endedAt - startedAt)
  return { ...result, acts: outcome.acts }
}

function nestedNarrative({ plan, step }: StepTask): Narrative {
  const key = step.act.composes ?? ''
  const narrative = plan.file.narratives.get(key)
  if (narrative !== undefined) return narrative
  const message = `Act "${step.act.name}" runs the narrative "${key}", which ${plan.file.path} does not have.`
  throw new BotticelliError('unknown-narrative', message, { place: step.act.place })
}
