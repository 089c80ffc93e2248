// Perform act: one act's turn as a supervised actor, from its first attempt to its result or its last error.

import { BotticelliError, serializeError } from '../errors.ts'
import type { NarrativeInput, Retry } from '../narratives/narrative.ts'
import type { ActRecord } from '../store/store.ts'
import type { ActorSpec, Scope } from '../supervisor/index.ts'
import { type BoundFields, fromHere } from '../telemetry/surroundings.ts'
import { activeTraceparent, traceIdOf } from '../telemetry/trace-context.ts'
import { type ActWork, actMachine } from './act.ts'
import type { ActResult, ActTask } from './act-task.ts'
import type { AnswerSoFar } from './answer-so-far.ts'
import { askModel } from './ask-model.ts'
import type { StepResult, StepTask } from './execution.ts'
import { budgetOf, type Host, planNested, type RunExecution, wasTakenDown } from './execution-plan.ts'
import { gatherInputs } from './gather-inputs.ts'
import { UNKNOWN_TRACE } from './item-trace.ts'
import { keepResult } from './keep-result.ts'
import { gatheredFrom } from './kept.ts'
import { patientClock } from './patient-clock.ts'
import type { Services } from './services.ts'
import { reportEnd, reportFailure, reportStart } from './step-report.ts'

export async function performAct(
  task: StepTask,
  services: Services,
  host: Host,
  runExecution: RunExecution,
): Promise<StepResult> {
  const startedAt = services.clock.now()
  const elapsed = () => services.clock.now() - startedAt
  try {
    const result = await host.runChild(actSpec(task, services, runExecution))
    reportEnd(task, services, result, elapsed())
    return { ...result, acts: 1 }
  } catch (thrown) {
    if (!wasTakenDown(host, thrown)) {
      const place = { executionId: task.plan.id, key: task.step.key }
      services.store.journal.fail(place, { error: serializeError(thrown), at: services.clock.now() })
      reportFailure(task, services, thrown, { durationMs: elapsed(), willRetry: false })
    }
    throw thrown
  }
}

/** An error that may pass brings the act back after a while; any other is its last. */
function actSpec(stepTask: StepTask, shared: Services, runExecution: RunExecution): ActorSpec<ActResult> {
  const { maxRestarts, minMs, maxMs } = retryOf(stepTask.step.act.retry, shared)
  const task = actTask(stepTask)
  const within = fromHere()
  return {
    id: task.key,
    kind: 'act',
    restart: 'transient',
    limit: { maxRestarts },
    // Attempts are counted to the end of the act: one that takes long before it fails was not a healthy one.
    backoff: { minMs, maxMs, jitter: 0.2, resetAfterMs: Number.POSITIVE_INFINITY },
    restartOn: (error) => mayPass(error) && bringsBack(error, task.act.retry),
    beforeRestart: (error) => reportFailure(stepTask, shared, error, { durationMs: 0, willRetry: true }),
    ...(shared.actHungAfterMs !== undefined && { hungAfterMs: shared.actHungAfterMs }),
    start: (scope) => ({ input: { task, work: work(scope) }, logic: actMachine }),
  }

  /** One incarnation's. */
  function work(scope: Host & Pick<Scope, 'incarnation' | 'beat'>): ActWork {
    const { signal } = scope
    const services = { ...shared, clock: patientClock(shared.clock, () => scope.beat()) }
    const last = scope.incarnation > maxRestarts
    const runNested = (input: NarrativeInput, key: string) =>
      runNestedInput(input, key, stepTask, services, scope, runExecution)
    let begun: ActRecord
    return {
      gatherInputs: () =>
        within(async () => {
          reportStart(stepTask, services, scope.incarnation)
          begun = begin(task, services, scope.incarnation === 1)
          // The inputs are journaled with the answer.
          if (begun.answer !== undefined) return gatheredFrom(begun.prompt ?? {})
          return gatherInputs(task, services, { signal, last, runNested })
        }),
      askModel: (gathered, tell) => {
        const onText = (soFar: AnswerSoFar) => {
          scope.beat()
          if (!signal.aborted) tell(soFar)
        }
        return within(() => askModel(task, gathered, begun, services, { signal, last, tell: onText }))
      },
      keepResult: (gathered, asked) => within(() => keepResult(task, gathered, asked, services)),
    }
  }
}

/** What each line says that is logged on the act's behalf. */
export function logFieldsOf({ plan, step, knowledge }: StepTask): BoundFields {
  const { item, itemRow } = knowledge
  return {
    bot: plan.bot,
    execution: plan.id,
    narrative: plan.narrative.key,
    act: step.act.name,
    ...(itemRow !== undefined && { item_trace: traceIdOf(item) ?? UNKNOWN_TRACE }),
  }
}

function retryOf(own: Retry | undefined, { retry }: Services): Services['retry'] {
  const minMs = own?.backoffMs ?? retry.minMs
  return {
    maxRestarts: own?.attempts === undefined ? retry.maxRestarts : own.attempts - 1,
    minMs,
    maxMs: Math.max(minMs, retry.maxMs),
  }
}

/** A failed command carries its platform's error inside. */
function bringsBack(error: unknown, retry: Retry | undefined): boolean {
  if (retry?.on === undefined) return true
  return (
    error instanceof BotticelliError &&
    (retry.on.includes(error.code) || (error.cause !== undefined && bringsBack(error.cause, retry)))
  )
}

function mayPass(error: unknown): boolean {
  return error instanceof BotticelliError && error.retryable
}

/** Where nothing is traced, what follows the reading of an item belongs to that item's trace all the same (P5). */
function actTask({ plan, step, knowledge }: StepTask): ActTask {
  const traceparent = activeTraceparent() ?? knowledge.item
  return {
    executionId: plan.id,
    key: step.key,
    sequence: step.sequence,
    file: plan.file,
    narrative: plan.narrative,
    act: step.act,
    extracts: step.extracts,
    inputs: plan.inputs,
    budget: budgetOf(plan, step.act),
    knowledge,
    ...(plan.model !== undefined && { model: plan.model }),
    ...(plan.bot !== undefined && { bot: plan.bot }),
    ...(plan.callerResponse !== undefined && { callerResponse: plan.callerResponse }),
    ...(traceparent !== undefined && { traceparent }),
  }
}

/** Counts the attempt. */
function begin(task: ActTask, { store, clock }: Services, first: boolean): ActRecord {
  return store.journal.begin({
    executionId: task.executionId,
    key: task.key,
    act: task.act.name,
    sequence: task.sequence,
    first,
    at: clock.now(),
    ...(task.traceparent !== undefined && { traceparent: task.traceparent }),
  })
}

/** A narrative as an input: its execution runs below the act, and its last response is what the input becomes. */
async function runNestedInput(
  input: NarrativeInput,
  key: string,
  { plan, knowledge }: StepTask,
  services: Services,
  host: Host,
  runExecution: RunExecution,
): Promise<string> {
  const loaded = services.loadNested(plan.file, input, plan.sources?.texts)
  const nested = planNested(plan, key, loaded, knowledge.previous)
  const outcome = await runExecution(nested, services, host)
  return outcome.responses.at(-1) ?? ''
}
