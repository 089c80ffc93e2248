// Runs a row of kind `actor`: machines that do what the texts sent to them say.
//
// Each actor of the row has a supervisor of its own that never restarts it, so that starts do not wait for each other
// and what is seen is the actor's own policy.

import { assign, fromPromise, setup } from 'xstate'
import {
  type ActorSpec,
  type ActorSystem,
  type Message,
  POLICY_ACTIONS,
  type PolicyRule,
  type Scope,
  type Start,
  type SupervisionEvent,
  startSystem,
  type Terminated,
} from '../../../supervisor/index.ts'
import { FakeWorld } from './fake-world.ts'
import { type Data, type Outcome, type Scenario, type Seen, UnknownWord } from './scenario.ts'

interface Text extends Message {
  readonly type: 'text'
  readonly text: string
}

/** An error whose name is the type that the row expects. */
class Failure extends Error {
  constructor(type: string) {
    super(type)
    this.name = type
  }
}

const OVERFLOWS: Readonly<Record<string, 'reject' | 'drop-oldest' | 'drop-newest'>> = {
  reject: 'reject',
  dropOldest: 'drop-oldest',
  dropNewest: 'drop-newest',
}

const START_WORDS = ['ok', 'afterMs', 'error', 'throw', 'bad', 'info', 'errorAfterChildren']

/** What there is to say of an actor that is gone. */
const NO_RECORD = { restarts: 0, consecutiveFailures: 0, mailbox: { depth: 0 } }

export async function runActorScenario(scenario: Scenario): Promise<Outcome> {
  return new ActorRun(scenario).run()
}

class ActorRun {
  readonly #scenario: Scenario
  readonly #world = new FakeWorld()
  readonly #starts = new Map<string, Data[]>()
  readonly #scopes = new Map<string, Scope>()
  readonly #blocks = new Map<string, PromiseWithResolvers<void>>()
  readonly #failedOnce = new Set<string>()
  /** What the last start gave back that is no start, to be recognised in the event. */
  readonly #bad = new Map<string, string>()
  #system!: ActorSystem

  constructor(scenario: Scenario) {
    this.#scenario = scenario
  }

  async run(): Promise<Outcome> {
    const { tree, steps, expect } = this.#scenario
    const start = await this.#world.call(() => this.#startActors(tree.actors))
    const seen: Seen[] = []
    for (const step of steps) seen.push(await this.#world.step(step, () => this.#step(step)))
    const final: Data = {}
    for (const path of Object.keys(expect.final ?? {})) final[path] = this.#final(path)
    return { start, steps: seen, final }
  }

  async #startActors(actors: readonly Data[]): Promise<void> {
    const children = actors.map(({ id }) => ({ id, strategy: 'one_for_one' as const, children: [] }))
    this.#system = await startSystem(
      { id: this.#scenario.tree.id, strategy: 'one_for_one', children },
      { clock: this.#world.clock, random: () => 0, listen: (event) => this.#hear(event) },
    )
    // Not waited for: messages may be sent to an actor that is still starting.
    for (const actor of actors) void this.#system.startChild(`/${actor.id}`, this.#actor(actor))
  }

  // ------------------------------------------------------------------ an actor

  #actor(actor: Data): ActorSpec {
    const { id, policy = [], mailbox, redeliver, healthyAfterMs, hooks, stopMs } = actor
    if (mailbox?.overflow !== undefined && OVERFLOWS[mailbox.overflow] === undefined) {
      throw this.#world.fault(new UnknownWord('overflow', mailbox.overflow))
    }
    return {
      id,
      kind: 'actor',
      restart: 'temporary',
      // A stop waits for the handler that runs, however long that takes.
      shutdown: 'infinity',
      policy: policy.map(ruleOf),
      redeliver: redeliver ?? false,
      ...(mailbox && {
        mailbox: {
          ...(mailbox.capacity !== undefined && { capacity: mailbox.capacity }),
          ...(mailbox.overflow !== undefined && { overflow: OVERFLOWS[mailbox.overflow] }),
        },
      }),
      ...(healthyAfterMs !== undefined && { healthyAfterMs }),
      ...(hooks?.beforeRestart && {
        beforeRestart: (_error: unknown, incarnation: number) => {
          this.#world.see(`hook:${this.#pathOf(id)}#${incarnation}:beforeRestart`)
          if (hooks.beforeRestart === 'throw') throw new Failure('hook')
        },
      }),
      start: (scope) => this.#start(scope, actor, stopMs),
    }
  }

  async #start(scope: Scope, actor: Data, stopMs: number | undefined): Promise<Start | 'ignore'> {
    const path = rowPath(scope.path)
    const attempts = this.#starts.get(path) ?? [...(actor.start ?? ['ok'])]
    this.#starts.set(path, attempts)
    const attempt = attempts.length > 1 ? attempts.shift() : attempts[0]
    if (attempt === 'ignore') return 'ignore'
    const { afterMs, error, throw: thrown, bad, errorAfterChildren } = this.#attempt(attempt)
    if (afterMs !== undefined) await this.#world.wait(afterMs)
    if (errorAfterChildren !== undefined) {
      for (const child of actor.children ?? []) await scope.startChild(this.#actor(child))
      throw new Failure(errorAfterChildren)
    }
    if (error !== undefined || thrown !== undefined) throw new Failure(error ?? thrown)
    if (bad !== undefined) {
      this.#bad.set(path, bad)
      return bad
    }
    this.#bad.delete(path)
    this.#scopes.set(path, scope)
    if (stopMs !== undefined) scope.onShutdown(() => this.#world.wait(stopMs))
    return { logic: this.#machine(scope, actor) }
  }

  #attempt(attempt: Data): Data {
    if (attempt === 'ok') return {}
    const known = Object.keys(attempt).every((key) => START_WORDS.includes(key))
    if (typeof attempt !== 'object' || !known) throw this.#world.fault(new UnknownWord('start', attempt))
    return attempt
  }

  #machine(scope: Scope, actor: Data) {
    const startChildren = () => {
      for (const child of actor.children ?? []) void scope.startChild(this.#actor(child))
    }
    const machine = setup({
      types: {} as { context: { count: number }; events: Text | Terminated },
      actors: { work: fromPromise(({ input }: { input: string }) => this.#work(scope, input)) },
      actions: {
        perform: assign(({ context, event }) => ({ count: this.#perform(scope, (event as Text).text, context.count) })),
        seeDeath: ({ event }) => {
          const { path, reason } = event as Terminated
          this.#world.see(`term:${rowPath(scope.path)}:${rowPath(path)}:${reason}`)
        },
      },
      guards: {
        ends: ({ event }) => (event as Text).text === 'stop',
        takesTime: ({ event }) => /^(block|work):/.test((event as Text).text),
      },
    })
    return machine.createMachine({
      context: { count: 0 },
      entry: startChildren,
      initial: 'ready',
      states: {
        ready: {
          tags: 'ready',
          on: {
            text: [
              { guard: 'ends', target: 'ended' },
              { guard: 'takesTime', target: 'working' },
              { actions: 'perform' },
            ],
            ...(actor.handlesTermination === false ? {} : { 'actor.terminated': { actions: 'seeDeath' } }),
          },
        },
        working: { invoke: { src: 'work', input: ({ event }) => (event as Text).text, onDone: 'ready' } },
        ended: { type: 'final' },
      },
    })
  }

  async #work(scope: Scope, text: string): Promise<void> {
    const [verb, ...args] = text.split(':')
    if (verb === 'block') {
      const block = Promise.withResolvers<void>()
      this.#blocks.set(args[0]!, block)
      return block.promise
    }
    await new Promise<void>((resolve) => scope.clock.setTimeout(resolve, Number(args[0])))
    this.#see(scope, 'pong', args[1]!)
  }

  /** Does what the text says; returns the new count. */
  #perform(scope: Scope, text: string, count: number): number {
    const [verb, first = '', ...rest] = text.split(':')
    switch (verb) {
      case 'inc':
        return count + 1
      case 'get':
        this.#see(scope, 'state', String(count))
        return count
      case 'ping':
        this.#see(scope, 'pong', first)
        return count
      case 'fail':
        throw new Failure(first)
      case 'failOnce':
        if (!this.#failedOnce.has(text)) {
          this.#failedOnce.add(text)
          throw new Failure(rest.join(':'))
        }
        this.#see(scope, 'pong', first)
        return count
      case 'timer':
        scope.clock.setTimeout(
          () => scope.tell(scope.path, { type: 'text', text: rest.join(':') } as Text),
          Number(first),
        )
        return count
      case 'children':
        this.#see(scope, 'children', scope.children().join(','))
        return count
      case 'spawn':
        void scope.startChild(this.#actor({ id: first, ...(rest[0] !== undefined && { stopMs: Number(rest[0]) }) }))
        return count
      case 'watch':
        scope.watch(address(first))
        return count
      case 'unwatch':
        scope.unwatch(address(first))
        return count
      case 'watchWith':
        scope.watch(address(first), { type: 'text', text: rest.join(':') } as Text)
        return count
      default:
        throw this.#world.fault(new UnknownWord('message', text))
    }
  }

  #see(scope: Scope, what: string, value: string): void {
    this.#world.see(`${what}:${rowPath(scope.path)}#${scope.incarnation}:${value}`)
  }

  #pathOf(id: string): string {
    const record = [...this.#system.records()].find((one) => one.path.endsWith(`/${id}`) && one.kind === 'actor')
    return rowPath(record?.path ?? id)
  }

  // ------------------------------------------------------------------ steps

  async #step(step: Data): Promise<unknown> {
    switch (step.do) {
      case 'send':
        return this.#send(step)
      case 'release':
        if (!this.#blocks.has(step.key)) throw new UnknownWord('block', step.key)
        this.#blocks.get(step.key)?.resolve()
        return undefined
      case 'stopActor':
        // Not waited for: the running handler comes first, and may need a later step.
        void this.#system.stopActor(address(step.actor))
        return undefined
      case 'drainActor':
        return this.#system.drainActor(address(step.actor))
      case 'killActor':
        return this.#system.kill(address(step.actor))
      case 'spawn': {
        const outcome = await this.#scopes.get(step.parent)!.startChild(this.#actor(step.spec))
        if (outcome.is !== 'failed') return { ok: true }
        return { error: 'start_failed', reason: (outcome.error as Error).message }
      }
      case 'stats': {
        const { restarts, consecutiveFailures, mailbox } = this.#system.record(address(step.actor)) ?? NO_RECORD
        return { restarts, consecutiveFailures, mailboxDepth: mailbox.depth }
      }
      default:
        throw new UnknownWord('step', step.do)
    }
  }

  #send({ to, msgs }: Data): unknown {
    let refused: unknown
    for (const msg of msgs as string[]) {
      const control = msg.startsWith('ctl:')
      const message: Text = { type: 'text', text: control ? msg.slice(4) : msg }
      const outcome = this.#system.tell(address(to), message, { control })
      const rejects = this.#find(to)?.mailbox?.overflow === 'reject'
      if (!outcome.accepted && outcome.reason === 'full' && rejects) refused = { error: 'mailbox_full' }
    }
    return refused
  }

  #find(path: string): Data {
    const [first, ...below] = path.split('/')
    let found = this.#scenario.tree.actors.find(({ id }: Data) => id === first)
    for (const id of below) found = found?.children?.find((child: Data) => child.id === id)
    return found
  }

  #final(path: string): string {
    const record = this.#system.record(address(path))
    return record === undefined || record.state === 'stopped' ? 'stopped' : `${record.state}#${record.incarnation}`
  }

  // ------------------------------------------------------------------ events

  #hear(event: SupervisionEvent): void {
    if (event.type === 'dead-letter') {
      const { to, message, reason } = event.letter
      this.#world.see(`dead:${rowPath(to)}:${(message as unknown as Text).text ?? message.type}:${reason}`)
      return
    }
    if (event.kind !== 'actor') return
    const path = rowPath(event.path)
    const name = `${path}#${event.incarnation}`
    const errorName = 'error' in event ? (this.#bad.get(path) ?? event.error?.name) : undefined
    if (event.type === 'started') this.#world.see(`start:${name}`)
    else if (event.type === 'crashed') {
      this.#world.see(`${event.decision === 'restart' ? 'down' : 'exit'}:${name}:error:${errorName}`)
    } else if (event.type === 'stopped') this.#world.see(`exit:${name}:${event.reason}`)
    else if (event.type === 'resumed') this.#world.see(`resume:${name}:${event.error.name}`)
    else if (event.type === 'escalated') this.#world.see(`escalate:${name}:error:${event.error?.name}`)
    else if (event.type === 'start-failed') this.#world.see(`fail:${path}:${errorName}`)
  }
}

function ruleOf({ on, do: action, maxRestarts, withinMs, backoff, stopChildren, stash }: Data): PolicyRule {
  if (!(POLICY_ACTIONS as readonly string[]).includes(action)) throw new UnknownWord('policy', action)
  return {
    on,
    do: action,
    ...(maxRestarts !== undefined && { limit: { maxRestarts, ...(withinMs !== undefined && { withinMs }) } }),
    ...(backoff && { backoff: { jitter: 0, ...backoff } }),
    ...(stopChildren !== undefined && { stopChildren }),
    ...(stash !== undefined && { stash }),
  }
}

/** `a/c` of the row lives at `/a/a/c`: below the supervisor of its own that `a` has. */
function address(path: string): string {
  return `/${path.split('/')[0]}/${path}`
}

function rowPath(path: string): string {
  return path.split('/').slice(2).join('/')
}
