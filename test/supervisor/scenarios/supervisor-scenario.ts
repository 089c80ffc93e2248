// Runs a row of kind `supervisor`: a tree of supervisors and of workers that start, end and stop as the row says.

import { fromPromise } from 'xstate'
import {
  type ActorSystem,
  BadInit,
  BadStart,
  type ChildSpec,
  checkChildSpecs,
  FailedToStartChild,
  type Scope,
  Shutdown,
  SpecError,
  type SpecProblem,
  type Start,
  type SupervisionEvent,
  type SupervisorSpec,
  startSystem,
} from '../../../supervisor/index.ts'
import { FakeWorld } from './fake-world.ts'
import { type Data, type Outcome, type Scenario, type Seen, UnknownWord } from './scenario.ts'

/** Ends a worker from outside. */
interface Control {
  resolve(): void
  reject(error: unknown): void
}

/** An error whose message is the reason that the row expects. */
class Failure extends Error {
  override readonly name = 'Failure'
}

const START_WORDS = ['ok', 'afterMs', 'error', 'throw', 'bad', 'info']

export async function runSupervisorScenario(scenario: Scenario): Promise<Outcome> {
  return new SupervisorRun(scenario).run()
}

class SupervisorRun {
  readonly #scenario: Scenario
  readonly #world = new FakeWorld()
  readonly #rootId: string
  /** What each further attempt to start does, by path, and the specification it comes from. */
  readonly #starts = new Map<string, { from: Data; left: Data[] }>()
  readonly #controls = new Map<string, Control>()
  /** Of the last life of each worker, by path. */
  readonly #scopes = new Map<string, Scope>()
  /** What `bad` starts gave back, to be recognised in the event. */
  readonly #bad = new Map<string, string>()
  #system: ActorSystem | undefined

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.#rootId = scenario.tree.id
  }

  async run(): Promise<Outcome> {
    const { tree, steps, expect } = this.#scenario
    const start = await this.#world.call(() => this.#startTree(tree))
    const seen: Seen[] = []
    for (const step of steps) seen.push(await this.#world.step(step, () => this.#step(step)))
    const final: Data = {}
    for (const path of Object.keys(expect.final ?? {}))
      final[path] = (await this.#world.call(() => this.#final(path))).return
    return { start, steps: seen, final }
  }

  // ------------------------------------------------------------------ the tree

  async #startTree(tree: Data): Promise<unknown> {
    const spec = this.#supervisor(tree, tree.id) as SupervisorSpec
    try {
      this.#system = await startSystem(spec, {
        clock: this.#world.clock,
        random: () => 0,
        listen: (event) => this.#hear(event),
      })
      return this.#system.record('/')?.state === 'running' ? { ok: true } : { ok: 'ignored' }
    } catch (error) {
      return startError(error, tree)
    }
  }

  #supervisor(tree: Data, path: string): SupervisorSpec {
    const { children, template, templates, period, init, maxChildren, ...rest } = tree
    const [only] = templates ?? []
    const given = template ?? (templates?.length === 1 ? only : undefined)
    return {
      ...rest,
      ...(period !== undefined && { periodMs: Number.isInteger(period) && period > 0 ? period * 1_000 : period }),
      ...(maxChildren !== undefined && maxChildren !== 'infinity' && { maxChildren }),
      ...(children !== undefined && { children: this.#children(children, path) }),
      ...(given !== undefined && { template: this.#child(given, path) }),
      ...(init !== undefined && { init: () => initResult(init) }),
    }
  }

  #children(children: Data, path: string): Data {
    return Array.isArray(children) ? children.map((child) => this.#child(child, path)) : children
  }

  /** A specification as the row has it, wrong values and all. */
  #child(child: Data, parent: string): ChildSpec {
    if (typeof child !== 'object' || child === null || Array.isArray(child)) return child
    const path = `${parent}/${child.id}`
    if ('strategy' in child) return this.#supervisor(child, path) as ChildSpec
    const { start = ['ok'], onShutdown, ...rest } = child
    if (start === 'missing') return rest
    if (typeof start === 'string') return { ...rest, start }
    return {
      kind: 'worker',
      ...rest,
      start: (scope: Scope, args: Data = {}) =>
        this.#startWorker(scope, { start: args.start ?? start, onShutdown: args.onShutdown ?? onShutdown }),
    }
  }

  // ------------------------------------------------------------------ a worker

  async #startWorker(scope: Scope, { start, onShutdown }: Data): Promise<Start | 'ignore'> {
    const path = this.#rowPath(scope.path)
    const known = this.#starts.get(path)
    // What `setStart` said of a child that never ran holds for whatever specification it gets.
    const goesOn = known !== undefined && (known.from === undefined || known.from === start)
    const attempts = goesOn ? known : { from: start, left: [...start] }
    attempts.from = start
    this.#starts.set(path, attempts)
    const attempt = attempts.left.length > 1 ? attempts.left.shift() : attempts.left[0]
    if (attempt === 'ignore') return 'ignore'
    const { afterMs, error, throw: thrown, bad, info } = this.#attempt(attempt)
    if (afterMs !== undefined) await this.#world.wait(afterMs)
    if (error !== undefined || thrown !== undefined) throw new Failure(error ?? thrown)
    if (bad !== undefined) {
      this.#bad.set(path, bad)
      return bad
    }
    const life = Promise.withResolvers<void>()
    this.#controls.set(path, life)
    this.#scopes.set(path, scope)
    if (onShutdown !== undefined && onShutdown !== 'exit') {
      scope.onShutdown(() => this.#onShutdown(onShutdown, scope, path))
    }
    return { logic: fromPromise(() => life.promise), ...(info !== undefined && { info }) }
  }

  #attempt(attempt: Data): Data {
    if (attempt === 'ok') return {}
    const known = Object.keys(attempt).every((key) => START_WORDS.includes(key))
    if (typeof attempt !== 'object' || !known) throw this.#world.fault(new UnknownWord('start', attempt))
    return attempt
  }

  async #onShutdown(what: Data, scope: Scope, path: string): Promise<void> {
    if (what === 'hang') return new Promise(() => {})
    if (what.afterMs === undefined && what.exitWith === undefined) {
      throw this.#world.fault(new UnknownWord('onShutdown', what))
    }
    if (what.afterMs !== undefined) await this.#world.wait(what.afterMs)
    if (what.exitWith === undefined) return
    this.#exit(path, what.exitWith, scope.path)
    await new Promise(() => {})
  }

  #exit(path: string, reason: string, address = this.#address(path)): void {
    const [word, ...rest] = reason.split(':')
    const why = rest.join(':')
    const control = this.#controls.get(path)
    if (word === 'killed') this.#system?.kill(address)
    else if (word === 'normal') control?.resolve()
    else if (word === 'shutdown') control?.reject(new Shutdown(why === '' ? undefined : why))
    else if (word === 'error') control?.reject(new Failure(why))
    else throw this.#world.fault(new UnknownWord('reason', reason))
  }

  // ------------------------------------------------------------------ steps

  async #step(step: Data): Promise<unknown> {
    const system = this.#system
    switch (step.do) {
      case 'exit':
        return this.#exit(step.child, step.reason)
      case 'exitTogether':
        for (const child of step.children) this.#exit(child, step.reason)
        return undefined
      case 'setStart':
        this.#starts.set(step.child, { from: this.#starts.get(step.child)?.from, left: [...step.start] })
        return undefined
      case 'stop':
        return this.#stop(step)
      case 'kill':
        return system?.kill(this.#address(step.sup))
      case 'foreignExit':
      case 'foreignMessage':
      case 'linkAndDie':
        // Nothing but a message can reach a supervisor from a stranger.
        system?.tell(this.#address(step.sup), { type: `stranger.${step.do}` })
        return undefined
      case 'unlinkParent':
        return this.#scopes.get(step.child)?.detach()
      case 'reload':
        return this.#reload(step)
      case 'call':
        return this.#call(step)
      default:
        throw new UnknownWord('step', step.do)
    }
  }

  async #stop({ sup, reason = 'shutdown' }: Data): Promise<unknown> {
    const system = this.#system!
    if (system.record(this.#address(sup))?.state !== 'running') return { error: 'noproc' }
    const [word, why] = reason.split(':')
    const exit =
      word === 'normal'
        ? ({ is: 'normal' } as const)
        : word === 'killed'
          ? ({ is: 'killed' } as const)
          : word === 'error'
            ? ({ is: 'error', error: Object.assign(new Error(why), { name: why }) } as const)
            : ({ is: 'shutdown', ...(why !== undefined && { why }) } as const)
    if (this.#address(sup) === '/') await system.stop({ exit })
    else await system.stopActor(this.#address(sup), exit)
    return { exited: reason }
  }

  async #reload({ sup, tree }: Data): Promise<unknown> {
    const outcome = await this.#system!.reload(this.#address(sup), this.#supervisor(tree, sup))
    return callError(outcome, tree) ?? outcome
  }

  async #call(step: Data): Promise<unknown> {
    const { op, child, spec } = step
    const system = this.#system!
    const sup = this.#address(step.sup)
    switch (op) {
      case 'start_child': {
        const given = step.as === undefined ? this.#child(spec, step.sup) : { id: step.as, args: step }
        return started(await system.startChild(sup, given))
      }
      case 'restart_child':
        return started(await system.restartChild(sup, child))
      case 'terminate_child': {
        if (step.by === 'pid' && !(await this.#isSimple(sup))) return { error: 'not_found' }
        // A process that belongs to somebody else: no child of this supervisor has such a name.
        const outcome = await system.terminateChild(sup, step.by === 'foreign' ? `${child} of another` : child)
        return callError(outcome) ?? outcome
      }
      case 'delete_child': {
        const outcome = await system.deleteChild(sup, child)
        return callError(outcome) ?? outcome
      }
      case 'count_children':
        return this.#counts(sup)
      case 'which_children':
        return this.#which(sup)
      case 'get_childspec': {
        const found = await system.childSpec(sup, child)
        return 'error' in found ? callError(found) : { spec: found }
      }
      case 'check_childspecs': {
        const specs = this.#children(step.specs, 'check')
        const problem = checkChildSpecs(specs, step.autoShutdown)
        return problem ? specError(problem) : { ok: true }
      }
      default:
        throw new UnknownWord('call', op)
    }
  }

  async #isSimple(sup: string): Promise<boolean> {
    return this.#system!.record(sup)?.supervisor?.strategy === 'simple_one_for_one'
  }

  async #counts(sup: string): Promise<unknown> {
    const counts = await this.#system!.countChildren(sup)
    if ('error' in counts) return callError(counts)
    return { counts: [counts.specs, counts.active, counts.supervisors, counts.workers] }
  }

  async #which(sup: string): Promise<unknown> {
    const children = await this.#system!.whichChildren(sup)
    if ('error' in children) return callError(children)
    const rows = children.map(({ id, is, incarnation }) => (is === 'running' ? [id, is, incarnation] : [id, is]))
    return { children: (await this.#isSimple(sup)) ? rows.sort() : rows }
  }

  async #final(path: string): Promise<unknown> {
    const sup = this.#address(path)
    const which = (await this.#system?.whichChildren(sup)) ?? { error: 'noproc' }
    if ('error' in which) return { status: 'dead' }
    return { status: 'alive', ...((await this.#which(sup)) as object), ...((await this.#counts(sup)) as object) }
  }

  // ------------------------------------------------------------------ names

  #address(path: string): string {
    return path === this.#rootId ? '/' : path.slice(this.#rootId.length)
  }

  #rowPath(address: string): string {
    return address === '/' ? this.#rootId : `${this.#rootId}${address}`
  }

  #hear(event: SupervisionEvent): void {
    const path = this.#rowPath(event.path)
    const name = `${path}#${event.incarnation}`
    if (event.type === 'started') this.#world.see(`start:${name}`)
    else if (event.type === 'crashed') this.#world.see(`exit:${name}:error:${event.error.message}`)
    else if (event.type === 'stopped') this.#world.see(`exit:${name}:${event.reason}`)
    else if (event.type === 'ignored') this.#world.see(`ignore:${path}`)
    else if (event.type === 'start-failed')
      this.#world.see(`fail:${path}:${this.#bad.get(path) ?? event.error.message}`)
    if (event.type === 'start-failed') this.#bad.delete(path)
  }
}

function initResult(init: string): 'ignore' {
  if (init === 'throw') throw new Failure('boom')
  return init as 'ignore'
}

function startError(error: unknown, tree: Data): unknown {
  if (error instanceof SpecError) return specError(error.details, tree)
  if (error instanceof BadInit) return { error: 'bad_return' }
  if (!(error instanceof FailedToStartChild)) return { error: 'start_failed', reason: reasonOf(error) }
  return { error: 'failed_to_start_child', child: error.child, reason: reasonOf(error.cause) }
}

function reasonOf(error: unknown): unknown {
  if (error instanceof FailedToStartChild) return error.exit
  if (error instanceof BadStart) return error.given
  return error instanceof Error ? error.message : error
}

function specError({ problem, value, in: where }: SpecProblem, tree?: Data): unknown {
  const templates = tree?.templates?.length
  if (problem === 'bad_start_spec') return { error: problem, templates }
  if (problem === 'simple_needs_exactly_one_template') return { error: problem, in: where, templates }
  return { error: problem, ...(where && { in: where }), ...(value !== undefined && { value }) }
}

function callError(outcome: object, tree?: Data): unknown {
  if (!('error' in outcome)) return undefined
  if (outcome.error === 'spec') return specError((outcome as unknown as { problem: SpecProblem }).problem, tree)
  if (outcome.error === 'start_failed') {
    return { error: 'start_failed', reason: reasonOf((outcome as unknown as { reason: unknown }).reason) }
  }
  return { error: outcome.error }
}

function started(outcome: Data): unknown {
  if (outcome.ok !== 'child') return callError(outcome) ?? outcome
  return { ok: 'child', inc: outcome.incarnation, ...(outcome.info !== undefined && { info: outcome.info }) }
}
