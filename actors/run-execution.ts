// Run execution: begins an execution in the journal, lets its actor run it, and records the end.
//
//   R1. Begun twice with the same id, it goes on where it stopped: what the journal has is not done again (P1, P2).
//   R2. An execution whose actor was taken down from outside, or which the database could not take, has not failed: it
//       stays unfinished, to be resumed.
//   R3. A run that makes content begins a trace of its own, linked to the run around it (P5).
//   R4. The end of a run is on the disk before anyone hears of it. What goes on in between, a nested run's end included,
//       may be told before it is there.

import { fromPromise } from 'xstate'
import { BotticelliError, serializeError } from '../errors.ts'
import type { Execution } from '../store/store.ts'
import type { ActorSpec } from '../supervisor/index.ts'
import { errorTypeOf } from '../telemetry/error-type.ts'
import { inSpan, type SpanOptions } from '../telemetry/spans.ts'
import { fromHere, withLogFields } from '../telemetry/surroundings.ts'
import { activeTraceparent, currentTraceContext, newTraceparent } from '../telemetry/trace-context.ts'
import { carouselMachine, type Round } from './carousel.ts'
import { checkPolicy } from './check-policy.ts'
import { executionMachine, type Stage } from './execution.ts'
import {
  type ExecutionOutcome,
  type ExecutionPlan,
  type Host,
  makesContent,
  optionsOf,
  stepsOf,
  wasTakenDown,
} from './execution-plan.ts'
import { isAlive } from './is-alive.ts'
import { linkToItem } from './item-trace.ts'
import { performStage } from './perform-stage.ts'
import type { Services } from './services.ts'

/**
 * @param alongside done in one transaction with the completion: it happens if and only if the execution completes.
 *   Must not wait.
 * @throws what the execution failed with; the journal has it by then. StoreError `execution-at-work`: another process runs it
 */
export function runExecution(
  plan: ExecutionPlan,
  services: Services,
  host: Host,
  alongside?: (outcome: ExecutionOutcome) => void,
): Promise<ExecutionOutcome> {
  const earlier = plan.isNew ? undefined : services.store.executions.find(plan.id)
  return inSpan(`invoke_workflow ${plan.narrative.key}`, spanOf(plan, earlier?.traceparent), async (span) => {
    const startedAt = services.clock.now()
    begin(plan, services, startedAt, earlier)
    try {
      checkPolicy(plan, services)
      const outcome = await host.runChild(executionSpec({ ...plan, isNew: earlier === undefined }, services))
      await complete(plan, outcome, services, alongside)
      const durationMs = services.clock.now() - startedAt
      const { acts, costUsd } = outcome
      services.onProgress({ type: 'execution.completed', ...positionOf(plan), durationMs, acts, costUsd })
      return outcome
    } catch (error) {
      if (!wasTakenDown(host, error)) {
        const item = linkToItem(span, plan.id, services.store.journal)
        await withLogFields(item, () => fail(plan, services, startedAt, error))
      }
      throw error
    }
  })
}

function spanOf(plan: ExecutionPlan, earlier: string | undefined): SpanOptions {
  const resumed = earlier === undefined ? undefined : { traceparent: earlier }
  const parent = resumed ?? (plan.parentId !== undefined && beginsTrace(plan) ? 'root' : undefined)
  return {
    attributes: {
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': plan.narrative.key,
      'botticelli.execution.id': plan.id,
      'botticelli.narrative.name': plan.narrative.name,
      'botticelli.narrative.act_count': turns(plan) ? 0 : stepsOf(plan.narrative).length,
      'botticelli.narrative.has_carousel': turns(plan),
      'botticelli.resumed': resumed !== undefined,
    },
    ...(parent !== undefined && { parent, links: [currentTraceContext()?.traceparent] }),
  }
}

/** R3. What nothing is around has one in any case: from whoever asked for it, or its own. */
function beginsTrace(plan: ExecutionPlan): boolean {
  return plan.parentId === undefined || (makesContent(plan.narrative) && !turns(plan))
}

function begin(plan: ExecutionPlan, services: Services, startedAt: number, earlier: Execution | undefined): void {
  const traceparent = activeTraceparent() ?? (beginsTrace(plan) ? newTraceparent() : undefined)
  services.store.executions.begin(
    {
      id: plan.id,
      owner: services.processId,
      file: plan.file.path,
      narrative: plan.narrative.key,
      trigger: plan.trigger,
      options: optionsOf(plan),
      startedAt,
      ...(plan.parentId !== undefined && { parentId: plan.parentId }),
      ...(plan.bot !== undefined && { bot: plan.bot }),
      ...(plan.parentId === undefined && plan.cause),
      ...(traceparent !== undefined && { traceparent }),
    },
    plan.parentId === undefined ? plan.sources : undefined,
  )
  if (earlier !== undefined && goesOn(plan, earlier, services)) {
    const isTaken = plan.asked && plan.parentId === undefined ? { isAlive } : {}
    services.store.executions.reopen(plan.id, { owner: services.processId, at: startedAt, ...isTaken })
  }
  services.onProgress({
    type: 'execution.started',
    ...positionOf(plan),
    trigger: plan.trigger,
    acts: turns(plan) ? [] : stepsOf(plan.narrative).map(({ key }) => key),
    ...plan.round,
  })
}

/** False for one that was stored a moment ago, to be given the acts of another. */
function goesOn(plan: ExecutionPlan, { status, owner }: Execution, { processId }: Services): boolean {
  return plan.resumed === true || status !== 'running' || owner !== processId
}

async function complete(
  plan: ExecutionPlan,
  outcome: ExecutionOutcome,
  services: Services,
  alongside: ((outcome: ExecutionOutcome) => void) | undefined,
): Promise<void> {
  const { store, clock } = services
  const end = { status: 'completed', at: clock.now() } as const
  if (alongside === undefined) store.executions.finish(plan.id, end)
  else {
    store.together(() => {
      store.executions.finish(plan.id, end)
      alongside(outcome)
    })
  }
  await ended(plan, services)
}

async function fail(plan: ExecutionPlan, services: Services, startedAt: number, thrown: unknown): Promise<void> {
  const at = services.clock.now()
  const error = serializeError(thrown)
  services.store.executions.finish(plan.id, { status: 'failed', error, at })
  await ended(plan, services)
  const errorType = errorTypeOf(thrown)
  services.onProgress({ type: 'execution.failed', ...positionOf(plan), durationMs: at - startedAt, error, errorType })
}

/** R4. */
async function ended({ parentId }: ExecutionPlan, { store }: Services): Promise<void> {
  if (parentId === undefined) await store.committed()
}

function positionOf({ id, parentId, narrative, bot }: ExecutionPlan) {
  return {
    id,
    narrative: narrative.key,
    ...(parentId !== undefined && { parentId }),
    ...(bot !== undefined && { bot }),
  }
}

// ---------------------------------------------------------------------------- the actor

/** A run is never started again by itself: whoever asked for it decides, and it would go on where it stopped. */
function executionSpec(plan: ExecutionPlan, services: Services): ActorSpec<ExecutionOutcome> {
  const fields = { bot: plan.bot, execution: plan.id, narrative: plan.narrative.key }
  const within = turns(plan) ? fromHere() : withLogFields(fields, fromHere)
  return {
    id: plan.parentId === undefined ? `run-${plan.id}` : plan.id.slice(plan.parentId.length + 1),
    kind: 'execution',
    restart: 'temporary',
    start: (scope) => (turns(plan) ? { input: plan, logic: carousel(scope) } : execution(scope)),
  }

  function carousel(host: Host) {
    return carouselMachine.provide({
      actors: {
        runRound: fromPromise<ExecutionOutcome | undefined, Round>(({ input }) =>
          within(() => runRound(input, services, host)),
        ),
      },
    })
  }

  function execution(host: Host) {
    const perform = (stage: Stage) => within(() => performStage(stage, services, host, runExecution))
    return { input: { plan, performStage: perform }, logic: executionMachine }
  }
}

/** True for a carousel as a whole; its rounds are executions of their own. */
function turns(plan: ExecutionPlan): boolean {
  return plan.narrative.carousel !== undefined && plan.round === undefined
}

async function runRound(
  { plan, iteration }: Round,
  services: Services,
  host: Host,
): Promise<ExecutionOutcome | undefined> {
  const { iterations = 1, continueOnError = false } = plan.narrative.carousel ?? {}
  const id = `${plan.id}/round-${iteration}`
  const round = { iteration, iterations }
  try {
    const nested = { ...plan, isNew: false, id, parentId: plan.id, trigger: 'narrative', round } as const
    return await runExecution(nested, services, host)
  } catch (error) {
    // A day that is full is full for the rounds to come as well.
    const isDayOver = error instanceof BotticelliError && error.code === 'budget-exhausted'
    if (wasTakenDown(host, error) || !continueOnError || isDayOver) throw error
    return undefined
  }
}
