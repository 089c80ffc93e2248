// Execution plan: what one run of one narrative is to do, and what came of it.

import type { JsonObject } from '../json.ts'
import { enterNested, type LoadedNarrative } from '../narratives/load-file.ts'
import {
  type Act,
  type Budget,
  extractsOutput,
  type Narrative,
  type NarrativeFile,
  needsModel,
} from '../narratives/narrative.ts'
import type { Sources } from '../narratives/sources.ts'
import { valuesOfVariables } from '../narratives/variables.ts'
import type { Trigger } from '../store/store.ts'
import { ActorStoppedError, type Scope } from '../supervisor/index.ts'
import type { StoredRows } from './act-task.ts'
import { isStoreTrouble } from './insist.ts'
import type { ActType } from './progress.ts'
import type { Services } from './services.ts'

export interface ExecutionPlan {
  /** A ULID; of a nested execution its parent's id, a slash and its key. */
  readonly id: string
  readonly parentId?: string
  readonly file: NarrativeFile
  readonly narrative: Narrative
  /** All that the run is made of; undefined for a narrative that came from no file. */
  readonly sources?: Sources
  readonly bot?: string
  readonly trigger: Trigger
  /** Replaces the model of every act. */
  readonly model?: string
  /** Values of the narrative's variables. */
  readonly inputs: Readonly<Record<string, string>>
  /** The smallest of what the narratives around it have. */
  readonly budget?: Budget
  /** It was interrupted, with its bot. */
  readonly resumed?: boolean
  /** A person asked for it to be resumed: it is not taken from another process that is at work on it. */
  readonly asked?: boolean
  /** Nothing of it was in the store when it began, so that the store need not be asked. */
  readonly isNew?: boolean
  /** The message that led to it, and the first of those that led to that one. */
  readonly cause?: { readonly causationId: string; readonly correlationId: string }
  /** Narratives around this one and itself, to refuse a circle. */
  readonly chain: readonly string[]
  /** Of a nested execution: the caller's latest response when it began. */
  readonly callerResponse?: string
  /** Of a carousel's rounds, from 1. */
  readonly round?: { readonly iteration: number; readonly iterations: number }
}

/** The plan of a run that nothing is around. */
export function planOf(
  { file, narrative, sources }: LoadedNarrative & Pick<ExecutionPlan, 'sources'>,
  run: Pick<ExecutionPlan, 'id' | 'isNew' | 'trigger' | 'bot' | 'model' | 'cause' | 'resumed' | 'asked'> &
    Partial<Pick<ExecutionPlan, 'inputs'>>,
): ExecutionPlan {
  const inputs = valuesOfVariables(narrative, run.inputs ?? {})
  const begun = sources === undefined ? {} : { sources }
  return { ...run, ...begun, inputs, file, narrative, chain: enterNested([], file, narrative) }
}

/** What has to be kept of a run so that it can go on in another process. */
export function optionsOf({ model, inputs }: Pick<ExecutionPlan, 'model' | 'inputs'>): JsonObject {
  return {
    ...(model !== undefined && { model }),
    ...(Object.keys(inputs).length > 0 && { inputs }),
  }
}

/** What `optionsOf` kept. */
export function fromOptions({ model, inputs }: JsonObject): Partial<Pick<ExecutionPlan, 'model' | 'inputs'>> {
  return {
    ...(typeof model === 'string' && { model }),
    ...(typeof inputs === 'object' && inputs !== null && { inputs: inputs as Readonly<Record<string, string>> }),
  }
}

/** The plan of an execution inside of another. @param key of the step, or of the step and its input */
export function planNested(
  around: ExecutionPlan,
  key: string,
  { file, narrative }: LoadedNarrative,
  callerResponse: string | undefined,
): ExecutionPlan {
  const { round: _, callerResponse: __, isNew: ___, ...plan } = around
  return {
    ...plan,
    budget: budgetOf(around),
    id: `${around.id}/${key}`,
    parentId: around.id,
    file,
    narrative,
    inputs: valuesOfVariables(narrative, around.inputs),
    trigger: 'narrative',
    chain: enterNested(around.chain, file, narrative),
    ...(callerResponse !== undefined && { callerResponse }),
  }
}

/** What the narrative, with those around it, may take of a model's limits; with an act, what that act may. */
export function budgetOf({ budget, narrative }: ExecutionPlan, act?: Act): Budget {
  const all = [budget, narrative.budget, narrative.carousel?.budget, act?.carousel?.budget].filter(
    (one) => one !== undefined,
  )
  if (all.length === 0) return WHOLE
  const least = (key: keyof Budget) => Math.min(1, ...all.map((one) => one[key]))
  return {
    rpmMultiplier: least('rpmMultiplier'),
    tpmMultiplier: least('tpmMultiplier'),
    rpdMultiplier: least('rpdMultiplier'),
  }
}

const WHOLE: Budget = { rpmMultiplier: 1, tpmMultiplier: 1, rpdMultiplier: 1 }

export interface ExecutionOutcome {
  readonly id: string
  /** Responses of the acts, in order; of a carousel those of its rounds. */
  readonly responses: readonly string[]
  readonly rows: readonly StoredRows[]
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
  /** Number of acts that were performed, nested ones included. */
  readonly acts: number
}

/** What an execution needs of the actor that it runs below. */
export type Host = Pick<Scope, 'runChild' | 'stopChild' | 'signal'>

/**
 * True if it was ended from outside, with its bot or by a person, or if the database could not take what it did: it
 * has not failed, and goes on when it is resumed. Children end before their parents, so that the host's own signal may come after the error.
 */
export function wasTakenDown(host: Host, error: unknown): boolean {
  return host.signal.aborted || error instanceof ActorStoppedError || isStoreTrouble(error)
}

/** How a step runs a nested execution. */
export type RunExecution = (plan: ExecutionPlan, services: Services, host: Host) => Promise<ExecutionOutcome>

/** One act's turn. */
export interface Step {
  readonly act: Act
  readonly type: ActType
  /** The act's name, and `#n` from its second turn on. */
  readonly key: string
  readonly sequence: number
  readonly extracts: boolean
  /** Steps next to each other with the same number are done at the same time. */
  readonly group?: number
}

/** The narrative's acts in order, an act with a carousel as often as it turns. Made once: a narrative does not change. */
export function stepsOf(narrative: Narrative): readonly Step[] {
  const known = STEPS.get(narrative)
  if (known !== undefined) return known
  const steps = makeSteps(narrative)
  STEPS.set(narrative, steps)
  return steps
}

const STEPS = new WeakMap<Narrative, readonly Step[]>()

function makeSteps(narrative: Narrative): Step[] {
  const turns = new Map<string, number>()
  const steps: Step[] = []
  for (const [index, act] of narrative.acts.entries()) {
    for (let round = 0; round < (act.carousel?.iterations ?? 1); round++) {
      const turn = (turns.get(act.name) ?? 0) + 1
      turns.set(act.name, turn)
      steps.push({
        act,
        type: typeOfAct(act),
        key: turn === 1 ? act.name : `${act.name}#${turn}`,
        sequence: steps.length,
        extracts: extractsOutput(narrative, index),
        ...(act.group !== undefined && { group: act.group }),
      })
    }
  }
  return steps
}

export function typeOfAct(act: Act): ActType {
  if (act.composes !== undefined) return 'narrative'
  return needsModel(act) ? 'model' : 'action'
}

/** True if rows come from the narrative's own acts: each run of it then makes content, and begins a trace (P5). */
export function makesContent(narrative: Narrative): boolean {
  return narrative.acts.some((_, index) => extractsOutput(narrative, index))
}
