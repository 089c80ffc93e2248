// Actor cell: the address of one actor, from the start of a life to its end and on to the next.
//
// Owns the way from an error to what is done about it, and the way to the end. How a life begins is ignition.ts, messages
// are delivery.ts, the rules for errors own-rules.ts; an error without a rule is the host's business.
//
//   A1. At most one life runs at a time; what was planned for an earlier one is off when the epoch changes.
//   A2. An end is told to the host once, when the children below have ended.
//   A3. Whatever goes wrong in a start, a message, a timer or a store is a failed start or a crash, never more.

import type { Context } from '@opentelemetry/api'
import type { AnyActorRef, Snapshot } from 'xstate'
import { serializeError } from '../errors.ts'
import { BaseCell } from './base-cell.ts'
import type { Cell, Escalation, Host, Runtime, Soon } from './cell.ts'
import { type ActorSpec, type ChildSpec, type Start, type StartOutcome, shutdownOf } from './child-spec.ts'
import { Delivery, type Receiver } from './delivery.ts'
import { describeExit, type Exit, exitOf, KILLED, NORMAL } from './exit.ts'
import { Family } from './family.ts'
import type { Fault } from './faults.ts'
import { type Ignited, Ignition } from './ignition.ts'
import { KeptSnapshot } from './kept-snapshot.ts'
import type { Life } from './life.ts'
import { handlesShutdown, SHUTDOWN_EVENT } from './logic-facts.ts'
import type { DeadLetterReason, Delivered, Meta } from './message.ts'
import { OwnRules, rulesOf } from './own-rules.ts'
import { type ActorRecord, dottedValue } from './record.ts'
import type { PolicyAction, PolicyRule, ShutdownTime } from './spec-words.ts'
import { ActorStoppedError } from './supervision-error.ts'
import { type Crash, traceRestart } from './trace-context.ts'
import { deafParent, stopActor } from './xstate-internals.ts'

export class ActorCell extends BaseCell implements Host, Receiver, Ignited {
  spec: ActorSpec
  readonly kind: string
  /** The incarnation that runs. */
  life: Life | undefined
  /** The last incarnation that detached itself from the supervisor. */
  detached: number | undefined
  #rules: OwnRules | undefined
  /** Its mailbox, and the message in hand. */
  readonly delivery: Delivery
  readonly #kept: KeptSnapshot | undefined
  #family: Family | undefined
  readonly #ignition: Ignition
  #isTask = false
  /** Down between two lives by its own rule, or because it passed its error up. */
  #down = false
  /** Changes when whatever was planned for later is off. */
  #epoch = 0
  #stopping: { readonly done: Promise<void>; readonly resolve: () => void } | undefined
  /** Where a rule may say `resume`: what the life was started with. */
  #resumable: Start | undefined
  /** Kept while somebody collects spans, for that of the restart. */
  #crash: Crash | undefined
  readonly #mayResume: boolean

  constructor(runtime: Runtime, host: Host, path: string, spec: ActorSpec, args: unknown) {
    super(runtime, host, path)
    this.spec = spec
    this.kind = spec.kind
    const rules = rulesOf(spec, host instanceof ActorCell)
    this.#rules = rules && new OwnRules(this, rules)
    this.#mayResume = spec.policy?.some((rule) => rule.do === 'resume' || rule.do === 'escalate') ?? false
    this.delivery = new Delivery(runtime, this, this.#mayResume)
    if (spec.snapshot && runtime.snapshots) {
      this.#kept = new KeptSnapshot(runtime, path, spec.snapshot.version, (body) => this.publish(body))
    }
    this.#ignition = new Ignition(this, args, this.#kept)
  }

  /** Mailbox, breaker, limit on silence and kept state are those of the path, and stay as they are. */
  respecify(spec: ChildSpec): void {
    this.spec = spec as ActorSpec
    const rules = rulesOf(this.spec, this.host instanceof ActorCell)
    if (this.#rules && rules) this.#rules.rules = rules
    else this.#rules = rules && new OwnRules(this, rules)
  }

  get alive(): boolean {
    return this.life !== undefined
  }

  get cause(): Meta | undefined {
    return this.delivery.meta
  }

  get ref(): AnyActorRef | undefined {
    return this.life?.ref
  }

  override get isDetached(): boolean {
    return this.detached === this.incarnation
  }

  /** Runs this cell's starts inside the trace of whoever asked for the child. @param isTask somebody waits for its end */
  inContext(context: Context | undefined, isTask: boolean): void {
    this.#ignition.context = context
    this.#isTask = isTask
  }

  // ------------------------------------------------------------------ start

  start(): Soon<StartOutcome> {
    const epoch = this.#epoch
    const outcome = this.#open() ?? this.#attempt()
    if (this.#rules === undefined) return outcome
    return outcome instanceof Promise
      ? outcome.then((settled) => this.#orRetry(settled, epoch))
      : this.#orRetry(outcome, epoch)
  }

  #open(): StartOutcome | undefined {
    try {
      this.delivery.open()
      return undefined
    } catch (error) {
      return { is: 'failed', error }
    }
  }

  #attempt(): Soon<StartOutcome> {
    this.state = this.#ignition.hasStarted ? 'restarting' : 'starting'
    return this.#ignition.attempt()
  }

  started(life: Life, ref: AnyActorRef, start: Start): StartOutcome {
    const again = this.#ignition.hasStarted
    this.#ignition.hasStarted = true
    this.#down = false
    this.delivery.intake.stash = undefined
    this.life = life
    this.incarnation = life.incarnation
    this.startedAt = this.runtime.clock.now()
    this.state = 'running'
    if (again) this.restarts++
    this.publish({ type: 'started' })
    if (again) this.publish({ type: 'restarted', restarts: this.restarts })
    this.#traceRestart()
    const snapshot = ref.getSnapshot() as Snapshot<unknown>
    if (this.#mayResume) {
      this.#resumable = start
      this.delivery.before = snapshot
    }
    if (snapshot.status === 'done') this.done(life, snapshot.output)
    else {
      if (life.takesMessagesIn(snapshot)) this.delivery.nowReady(life)
      if (this.#isTask || !life.ready) this.delivery.atWork(this.#isTask)
    }
    return start.info === undefined ? STARTED : { is: 'started', info: start.info }
  }

  #traceRestart(): void {
    const { clock, tracer } = this.runtime
    const crash = this.#crash
    this.#crash = undefined
    if (tracer && crash) traceRestart(tracer, this.path, this.kind, this.restarts, crash, clock.now())
  }

  ignored(life: Life): StartOutcome {
    life.end(undefined)
    this.state = 'stopped'
    this.publish({ type: 'ignored' })
    return { is: 'ignored' }
  }

  startFailed(_life: Life, error: unknown): Soon<StartOutcome> {
    return this.#afterChildren((): StartOutcome => {
      this.failedWith(error)
      if (this.runtime.observed) this.publish({ type: 'start-failed', error: serializeError(error) })
      return { is: 'failed', error }
    })
  }

  /** A first start that failed is tried again by a rule that has a limit or a back-off, and given up otherwise. */
  #orRetry(outcome: StartOutcome, epoch: number): Soon<StartOutcome> {
    if (outcome.is !== 'failed' || epoch !== this.#epoch) return outcome
    const rule = this.#rules?.ruleFor(outcome.error)
    const retries = rule?.do === 'restart' && (rule.limit !== undefined || rule.backoff !== undefined)
    if (!retries || !this.#rules?.allow(rule)) {
      this.#publishCrash(outcome.error, 'stop')
      return outcome
    }
    return this.#rules!.wait(rule, 'start_retry').then(() =>
      epoch === this.#epoch ? Promise.resolve(this.#attempt()).then((next) => this.#orRetry(next, epoch)) : outcome,
    )
  }

  // ------------------------------------------------------------------ what the delivery reports

  atRest({ ref }: Life): void {
    if (this.#kept === undefined || ref === undefined) return
    try {
      this.#kept.save(ref)
    } catch (error) {
      if (this.life) this.fail(this.life, error)
    }
  }

  /** A sign of life of a child is one of its parent. */
  madeProgress(): void {
    if (this.host instanceof ActorCell) this.host.delivery.beat()
  }

  drained(): void {
    void this.stop(NORMAL, shutdownOf(this.spec))
  }

  lostError(error: unknown): void {
    this.fault('inbox', error)
  }

  lettersDied(message: Delivered, reason: DeadLetterReason, thrown: readonly unknown[]): void {
    this.runtime.deadLetter(this.path, message, reason, thrown.map(serializeError), this)
  }

  // ------------------------------------------------------------------ what the life reports

  /** The XState actor has a new snapshot, and nobody is sending to it. */
  changed(life: Life, snapshot: Snapshot<unknown>): void {
    if (life === this.life) this.delivery.changed(life, snapshot)
  }

  /** The XState actor has reached its end. */
  done(life: Life, output: unknown): void {
    this.#leaveLife(life)
    life.end(undefined)
    this.delivery.endedNormally()
    this.#forgetSnapshot()
    this.#afterChildren(() => this.#ended(output === undefined ? NORMAL : { is: 'normal', output }))
  }

  /** The XState actor has failed by itself. */
  failed(life: Life, error: unknown): void {
    this.#leaveLife(life)
    const exit = exitOf(error)
    if (exit.is === 'error') {
      this.#decide(life, error)
      return
    }
    life.end(error)
    this.delivery.dropHand()
    this.#afterChildren(() => this.#ended(exit))
  }

  /** Crashes the actor for a reason outside its own logic: a deadline, a hang, a death pact, a child's error. */
  fail(life: Life, error: unknown): void {
    if (life !== this.life) return
    this.#leaveLife(life)
    if (life.ref) stopActor(life.ref)
    this.#decide(life, error)
  }

  /** Nothing more is given to this life. It is not over: a rule may say that it goes on. */
  #leaveLife(life: Life): void {
    this.life = undefined
    if (this.state === 'running') this.state = 'restarting'
    life.leave()
    this.delivery.lifeEnded()
  }

  #endLife(life: Life, reason: unknown): void {
    this.#leaveLife(life)
    life.end(reason)
    if (life.ref) stopActor(life.ref)
  }

  // ------------------------------------------------------------------ what to do about an error

  #decide(life: Life, error: unknown): void {
    this.delivery.countFailure(this.#isHealthyAgain())
    this.failedWith(error)
    if (this.runtime.tracer) {
      this.#crash = { at: this.runtime.clock.now(), error, span: this.delivery.spanContext }
    }
    const rule = this.#stopping ? undefined : this.#rules?.ruleFor(error)
    if (rule) this.#rules?.forgetAfter(this.runtime.clock.now() - this.startedAt, rule)
    if (rule?.do === 'resume' && this.#resume(life, error)) return
    if (rule?.do === 'escalate' && this.#escalate(life, error)) return
    life.end(error)
    if (rule?.do === 'restart' && this.#rules?.allow(rule)) {
      this.#restart(rule, error)
      return
    }
    const { traceparent } = this.delivery
    this.delivery.crashedOver(error)
    this.#afterChildren(() => {
      this.#publishCrash(error, this.#rules === undefined ? undefined : 'stop', traceparent)
      this.#ended({ is: 'error', error })
    })
  }

  fault(what: Fault, error: unknown): void {
    this.runtime.fault(what, error, this)
  }

  #isHealthyAgain(): boolean {
    const { healthyAfterMs } = this.spec
    return healthyAfterMs !== undefined && this.runtime.clock.now() - (this.lastFailureAt ?? 0) >= healthyAfterMs
  }

  /**
   * Goes on, in the same life with its timers, watches and children, from the state before the message, which is gone.
   * False: that cannot be done.
   */
  #resume(life: Life, error: unknown): boolean {
    const start = this.#resumable
    const { before } = this.delivery
    if (start === undefined || before === undefined) return false
    let ref: AnyActorRef
    try {
      ref = this.#ignition.run(life, start, start.logic.getPersistedSnapshot(before))
    } catch (thrown) {
      this.fault('resume', thrown)
      return false
    }
    if (life.startError) {
      this.fault('resume', life.startError.error)
      stopActor(ref)
      return false
    }
    this.delivery.dropHand(error)
    this.life = life
    this.state = 'running'
    if (this.runtime.observed) this.publish({ type: 'resumed', error: serializeError(error) })
    if (life.takesMessagesIn(ref.getSnapshot() as Snapshot<unknown>)) this.delivery.nowReady(life)
    return true
  }

  #restart(rule: PolicyRule, error: unknown): void {
    this.state = 'restarting'
    this.#down = true
    this.delivery.intake.stash = rule.stash
    this.#publishCrash(error, 'restart', this.delivery.traceparent)
    try {
      this.spec.beforeRestart?.(error, this.incarnation)
    } catch (thrown) {
      this.fault('before-restart', thrown)
    }
    this.delivery.crashedOver(error)
    this.delivery.intake.keepToStash()
    const epoch = ++this.#epoch
    const gone = rule.stopChildren === false ? undefined : this.#family?.stopAll()
    // The back-off and the end of the children run at the same time.
    void Promise.all([gone, this.#rules?.wait(rule, 'own_failure')]).then(() => this.#startAgain(epoch))
  }

  /** Starts the next life by its own rule; a start that fails is a failure like any other. */
  async #startAgain(epoch: number): Promise<void> {
    if (epoch !== this.#epoch) return
    const outcome = await this.#attempt()
    if (epoch !== this.#epoch || outcome.is === 'started') return
    if (outcome.is === 'ignored') {
      this.#ended(NORMAL)
      return
    }
    const rule = this.#rules?.ruleFor(outcome.error)
    if (rule?.do !== 'restart' || !this.#rules?.allow(rule)) {
      this.#publishCrash(outcome.error, 'stop')
      this.#ended({ is: 'error', error: outcome.error })
      return
    }
    await this.#rules!.wait(rule, 'start_retry')
    return this.#startAgain(epoch)
  }

  /** Passes the error to the parent, which fails with it. False: the parent takes no errors over. */
  #escalate(life: Life, error: unknown): boolean {
    if (this.runtime.observed) this.publish({ type: 'escalated', error: serializeError(error) })
    this.delivery.crashedOver(error)
    this.state = 'restarting'
    this.#down = true
    const answer = this.host?.childEscalated(this, error) ?? 'refused'
    if (answer === 'resume') this.#down = !this.#resume(life, error)
    if (answer === 'resume' && !this.#down) return true
    life.end(error)
    return answer === 'failed'
  }

  #publishCrash(error: unknown, decision: PolicyAction | undefined, traceparent?: string): void {
    if (!this.runtime.observed) return
    this.publish({
      type: 'crashed',
      error: serializeError(error),
      ...(decision && { decision }),
      ...(traceparent !== undefined && { traceparent }),
    })
  }

  // ------------------------------------------------------------------ end

  stop(exit: Exit, time: ShutdownTime): Soon<void> {
    const { life } = this
    if (this.#stopping) return this.#stopping.done
    if (life === undefined) return this.#abandon(exit)
    if (time === 'brutal_kill') return this.kill()
    this.state = 'stopping'
    const asks = handlesShutdown(life.ref?.getSnapshot() as Snapshot<unknown>)
    if (!this.delivery.isBusy && !life.shutdownHooks && !this.#family?.size && !asks) return this.#stopLife(life, exit)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#stopping = { done: promise, resolve }
    const { clock } = this.runtime
    const timer = time === 'infinity' ? undefined : clock.setTimeout(() => this.kill(), time)
    void this.#stopInOrder(life, exit)
    return promise.finally(() => clock.clearTimeout(timer))
  }

  /** Lets the message in hand finish, asks the actor to end, stops what is below it, then ends it. */
  async #stopInOrder(life: Life, exit: Exit): Promise<void> {
    if (this.delivery.isBusy) await this.delivery.untilIdle()
    if (life.ended) return
    // A machine that handles the event ends itself; the shutdown time is its limit.
    if (handlesShutdown(life.ref?.getSnapshot() as Snapshot<unknown>)) {
      life.ref?.send(SHUTDOWN_EVENT)
      return
    }
    try {
      if (life.shutdownHooks) await Promise.all(life.shutdownHooks.map((run) => run()))
    } catch (error) {
      this.fail(life, error)
      return
    }
    await this.#family?.stopAll()
    if (!life.ended) this.#stopLife(life, exit)
  }

  #stopLife(life: Life, exit: Exit): void {
    this.#endLife(life, this.#stoppedError('stopped'))
    this.#ended(exit)
  }

  override close(): void {
    this.delivery.intake.closed = true
  }

  kill(): void {
    const { life } = this
    if (life === undefined) {
      this.#family?.killAll()
      void this.#abandon(KILLED)
      return
    }
    const error = this.#stoppedError('killed')
    this.delivery.crashedOver(error)
    this.#endLife(life, error)
    this.#family?.killAll()
    this.#ended(KILLED)
  }

  endNow(exit: Exit): void {
    if (this.stop(exit, shutdownOf(this.spec)) instanceof Promise) this.kill()
  }

  /** Ends what is not running: a start under way, a wait before a restart, a crash that was passed up. */
  #abandon(exit: Exit): Soon<void> {
    this.#epoch++
    this.#rules?.giveUpWait()
    const starting = this.#ignition.giveUp()
    return this.#afterChildren(() => {
      if (this.#down || starting) this.#ended(exit)
    })
  }

  #afterChildren<Result>(run: () => Result): Soon<Result> {
    const gone = this.#family?.stopAll()
    return gone instanceof Promise ? gone.then(run) : run()
  }

  /** The last word on an incarnation: its end is published and told. The host says whether another follows. */
  #ended(exit: Exit): void {
    this.#down = false
    this.#epoch++
    this.state = 'restarting'
    this.delivery.nobodyThere()
    if (exit.is !== 'error') this.publish({ type: 'stopped', reason: describeExit(exit) })
    const stopping = this.#stopping
    this.#stopping = undefined
    this.host?.childEnded(this, exit)
    stopping?.resolve()
  }

  override finish(exit: Exit): void {
    super.finish(exit)
    this.delivery.finish()
  }

  // ------------------------------------------------------------------ children

  /** The children of this actor. */
  get family(): Family {
    this.#family ??= new Family(this.runtime, this)
    return this.#family
  }

  childIds(): readonly string[] {
    return this.#family?.ids() ?? []
  }

  startChild(life: Life, spec: ChildSpec, context: Context | undefined): Promise<StartOutcome> {
    if (life.ended) return Promise.resolve({ is: 'failed', error: this.#stoppedError('ended and starts no children') })
    return this.family.start(spec, context)
  }

  runChild(life: Life, spec: ActorSpec, context: Context | undefined): Promise<unknown> {
    if (!life.ended) return this.family.run(spec, context)
    const refused = Promise.reject(this.#stoppedError('ended and starts no children'))
    refused.catch(() => {})
    return refused
  }

  parentRef(): AnyActorRef | undefined {
    const ref = (this.life ?? this.#ignition.life)?.ref
    return ref && deafParent(ref)
  }

  childEnded(child: Cell, exit: Exit): void {
    this.#family?.ended(child, exit)
  }

  childEscalated(_child: Cell, error: unknown): Escalation {
    const { life } = this
    if (life === undefined) return 'refused'
    if (this.#rules?.ruleFor(error)?.do === 'resume') {
      if (this.runtime.observed) this.publish({ type: 'resumed', error: serializeError(error) })
      return 'resume'
    }
    this.fail(life, error)
    return 'failed'
  }

  // ------------------------------------------------------------------ introspection

  record(): ActorRecord {
    const snapshot = this.life?.ref?.getSnapshot() as { value?: unknown } | undefined
    const value = dottedValue(snapshot?.value)
    return {
      ...this.commonRecord(),
      ...(value !== undefined && { value }),
      consecutiveFailures: this.#isHealthyAgain() ? 0 : this.delivery.consecutiveFailures,
      ...this.delivery.record(this.runtime.clock.now()),
    }
  }

  /** An actor that ended normally leaves no state behind. */
  #forgetSnapshot(): void {
    try {
      this.#kept?.remove()
    } catch (error) {
      // It has ended and cannot crash any more; the next start will refuse or use the state.
      this.failedWith(error)
      this.fault('snapshots', error)
    }
  }

  #stoppedError(what: string): ActorStoppedError {
    return new ActorStoppedError('actor-stopped', `${this.path} was ${what}.`)
  }
}

const STARTED: StartOutcome = { is: 'started' }
