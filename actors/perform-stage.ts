// Perform stage: has the steps of one stage done, those of a group at the same time.
//
//   T1. No more steps at once than the narrative allows; they begin in the order of the toc.
//   T2. The first failure ends the group: what has not begun does not begin, what runs is taken down. What was
//       journaled by then is kept, and not done again when the execution goes on.

import { ActorStoppedError } from '../supervisor/index.ts'
import type { Stage, StepResult } from './execution.ts'
import type { Host, RunExecution, Step } from './execution-plan.ts'
import { performStep } from './perform-step.ts'
import type { Services } from './services.ts'

/** How many steps of a group are done at once where the narrative says nothing. */
const DEFAULT_PARALLEL = 4

/** @returns in the order of the toc @throws what the first step failed with */
export async function performStage(
  stage: Stage,
  services: Services,
  host: Host,
  runExecution: RunExecution,
): Promise<readonly StepResult[]> {
  const { steps, plan, total, knowledge } = stage
  if (steps.length > 1) return performGroup(stage, services, host, runExecution)
  return [await performStep({ plan, step: steps[0]!, total, knowledge }, services, host, runExecution)]
}

async function performGroup(
  { steps, ...stage }: Stage,
  services: Services,
  host: Host,
  runExecution: RunExecution,
): Promise<readonly StepResult[]> {
  const waiting = [...steps]
  const running = new Set<Step>()
  const results = new Map<Step, StepResult>()
  let failure: { readonly error: unknown } | undefined
  /** A step that has yet to start its actor when another one fails does not start it. */
  const groupHost: Host = {
    signal: host.signal,
    stopChild: (id) => host.stopChild(id),
    runChild: (spec) => (failure === undefined ? host.runChild(spec) : Promise.reject(endedWith(spec.id))),
  }

  /** Does one step after another. */
  async function work(): Promise<void> {
    for (let step = waiting.shift(); step !== undefined && failure === undefined; step = waiting.shift()) {
      running.add(step)
      try {
        results.set(step, await performStep({ ...stage, step }, services, groupHost, runExecution))
      } catch (error) {
        failure ??= { error }
      } finally {
        running.delete(step)
      }
      if (failure !== undefined) await Promise.all([...running].map(({ key }) => host.stopChild(key)))
    }
  }

  const limit = stage.plan.narrative.parallel ?? DEFAULT_PARALLEL
  await Promise.all(Array.from({ length: Math.min(limit, steps.length) }, work))
  if (failure !== undefined) throw failure.error
  return steps.map((step) => results.get(step)!)
}

function endedWith(id: string): ActorStoppedError {
  return new ActorStoppedError('actor-stopped', `${id} did not begin: another act of its group failed.`)
}
