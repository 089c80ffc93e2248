// Perform step: has one step of an execution done, unless the journal has it already.
//
// The step is an actor of its own: an act, or where an act stands for a narrative, that narrative's execution.

import { BotticelliError } from '../errors.ts'
import { measure } from '../narratives/measures.ts'
import type { ActRecord } from '../store/store.ts'
import { inSpan } from '../telemetry/spans.ts'
import { withLogFields } from '../telemetry/surroundings.ts'
import { currentTraceContext } from '../telemetry/trace-context.ts'
import { tableFor } from './content-rows.ts'
import type { StepResult, StepTask } from './execution.ts'
import { type Host, type RunExecution, wasTakenDown } from './execution-plan.ts'
import { resultFrom } from './kept.ts'
import { logFieldsOf, performAct } from './perform-act.ts'
import { performNarrative } from './perform-narrative.ts'
import type { Services } from './services.ts'
import { NOTHING_LEFT, skipStep } from './skip-step.ts'
import { reportReplay, reportSkip } from './step-report.ts'

export function performStep(
  task: StepTask,
  services: Services,
  host: Host,
  runExecution: RunExecution,
): Promise<StepResult> {
  const { plan, step, knowledge } = task
  const earlier = plan.isNew ? undefined : services.store.journal.find({ executionId: plan.id, key: step.key })
  if (earlier?.status === 'completed') return Promise.resolve(replay(earlier, task, services))

  const skipped = earlier === undefined ? skipStep(task, services) : undefined
  if (skipped !== undefined) return Promise.resolve(skipped)

  // Once the execution has read its one item, what follows belongs to that item's trace (P5).
  const inItem = knowledge.item !== undefined && {
    parent: { traceparent: knowledge.item },
    links: [currentTraceContext()?.traceparent],
  }
  const attributes = {
    'botticelli.act.name': step.act.name,
    'botticelli.act.key': step.key,
    'botticelli.act.type': step.type,
    'botticelli.act.input_count': step.act.inputs.length,
  }
  const perform = step.act.composes === undefined ? performAct : performNarrative
  const work = async () => {
    const result = await perform(task, services, host, runExecution)
    if (plan.narrative.metrics !== undefined) await tellMeasures(task, result, services)
    return result
  }
  const options = { attributes, ...inItem }
  const done = inSpan(`act ${step.act.name}`, options, () => withLogFields(logFieldsOf(task), work))
  if (!step.act.carousel?.continueOnError) return done
  return done.catch((error: unknown) => {
    const isDayOver = error instanceof BotticelliError && error.code === 'budget-exhausted'
    if (wasTakenDown(host, error) || isDayOver) throw error
    // The journal and the span have the failure; the act's other turns are made.
    return { ...NOTHING_LEFT, acts: 0 }
  })
}

/** Only once the act is on the disk: one that is replayed is not measured again. */
async function tellMeasures({ plan, step }: StepTask, { response }: StepResult, services: Services): Promise<void> {
  const { narrative, id } = plan
  const measured = measure(narrative, step.act.name, response)
  if (measured.measures.length === 0 && measured.problems.length === 0) return
  await services.store.committed()
  const at = { executionId: id, narrative: narrative.key, act: step.act.name }
  services.onProgress({ type: 'act.measured', ...at, ...measured })
}

function replay(record: ActRecord, task: StepTask, services: Services): StepResult {
  const result = resultFrom(record)
  if (result.skipped) {
    reportSkip(task, services)
    return { ...result, acts: 0 }
  }
  const { plan, step } = task
  const table = tableFor({ ...plan, ...step }, result.response)
  const rows =
    record.rowsStored > 0 && table !== undefined ? [{ table, stored: record.rowsStored, skipped: 0 }] : result.rows
  reportReplay(task, services, { ...result, rows })
  return { ...result, rows, acts: 1 }
}
