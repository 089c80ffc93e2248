// Actor cell: the address of one actor. Its mailbox, its counts and what it does about errors outlive each life.
//
// Owns delivery (which message is handed over, and when it counts as handled) and the way from an error to what is done
// about it. The rule for an error comes from restart-policy.ts; an error without a rule is the host's business.
//
//   A1. One message is in hand at a time. It is handled when the actor takes messages again, or has ended normally.
//   A2. The message in hand at a crash comes first in the next life, until it has been tried often enough.
//   A3. Waiting messages survive a restart in order. When the path ends for good each becomes a dead letter.
//   A4. An end is told to the host once, when the children below have ended.

import { type AnyActorRef, createActor, type Snapshot } from 'xstate'
import { serializeError } from '../errors.ts'
import { Cell, type Escalation, type Host, type Soon, type StartOutcome } from './cell.ts'
import {
  type ActorSpec,
  type ChildSpec,
  DEFAULT_CAPACITY,
  DEFAULT_MAX_ATTEMPTS,
  type PolicyAction,
  type PolicyRule,
  type ShutdownTime,
  type Start,
  shutdownOf,
} from './child-spec.ts'
import { describeExit, type Exit, exitOf, KILLED, NORMAL } from './exit.ts'
import { Family } from './family.ts'
import { Gate, type Pause } from './gate.ts'
import { Hand } from './hand.ts'
import type { InboxStore } from './inbox-store.ts'
import { Life } from './life.ts'
import { handlesShutdown, isGated, isUnhandled, logicName, SHUTDOWN_EVENT } from './logic-facts.ts'
import { Mailbox } from './mailbox.ts'
import type { DeadLetterReason, Delivered, Meta, Refusal } from './message.ts'
import { OwnRestarts } from './own-restarts.ts'
import { type ActorRecord, dottedValue } from './record.ts'
import { ruleFor } from './restart-policy.ts'
import type { Runtime } from './runtime.ts'
import { ActorCrashError, ActorStoppedError, BadStart, DeathPactError } from './supervision-error.ts'
import { type Context, openHandling, ROOT_CONTEXT, runInContext, traceparentOf } from './trace-context.ts'
import { deafParent, stopActor } from './xstate-internals.ts'

/** Messages handed over in one turn of the run queue, so that no actor keeps the others waiting. */
const MESSAGES_A_TURN = 16
/** OTP's default intensity, for children of actors that bring no limit of their own. */
const CHILD_LIMIT = { maxRestarts: 1, withinMs: 5_000 } as const

export class ActorCell extends Cell implements Host {
  readonly spec: ActorSpec
  readonly kind: string
  /** The incarnation that runs. */
  life: Life | undefined
  readonly #args: unknown
  readonly #rules: readonly PolicyRule[] | undefined
  readonly #mailbox = new Mailbox()
  readonly #hand = new Hand()
  /** Where the messages of a durable mailbox are until they are handled. */
  readonly #inbox: InboxStore | undefined
  /** Whether the mailbox holds what the inbox store has for this path. */
  #loaded = false
  #gate: Gate | undefined
  #family: Family | undefined
  #ownRestarts: OwnRestarts | undefined
  #starting: Life | undefined
  #context: Context | undefined
  #handled = 0
  #failed = 0
  #consecutiveFailures = 0
  #lastSuccessAt: number | undefined
  #startedOnce = false
  /** Down between two lives by its own rule, or because it passed its error up. */
  #down = false
  /** How many messages may wait while it is down, where its rule says so. */
  #stash: number | undefined
  /** Changes when whatever was planned for later is off. */
  #epoch = 0
  #waitTimer: unknown
  /** Takes nothing more; with `#draining`, ends when nothing waits any longer. */
  #closed = false
  #draining = false
  #stopping: { readonly done: Promise<void>; readonly resolve: () => void } | undefined
  #whenIdle: (() => void) | undefined
  /** Where a rule may say `resume`: what to go on from. */
  #resumeFrom: { readonly start: Start; readonly snapshot: Snapshot<unknown> } | undefined
  readonly #mayResume: boolean

  constructor(runtime: Runtime, host: Host, path: string, spec: ActorSpec, args: unknown) {
    super(runtime, host, path)
    this.spec = spec
    this.kind = spec.kind
    this.#args = args
    this.#inbox = spec.mailbox?.durable ? runtime.inbox : undefined
    this.#rules = spec.policy ?? (host instanceof ActorCell ? rulesBelowActor(spec) : undefined)
    this.#mayResume = spec.policy?.some((rule) => rule.do === 'resume' || rule.do === 'escalate') ?? false
    if (spec.breaker) this.#gate = new Gate(runtime.clock, this, spec.breaker)
  }

  get alive(): boolean {
    return this.life !== undefined
  }

  get ref(): AnyActorRef | undefined {
    return this.life?.ref
  }

  /** Meta of the message in hand: what the actor sends now, it sends because of that. */
  get meta(): Meta | undefined {
    return this.#hand.busy ? this.#hand.message?.meta : undefined
  }

  /** Trace context of the span that the message in hand is handled in. */
  get traceparent(): string | undefined {
    return traceparentOf(this.#hand.handling)
  }

  /** Runs this cell's starts inside the trace of whoever asked for the child. */
  inContext(context: Context | undefined): void {
    this.#context = context
  }

  // ------------------------------------------------------------------ start

  start(): Soon<StartOutcome> {
    this.#closed = false
    this.#draining = false
    const outcome = this.#loadInbox() ?? this.#attempt()
    if (this.#rules === undefined) return outcome
    return outcome instanceof Promise ? outcome.then((settled) => this.#orRetry(settled)) : this.#orRetry(outcome)
  }

  /** What an earlier process, or an earlier holder of the path, left waiting. */
  #loadInbox(): StartOutcome | undefined {
    if (this.#inbox === undefined || this.#loaded) return undefined
    try {
      const waiting = this.#inbox.load(this.path)
      this.#loaded = true
      for (const message of waiting) this.#mailbox.push(message, false)
      return undefined
    } catch (error) {
      return { is: 'failed', error }
    }
  }

  #attempt(): Soon<StartOutcome> {
    this.state = this.#startedOnce ? 'restarting' : 'starting'
    const life = new Life(this, this.incarnation + 1)
    this.#starting = life
    try {
      const given = this.#inOwnContext(() => this.spec.start(life, this.#args))
      if (!(given instanceof Promise)) return this.#begin(life, given)
      return given.then(
        (start) => this.#begin(life, start),
        (error) => this.#startFailed(life, error),
      )
    } catch (error) {
      return this.#startFailed(life, error)
    }
  }

  #begin(life: Life, start: Start | 'ignore'): Soon<StartOutcome> {
    if (this.#starting !== life) return { is: 'failed', error: this.#stoppedError('stopped while it started') }
    if (start === 'ignore') return this.#ignored(life)
    if (typeof start?.logic?.transition !== 'function') return this.#startFailed(life, new BadStart(this.path, start))
    const stored = this.#storedSnapshot(start)
    const ref = this.#run(life, start, stored)
    if (life.startError === undefined) return this.#started(life, ref, start)
    stopActor(ref)
    if (stored === undefined) return this.#startFailed(life, life.startError.error)
    // The stored state does not fit the logic any more: it is refused, and the actor starts fresh.
    this.#refuseSnapshot(start)
    life.end(life.startError.error)
    return this.#attempt()
  }

  /** Creates the XState actor and starts it. What it fails with is then in `life.startError`. */
  #run(life: Life, { logic, input }: Start, snapshot: unknown): AnyActorRef {
    const parent = this.host?.parentRef()
    return this.#inOwnContext(() => {
      const options = { id: this.id, input, ...(parent && { parent }), ...(snapshot !== undefined && { snapshot }) }
      const ref = createActor(logic, options as never) as AnyActorRef
      life.ref = ref
      life.subscription = ref.subscribe(life)
      life.gated = isGated(logic)
      life.delivering = true
      ref.start()
      life.delivering = false
      return ref
    })
  }

  #started(life: Life, ref: AnyActorRef, start: Start): StartOutcome {
    const again = this.#startedOnce
    this.#starting = undefined
    this.#startedOnce = true
    this.#down = false
    this.#stash = undefined
    this.life = life
    this.incarnation = life.incarnation
    this.startedAt = this.runtime.clock.now()
    this.state = 'running'
    if (again) this.restarts++
    this.publish({ type: 'started' })
    if (again) this.publish({ type: 'restarted', restarts: this.restarts })
    const snapshot = ref.getSnapshot() as Snapshot<unknown>
    if (this.#mayResume) this.#resumeFrom = { start, snapshot }
    if (snapshot.status === 'done') this.done(life, snapshot.output)
    else if (life.takesMessagesIn(snapshot)) this.#nowReady(life)
    return start.info === undefined ? STARTED : { is: 'started', info: start.info }
  }

  #ignored(life: Life): StartOutcome {
    this.#starting = undefined
    life.end(undefined)
    this.state = 'stopped'
    this.publish({ type: 'ignored' })
    return { is: 'ignored' }
  }

  #startFailed(life: Life, error: unknown): Soon<StartOutcome> {
    if (this.#starting === life) this.#starting = undefined
    life.end(error)
    return this.#afterChildren((): StartOutcome => {
      this.failedWith(error)
      if (this.runtime.observed) this.publish({ type: 'start-failed', error: serializeError(error) })
      return { is: 'failed', error }
    })
  }

  /** A first start that failed is tried again by a rule that has a limit or a back-off, and given up otherwise. */
  #orRetry(outcome: StartOutcome): Soon<StartOutcome> {
    if (outcome.is !== 'failed') return outcome
    const rule = ruleFor(this.#rules, outcome.error)
    const retries = rule?.do === 'restart' && (rule.limit !== undefined || rule.backoff !== undefined)
    if (!retries || !this.#allows(rule)) {
      this.#publishCrash(outcome.error, 'stop')
      return outcome
    }
    const epoch = this.#epoch
    return this.#waitForRetry(rule).then(() =>
      epoch === this.#epoch ? Promise.resolve(this.#attempt()).then((next) => this.#orRetry(next)) : outcome,
    )
  }

  // ------------------------------------------------------------------ mailbox

  /** Takes a message, or says why not. */
  accept(message: Delivered, control: boolean): Refusal | undefined {
    if (this.#inbox !== undefined && !control) return this.#acceptDurably(message, this.#inbox)
    if (this.#closed || this.state === 'stopped') return 'stopped'
    const mailbox = this.#mailbox
    if (this.#hand.message === undefined && this.life?.ready && mailbox.depth === 0 && (control || this.#passes())) {
      this.#hand.message = message
      this.runtime.schedule(this)
      return undefined
    }
    if (!control && !this.#makeRoom(message)) return 'full'
    mailbox.push(message, control)
    this.#takeNext()
    return undefined
  }

  /** A closed mailbox takes it too: it waits for the next life of the path, in this process or another. */
  #acceptDurably(message: Delivered, inbox: InboxStore): Refusal | undefined {
    if (this.#loaded && !this.#makeRoom(message)) return 'full'
    inbox.append(this.path, message)
    this.deliverStored(message)
    return undefined
  }

  /** Whether what waits here is in the inbox store. */
  get isDurable(): boolean {
    return this.#inbox !== undefined
  }

  /** Takes a message that the inbox store has already. */
  deliverStored(message: Delivered): void {
    if (!this.#loaded) return
    this.#mailbox.push(message, false)
    this.#takeNext()
  }

  /** Whether the normal lane has room for one more, after its overflow policy has been applied. */
  #makeRoom(message: Delivered): boolean {
    const { capacity = DEFAULT_CAPACITY, overflow = 'reject' } = this.spec.mailbox ?? {}
    const waiting = this.#mailbox.bounded
    if (this.#stash !== undefined && waiting >= this.#stash) {
      this.#deadLetter(message, 'overflow')
      return false
    }
    if (waiting < capacity) return true
    if (overflow === 'reject') return false
    const dropped = overflow === 'drop-oldest' ? this.#mailbox.dropOldest() : message
    if (dropped) this.#deadLetter(dropped, 'overflow')
    return dropped !== message
  }

  /** Whether the gate lets a message of the normal lane through. */
  #passes(): boolean {
    return this.#gate === undefined || (!this.#gate.holds && this.#gate.admits())
  }

  #takeNext(): void {
    const { life } = this
    if (this.#hand.message !== undefined || !life?.ready || this.state !== 'running') return
    const mailbox = this.#mailbox
    const controlOnly = mailbox.bounded > 0 && !this.#passes()
    this.#hand.message = mailbox.take(controlOnly)
    if (this.#hand.message !== undefined) this.runtime.schedule(this)
    else if (this.#draining && mailbox.depth === 0) void this.stop(NORMAL, shutdownOf(this.spec))
  }

  gateOpened(): void {
    this.#takeNext()
  }

  /** Hands over what is due. Called by the run queue. */
  turn(): void {
    for (let n = 0; n < MESSAGES_A_TURN; n++) if (!this.#deliver()) return
    this.runtime.schedule(this)
  }

  /** Gives the actor the message in hand. True: another one waits to be given. */
  #deliver(): boolean {
    const { life, runtime } = this
    const hand = this.#hand
    const { message } = hand
    if (message === undefined || hand.busy || !life?.ready || this.state !== 'running') return false
    const now = runtime.clock.now()
    if (message.meta.expiresAt !== undefined && message.meta.expiresAt <= now) return this.#expire(message)
    if (this.#inbox !== undefined && !this.#countDelivery(life, message, this.#inbox)) return this.#hand.waiting
    hand.begin(now)
    if (runtime.tracer) {
      hand.handling = openHandling(runtime.tracer, this.kind, this.path, this.incarnation, message, hand.handling, now)
    }
    if (runtime.observed) this.#publishMessage(message, now)
    const ref = life.ref!
    const before = ref.getSnapshot() as Snapshot<unknown>
    if (this.#mayResume) this.#resumeFrom = { start: this.#resumeFrom!.start, snapshot: before }
    life.delivering = true
    if (hand.handling) runInContext(hand.handling.context, () => ref.send(message))
    else ref.send(message)
    life.delivering = false
    // The actor may have ended over it, and the hand with it.
    if (this.life !== life || hand.message !== message) return hand.waiting && this.life !== undefined
    const after = ref.getSnapshot() as Snapshot<unknown>
    if (after === before && isUnhandled(after, message)) this.#unhandled(life, message)
    else if (life.takesMessagesIn(after)) this.#messageHandled(life)
    else this.#takesTime(life, message)
    return hand.waiting && this.life !== undefined
  }

  /** False: the message is not to be given to the actor, now or at all. */
  #countDelivery(life: Life, message: Delivered, inbox: InboxStore): boolean {
    const isSpent = message.meta.attempt > maxAttempts(this.spec)
    try {
      if (!isSpent && inbox.attempt(message.meta.id)) return true
    } catch (error) {
      this.fail(life, error)
      return false
    }
    this.#gate?.told(undefined)
    this.#hand.message = undefined
    if (isSpent) this.#deadLetter(message, 'poison')
    this.#takeNext()
    return false
  }

  #expire(message: Delivered): boolean {
    this.#gate?.told(undefined)
    this.#hand.message = undefined
    this.#deadLetter(message, 'expired')
    this.#takeNext()
    return this.#hand.waiting
  }

  #publishMessage(message: Delivered, now: number): void {
    const traceparent = this.traceparent ?? message.meta.traceparent
    this.publish({
      type: 'message',
      messageType: message.type,
      attempt: message.meta.attempt,
      waitedMs: Math.max(0, now - message.meta.sentAt),
      ...(traceparent !== undefined && { traceparent }),
    })
  }

  /** The machine has no transition for it: nothing was done, and somebody must hear of that. */
  #unhandled(life: Life, message: Delivered): void {
    if (message.type === 'actor.terminated') {
      const { path } = message as unknown as { path: string }
      this.fail(life, new DeathPactError(this.path, path))
      return
    }
    this.#gate?.told(undefined)
    this.#hand.release(this.runtime.clock)
    this.#deadLetter(message, 'unhandled')
    this.#idleAgain()
  }

  #takesTime(life: Life, message: Delivered): void {
    life.ready = false
    const { path, spec, runtime } = this
    const late = (ms: number) => {
      const text = `${path} did not handle ${message.type} within ${ms} ms.`
      this.fail(life, new ActorCrashError('actor-deadline', text, { retryable: true }))
    }
    const hung = (idleMs: number) => {
      this.publish({ type: 'hung', busyMs: runtime.clock.now() - this.#hand.since, messageType: message.type })
      const text = `${path} has made no progress on ${message.type} for ${idleMs} ms.`
      this.fail(life, new ActorCrashError('actor-hung', text, { retryable: true }))
    }
    this.#hand.limitTime(runtime.clock, spec, late, hung)
  }

  #messageHandled(life: Life): void {
    const { message } = this.#hand
    this.#countHandled(true)
    this.#hand.release(this.runtime.clock)
    if (!this.#acknowledge(message!)) return
    if (this.spec.snapshot) this.#saveSnapshot(life)
    this.#idleAgain()
  }

  /** False: the inbox store could not note it, and the actor has crashed over that. The message comes again. */
  #acknowledge(message: Delivered): boolean {
    try {
      this.#inbox?.ack(message.meta.id)
      return true
    } catch (error) {
      if (this.life !== undefined) this.fail(this.life, error)
      return false
    }
  }

  #idleAgain(): void {
    this.#whenIdle?.()
    this.#takeNext()
  }

  #countHandled(ok: boolean): void {
    const { runtime } = this
    const now = runtime.clock.now()
    if (ok) {
      this.#handled++
      this.#consecutiveFailures = 0
      this.#lastSuccessAt = now
    } else {
      this.#failed++
    }
    this.#gate?.told(ok)
    if (!runtime.observed) return
    const { message, since } = this.#hand
    this.publish({ type: 'handled', messageType: message!.type, durationMs: now - since, ok })
  }

  #deadLetter(message: Delivered, reason: DeadLetterReason, thrown: readonly unknown[] = []): void {
    this.runtime.deadLetter(this.path, message, reason, thrown.map(serializeError), this)
  }

  // ------------------------------------------------------------------ what the life reports

  /** The XState actor has a new snapshot, and nobody is sending to it. */
  changed(life: Life, snapshot: Snapshot<unknown>): void {
    if (life !== this.life) return
    const ready = life.takesMessagesIn(snapshot)
    if (this.#hand.busy) {
      this.beat(life)
      life.ready = ready
      if (ready) this.#messageHandled(life)
    } else if (ready !== life.ready) {
      if (ready) this.#nowReady(life)
      else life.ready = false
    }
  }

  /** The actor shows that it is at work. */
  beat(life: Life): void {
    if (life === this.life) this.#hand.progressAt = this.runtime.clock.now()
  }

  #nowReady(life: Life): void {
    life.ready = true
    if (!life.wasReady) {
      life.wasReady = true
      this.publish({ type: 'ready' })
    }
    if (this.#hand.waiting) this.runtime.schedule(this)
    else this.#takeNext()
  }

  /** The XState actor has reached its end. */
  done(life: Life, output: unknown): void {
    this.#closeLife(life, undefined)
    if (this.#hand.busy) {
      const { message } = this.#hand
      this.#countHandled(true)
      this.#hand.release(this.runtime.clock)
      this.#acknowledge(message!)
    }
    if (this.spec.snapshot) this.runtime.snapshots?.remove(this.path)
    this.#afterChildren(() => this.#ended(output === undefined ? NORMAL : { is: 'normal', output }))
  }

  /** The XState actor has failed by itself. */
  failed(life: Life, error: unknown): void {
    this.#closeLife(life, error)
    const exit = exitOf(error)
    if (exit.is === 'error') {
      this.#decide(error)
      return
    }
    if (this.#hand.busy) this.#hand.release(this.runtime.clock)
    this.#afterChildren(() => this.#ended(exit))
  }

  /** Crashes the actor for a reason outside its own logic: a deadline, a hang, a death pact, a child's error. */
  fail(life: Life, error: unknown): void {
    if (life !== this.life) return
    this.#endLife(life, error)
    this.#decide(error)
  }

  #closeLife(life: Life, reason: unknown): void {
    this.life = undefined
    if (this.state === 'running') this.state = 'restarting'
    this.#hand.clearTimers(this.runtime.clock)
    life.end(reason)
  }

  #endLife(life: Life, reason: unknown): void {
    this.#closeLife(life, reason)
    if (life.ref) stopActor(life.ref)
  }

  // ------------------------------------------------------------------ what to do about an error

  #decide(error: unknown): void {
    this.#countFailure(error)
    const rule = this.#stopping ? undefined : ruleFor(this.#rules, error)
    if (rule) this.#ownRestarts?.forgetAfter(this.runtime.clock.now() - this.startedAt, rule)
    if (rule?.do === 'resume' && this.#resume(error)) return
    if (rule?.do === 'restart' && this.#allows(rule)) {
      this.#restart(rule, error)
      return
    }
    if (rule?.do === 'escalate' && this.#escalate(error)) return
    const { traceparent } = this
    this.#settleHand(error)
    this.#afterChildren(() => {
      this.#publishCrash(error, this.#rules === undefined ? undefined : 'stop', traceparent)
      this.#ended({ is: 'error', error })
    })
  }

  #countFailure(error: unknown): void {
    this.#consecutiveFailures = this.#isHealthyAgain() ? 1 : this.#consecutiveFailures + 1
    this.failedWith(error)
    if (this.#hand.busy) this.#countHandled(false)
  }

  #isHealthyAgain(): boolean {
    const { healthyAfterMs } = this.spec
    return healthyAfterMs !== undefined && this.runtime.clock.now() - (this.lastFailureAt ?? 0) >= healthyAfterMs
  }

  #allows(rule: PolicyRule): boolean {
    this.#ownRestarts ??= new OwnRestarts()
    return this.#ownRestarts.allow(rule, this.runtime.clock.now())
  }

  /** Goes on, in the same incarnation, from the state before the message, which is gone. False: that cannot be done. */
  #resume(error: unknown): boolean {
    if (this.#resumeFrom === undefined) return false
    const { start, snapshot } = this.#resumeFrom
    const life = new Life(this, this.incarnation)
    const ref = this.#run(life, start, start.logic.getPersistedSnapshot(snapshot))
    if (life.startError) {
      life.end(life.startError.error)
      stopActor(ref)
      return false
    }
    this.#hand.release(this.runtime.clock, error)
    this.life = life
    this.state = 'running'
    life.wasReady = true
    if (this.runtime.observed) this.publish({ type: 'resumed', error: serializeError(error) })
    if (life.takesMessagesIn(ref.getSnapshot() as Snapshot<unknown>)) this.#nowReady(life)
    return true
  }

  #restart(rule: PolicyRule, error: unknown): void {
    this.state = 'restarting'
    this.#down = true
    this.#stash = rule.stash
    this.#publishCrash(error, 'restart', this.traceparent)
    try {
      this.spec.beforeRestart?.(error, this.incarnation)
    } catch {
      // What the hook throws does not stop the restart; the crash itself has been published.
    }
    this.#settleHand(error)
    const epoch = ++this.#epoch
    const gone = rule.stopChildren === false ? undefined : this.#family?.stopAll()
    // The back-off and the end of the children run at the same time.
    void Promise.all([gone, this.#waitForRestart(rule, 'own_failure')]).then(() => this.#startAgain(epoch))
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
    const rule = ruleFor(this.#rules, outcome.error)
    if (rule?.do !== 'restart' || !this.#allows(rule)) {
      this.#publishCrash(outcome.error, 'stop')
      this.#ended({ is: 'error', error: outcome.error })
      return
    }
    await this.#waitForRetry(rule)
    return this.#startAgain(epoch)
  }

  #waitForRetry(rule: PolicyRule): Promise<void> {
    return this.#waitForRestart(rule, 'start_retry')
  }

  #waitForRestart(rule: PolicyRule, cause: 'own_failure' | 'start_retry'): Promise<void> {
    const { clock, random } = this.runtime
    const delayMs = this.#ownRestarts?.nextDelayMs(rule, random) ?? 0
    this.publish({ type: 'restarting', delayMs, cause })
    if (delayMs === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waitTimer = clock.setTimeout(resolve, delayMs)
    })
  }

  /** Passes the error to the parent, which fails with it. False: the parent takes no errors over. */
  #escalate(error: unknown): boolean {
    if (this.runtime.observed) this.publish({ type: 'escalated', error: serializeError(error) })
    this.#settleHand(error)
    this.state = 'restarting'
    this.#down = true
    const answer = this.host?.childEscalated(this, error) ?? 'refused'
    if (answer === 'resume') this.#down = !this.#resume(error)
    return answer !== 'refused' && (answer === 'failed' || !this.#down)
  }

  /** What becomes of the message in hand when the actor has crashed over it. */
  #settleHand(error: unknown): void {
    const hand = this.#hand
    const { message } = hand
    if (message === undefined || !hand.busy) return
    const { redeliver } = this.spec
    const thrown = [...(hand.thrown ?? []), error]
    if (redeliver !== false && message.meta.attempt < maxAttempts(this.spec)) {
      hand.thrown = thrown
      hand.keep(error)
      return
    }
    hand.release(this.runtime.clock, error)
    if (redeliver !== false) this.#deadLetter(message, 'poison', thrown)
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
    if (!this.#hand.busy && !life.shutdownHooks && !this.#family?.size && !asks) return this.#stopLife(life, exit)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#stopping = { done: promise, resolve }
    const { clock } = this.runtime
    const timer = time === 'infinity' ? undefined : clock.setTimeout(() => this.kill(), time)
    void this.#stopInOrder(life, exit)
    return promise.finally(() => clock.clearTimeout(timer))
  }

  /** Lets the message in hand finish, asks the actor to end, stops what is below it, then ends it. */
  async #stopInOrder(life: Life, exit: Exit): Promise<void> {
    if (this.#hand.busy) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve
      })
      this.#whenIdle = undefined
    }
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

  /** Takes nothing more; what waits is handled before it stops. */
  drain(): void {
    this.#closed = true
    this.#draining = true
    this.#takeNext()
  }

  override close(): void {
    this.#closed = true
  }

  kill(): void {
    const { life } = this
    if (life === undefined) {
      this.#family?.killAll()
      void this.#abandon(KILLED)
      return
    }
    const error = this.#stoppedError('killed')
    this.#settleHand(error)
    this.#endLife(life, error)
    this.#family?.killAll()
    this.#ended(KILLED)
  }

  /** Ends what is not running: a start under way, a wait before a restart, a crash that was passed up. */
  #abandon(exit: Exit): Soon<void> {
    this.#epoch++
    this.runtime.clock.clearTimeout(this.#waitTimer)
    const starting = this.#starting
    this.#starting = undefined
    starting?.end(undefined)
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
    this.#whenIdle?.()
    if (exit.is !== 'error') this.publish({ type: 'stopped', reason: describeExit(exit) })
    const stopping = this.#stopping
    this.#stopping = undefined
    this.host?.childEnded(this, exit)
    stopping?.resolve()
  }

  override finish(exit: Exit): void {
    const { message, thrown } = this.#hand
    this.#closed = true
    this.#gate?.end()
    this.#hand.message = undefined
    this.#hand.thrown = undefined
    this.#hand.handling = undefined
    super.finish(exit)
    // What waits durably goes on waiting, for whoever has this path next.
    const givesUp = this.#inbox === undefined
    this.#loaded = false
    if (message && givesUp) this.#deadLetter(message, 'stopped', thrown)
    for (let next = this.#mailbox.take(); next; next = this.#mailbox.take()) {
      if (givesUp) this.#deadLetter(next, 'stopped')
    }
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
    const ref = (this.life ?? this.#starting)?.ref
    return ref && deafParent(ref)
  }

  childEnded(child: Cell, exit: Exit): void {
    this.#family?.ended(child, exit)
  }

  childEscalated(_child: Cell, error: unknown): Escalation {
    const { life } = this
    if (life === undefined) return 'refused'
    if (ruleFor(this.#rules, error)?.do === 'resume') {
      if (this.runtime.observed) this.publish({ type: 'resumed', error: serializeError(error) })
      return 'resume'
    }
    this.fail(life, error)
    return 'failed'
  }

  // ------------------------------------------------------------------ by hand

  /** Holds the messages of the normal lane back. */
  pause(pause: Pause): void {
    this.#gate ??= new Gate(this.runtime.clock, this, undefined)
    this.#gate.close(pause)
  }

  resume(): void {
    this.#gate?.open()
  }

  // ------------------------------------------------------------------ state over a restart of the process

  /** Only the first life in this process begins where the last process ended; after a crash an actor starts fresh. */
  #storedSnapshot(start: Start): unknown {
    const { snapshots } = this.runtime
    const { snapshot: kept } = this.spec
    if (kept === undefined || snapshots === undefined || this.#startedOnce) return undefined
    const stored = snapshots.load(this.path)
    if (stored === undefined || stored.logic === logicName(start.logic, kept.version)) return stored?.snapshot
    this.#refuseSnapshot(start)
    return undefined
  }

  #refuseSnapshot({ logic }: Start): void {
    const { snapshots } = this.runtime
    const stored = snapshots?.load(this.path)
    snapshots?.remove(this.path)
    const expected = logicName(logic, this.spec.snapshot?.version ?? '')
    this.publish({ type: 'snapshot-refused', stored: stored?.logic ?? '', expected })
  }

  #saveSnapshot({ ref }: Life): void {
    const { snapshots, clock } = this.runtime
    if (snapshots === undefined || ref === undefined) return
    const { logic } = ref as unknown as Start
    const name = logicName(logic, this.spec.snapshot!.version)
    snapshots.save(this.path, { logic: name, snapshot: ref.getPersistedSnapshot(), savedAt: clock.now() })
  }

  // ------------------------------------------------------------------ introspection

  record(): ActorRecord {
    const { runtime, spec } = this
    const hand = this.#hand
    const now = runtime.clock.now()
    const snapshot = this.life?.ref?.getSnapshot() as { value?: unknown } | undefined
    const value = dottedValue(snapshot?.value)
    const oldest = hand.waiting ? hand.message!.meta.sentAt : this.#mailbox.oldestSentAt
    const { pause, breaker } = this.#gate ?? {}
    return {
      ...this.commonRecord(),
      ...(value !== undefined && { value }),
      consecutiveFailures: this.#isHealthyAgain() ? 0 : this.#consecutiveFailures,
      handled: this.#handled,
      failed: this.#failed,
      mailbox: {
        depth: this.#mailbox.depth + (hand.waiting ? 1 : 0),
        highWater: this.#mailbox.highWater,
        oldestAgeMs: oldest === undefined ? 0 : Math.max(0, now - oldest),
        capacity: spec.mailbox?.capacity ?? DEFAULT_CAPACITY,
      },
      ...(hand.busy && { busy: { messageType: hand.message!.type, forMs: now - hand.since } }),
      ...(this.#lastSuccessAt !== undefined && { lastSuccessAt: this.#lastSuccessAt }),
      ...(pause && { paused: pause }),
      ...(breaker && { breaker: { state: breaker.state, trips: breaker.trips, recoveries: breaker.recoveries } }),
    }
  }

  #inOwnContext<Result>(run: () => Result): Result {
    // Without a context of its own it must not run in that of the message whose crash brought it about.
    return this.runtime.tracer === undefined ? run() : runInContext(this.#context ?? ROOT_CONTEXT, run)
  }

  #stoppedError(what: string): ActorStoppedError {
    return new ActorStoppedError('actor-stopped', `${this.path} was ${what}.`)
  }
}

const STARTED: StartOutcome = { is: 'started' }

/** Restart, limit and back-off of a child below an actor, as rules: there is no supervisor that would count for it. */
function rulesBelowActor(spec: ActorSpec): readonly PolicyRule[] {
  if (spec.restart === 'temporary') return []
  const on = (error: unknown) => spec.restartOn?.(error) ?? true
  return [{ on, do: 'restart', limit: spec.limit ?? CHILD_LIMIT, ...(spec.backoff && { backoff: spec.backoff }) }]
}

function maxAttempts({ redeliver }: ActorSpec): number {
  return (redeliver === false ? undefined : redeliver?.maxAttempts) ?? DEFAULT_MAX_ATTEMPTS
}
