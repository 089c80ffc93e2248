// Runner: the actor below which narratives run that a person asked for, and the answer that person gets.

import { fromCallback } from 'xstate'
import { BotticelliError, type SerializedError, serializeError } from '../errors.ts'
import { checkGiven } from '../narratives/variables.ts'
import type { ActorSpec, Clock, Scope } from '../supervisor/index.ts'
import { inSpan } from '../telemetry/spans.ts'
import { currentTraceContext, traceIdOf } from '../telemetry/trace-context.ts'
import type { StoredRows } from './act-task.ts'
import { begunNarrative } from './begun-narrative.ts'
import { type ExecutionOutcome, type ExecutionPlan, fromOptions, optionsOf, planOf } from './execution-plan.ts'
import { isStoreTrouble } from './insist.ts'
import { runExecution } from './run-execution.ts'
import type { Services } from './services.ts'

export interface RunRequest {
  /** Absolute path of the narrative file; not needed to resume. */
  readonly file?: string
  /** Needed where the file has several narratives. */
  readonly narrative?: string
  /** Replaces the model of every act. */
  readonly model?: string
  /** Values for variables of the narrative. */
  readonly inputs?: Readonly<Record<string, string>>
  /** Id of an execution that did not complete: it goes on at its first unfinished act. */
  readonly resume?: string
  /**
   * A new run that takes over what another one has done, up to an act where one is named: by its key, within a round
   * or a nested narrative after the keys of those, `round-2/write`. A nested execution is replayed within its run. It has the narrative that
   * the other one began with, or when `edited` is true, the narrative as its file is now.
   */
  readonly replay?: { readonly id: string; readonly fromAct?: string; readonly edited?: boolean }
  /** Of whoever asked for it: the run is part of that trace. */
  readonly traceparent?: string
  /** Ends the run: the act in progress is given up, what was journaled is kept. */
  readonly signal?: AbortSignal
}

export interface RunReport {
  /** The same as `executionId`, as lists of executions name it. */
  readonly id: string
  readonly executionId: string
  readonly status: 'completed' | 'failed' | 'cancelled'
  readonly narrative: string
  readonly durationMs: number
  /** Acts that were performed, nested ones included. */
  readonly acts: number
  /** Of the last act. */
  readonly response?: string
  /** Summed by table. */
  readonly rows: readonly StoredRows[]
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars; calls without a known price count 0. */
  readonly costUsd: number
  readonly unpriced: number
  /** Calls that are paid and gave no answer to use: broken off, or empty. Of the former the tokens are estimates. */
  readonly lost: number
  readonly traceId?: string
  readonly error?: SerializedError
}

export interface Runner {
  readonly spec: ActorSpec
  /** Runs to the end. A run that fails is a report, not a throw. */
  run(request: RunRequest): Promise<RunReport>
}

export function createRunner(services: Services): Runner {
  const started = Promise.withResolvers<Scope>()
  return {
    spec: {
      id: 'runs',
      kind: 'runner',
      start: (scope) => {
        started.resolve(scope)
        return { logic: fromCallback(() => {}) }
      },
    },
    run: async (request) => run(request, services, await started.promise),
  }
}

function run(request: RunRequest, services: Services, host: Scope): Promise<RunReport> {
  const plan = planOfRequest(request, services)
  const startedAt = services.clock.now()
  return inSpan(
    'cli run',
    {
      parent: request.traceparent === undefined ? 'root' : { traceparent: request.traceparent },
      attributes: { 'botticelli.narrative.name': plan.narrative.key },
    },
    async () => {
      const stop = () => void host.stopChild(`run-${plan.id}`)
      const isCancelled = () => isCancelledByOthers(plan.id, services)
      const watch = watchFor(isCancelled, stop, services.clock)
      request.signal?.addEventListener('abort', stop, { once: true })
      try {
        return report(plan, services, startedAt, await runExecution(plan, services, host))
      } catch (error) {
        if (error instanceof BotticelliError && error.code === 'execution-at-work') throw error
        if (request.signal?.aborted) {
          services.store.executions.finish(plan.id, { status: 'cancelled', at: services.clock.now() })
        } else if (!isCancelled()) return report(plan, services, startedAt, undefined, error)
        await services.calls.settled()
        await services.store.committed()
        return report(plan, services, startedAt, undefined, cancelled(plan))
      } finally {
        watch.end()
        request.signal?.removeEventListener('abort', stop)
      }
    },
  )
}

/** Another process says so in the database. One that cannot be read says nothing. */
function isCancelledByOthers(id: string, { store }: Services): boolean {
  try {
    return store.executions.find(id)?.status === 'cancelled'
  } catch (error) {
    if (isStoreTrouble(error)) return false
    throw error
  }
}

function watchFor(isSo: () => boolean, act: () => void, clock: Clock): { end(): void } {
  let timer = clock.setTimeout(look, LOOK_EVERY_MS)
  return { end: () => clock.clearTimeout(timer) }

  function look(): void {
    if (isSo()) act()
    else timer = clock.setTimeout(look, LOOK_EVERY_MS)
  }
}

const LOOK_EVERY_MS = 500

function cancelled({ id, narrative }: ExecutionPlan): BotticelliError {
  const message = `The run of "${narrative.key}" was cancelled; what was done is kept.`
  return new BotticelliError('run-cancelled', message, { fix: `Go on with it: botticelli run --resume ${id}` })
}

function planOfRequest(request: RunRequest, services: Services): ExecutionPlan {
  if (request.replay !== undefined) return planToReplay(request.replay, request, services)
  return request.resume === undefined ? planFor(request, services) : planToResume(request.resume, services)
}

function planToReplay(
  { id: of, fromAct: act, edited = false }: NonNullable<RunRequest['replay']>,
  { model }: RunRequest,
  services: Services,
): ExecutionPlan {
  const { store, clock } = services
  // What is nested is replayed with what is around it.
  const [root = of, ...within] = of.split('/')
  const fromAct = [...within, ...(act === undefined ? [] : [act])].join('/')
  const { file, narrative, parentId: _, bot: __, id, ...old } = planToResume(root, services, edited)
  const plan = {
    ...old,
    ...(model !== undefined && { model }),
    id: services.newId(),
    file,
    narrative,
    trigger: 'cli',
  } as const
  if (fromAct === '') return plan
  store.together(() => {
    store.executions.begin(
      {
        id: plan.id,
        owner: services.processId,
        file: file.path,
        narrative: narrative.key,
        trigger: 'cli',
        options: optionsOf(plan),
        startedAt: clock.now(),
      },
      plan.sources,
    )
    store.journal.takeOver(id, plan.id, fromAct, clock.now())
  })
  return plan
}

function planFor({ file = '', narrative, model, inputs = {} }: RunRequest, services: Services): ExecutionPlan {
  const loaded = services.loadNarrative(file, narrative)
  checkGiven(loaded.narrative, inputs)
  return planOf(loaded, {
    id: services.newId(),
    isNew: true,
    trigger: 'cli',
    inputs,
    ...(model !== undefined && { model }),
  })
}

function planToResume(id: string, services: Services, edited = false): ExecutionPlan {
  const execution = services.store.executions.find(id)
  if (execution === undefined || execution.parentId !== undefined) {
    throw new BotticelliError('execution-not-found', `There is no execution "${id}" to resume.`)
  }
  const { file, narrative, trigger, bot, options } = execution
  const loaded = edited ? services.loadNarrative(file, narrative) : begunNarrative(execution, services)
  return planOf(loaded, {
    id,
    trigger,
    asked: true,
    ...(bot !== undefined && { bot }),
    ...fromOptions(options),
  })
}

function report(
  plan: ExecutionPlan,
  services: Services,
  startedAt: number,
  outcome: ExecutionOutcome | undefined,
  error?: unknown,
): RunReport {
  const status = outcome === undefined ? endOf(plan, services) : 'completed'
  const totals = services.store.ledger.totals({ executionId: plan.id })
  const traceId = traceIdOf(currentTraceContext()?.traceparent)
  const response = outcome?.responses.at(-1)
  return {
    id: plan.id,
    executionId: plan.id,
    status,
    narrative: plan.narrative.key,
    durationMs: services.clock.now() - startedAt,
    acts: outcome?.acts ?? actsBelow(plan.id, services),
    rows: byTable(outcome?.rows ?? []),
    inputTokens: totals.inputTokens,
    outputTokens: totals.outputTokens,
    costUsd: totals.costUsd,
    unpriced: totals.unpriced,
    lost: totals.lost,
    ...(response !== undefined && { response }),
    ...(traceId !== undefined && { traceId }),
    ...(error !== undefined && { error: serializeError(error) }),
  }
}

function endOf({ id }: ExecutionPlan, { store }: Services): RunReport['status'] {
  const { status } = store.executions.find(id) ?? { status: 'failed' }
  return status === 'running' ? 'failed' : status
}

/** Acts that the journal has as completed; an act that is a whole narrative counts as the acts of that one. */
function actsBelow(id: string, services: Services): number {
  const { journal, executions } = services.store
  const nested = executions.list({ parentId: id }).map((child) => child.id)
  const own = journal.acts(id).filter(({ key, status }) => status === 'completed' && !nested.includes(`${id}/${key}`))
  return nested.reduce((sum, child) => sum + actsBelow(child, services), own.length)
}

function byTable(rows: readonly StoredRows[]): StoredRows[] {
  const tables = new Map<string, StoredRows>()
  for (const { table, stored, skipped } of rows) {
    const sum = tables.get(table) ?? { table, stored: 0, skipped: 0 }
    tables.set(table, { table, stored: sum.stored + stored, skipped: sum.skipped + skipped })
  }
  return [...tables.values()]
}
