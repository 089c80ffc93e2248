// Actor cell: the address of one actor. Its mailbox, its counts and what it does about errors outlive each life.
//
// Owns delivery: which message is handed over, when it counts as handled, and what becomes of it when the actor crashes
// over it. The rule for an error comes from restart-policy.ts; an error without a rule is the host's business.
//
//   A1. One message is in hand at a time. It is handled when the actor takes messages again, or has ended normally.
//   A2. The message in hand at a crash comes first in the next life, until it has been tried often enough.
//   A3. Waiting messages survive a restart in order. When the path ends for good each becomes a dead letter.
//   A4. An end is told to the host once, when the children below have ended.

import { type AnyActorRef, type AnyMachineSnapshot, createActor, type Snapshot } from 'xstate'
import { type SerializedError, serializeError } from '../errors.ts'
import { Breaker, type Permit } from './breaker.ts'
import { Cell, type Host, type Soon, type StartOutcome } from './cell.ts'
import {
  type ActorSpec,
  type Backoff,
  type ChildSpec,
  DEFAULT_CAPACITY,
  DEFAULT_MAX_ATTEMPTS,
  type PolicyRule,
  type RestartLimit,
  type ShutdownTime,
  type Start,
  shutdownOf,
} from './child-spec.ts'
import { describeExit, type Exit, exitOf, KILLED, NORMAL, SHUTDOWN } from './exit.ts'
import { Life } from './life.ts'
import { Mailbox } from './mailbox.ts'
import type { DeadLetterReason, Delivered, Meta, Refusal } from './message.ts'
import { type ActorRecord, dottedValue } from './record.ts'
import { addLimited, backoffDelayMs, resetAfterMs, ruleFor } from './restart-policy.ts'
import type { Runtime } from './runtime.ts'
import { ActorCrashError, ActorStoppedError, BadStart, StartError } from './supervision-error.ts'
import {
  type Context,
  closeHandling,
  type Handling,
  openHandling,
  runInContext,
  traceparentOf,
} from './trace-context.ts'
import { deafParent, stopActor } from './xstate-internals.ts'

/** Messages handed over in one turn of the run queue, so that no actor keeps the others waiting. */
const MESSAGES_A_TURN = 16
/** Where no rule sets a limit and nothing slows restarts down, a storm of them still ends. */
const STORM = { maxRestarts: 1_000, withinMs: 1_000 } as const
/** OTP's default intensity, for children of actors that bring no limit of their own. */
const CHILD_LIMIT = { maxRestarts: 1, withinMs: 5_000 } as const

interface Paused {
  readonly reason: string
  readonly until?: number
  readonly timer: unknown
}

export class ActorCell extends Cell implements Host {
  readonly spec: ActorSpec
  readonly kind: string
  /** The incarnation that runs. */
  life: Life | undefined
  /** The span of the message in hand. */
  handling: Handling | undefined
  handled = 0
  messagesFailed = 0
  readonly #args: unknown
  readonly #rules: readonly PolicyRule[] | undefined
  readonly #mailbox = new Mailbox()
  readonly #breaker: Breaker | undefined
  #hand: Delivered | undefined
  #handErrors: SerializedError[] | undefined
  /** The hand has been given to the actor, and is not handled yet. */
  #busy = false
  #busySince = 0
  #progressAt = 0
  #deadline: unknown
  #hungTimer: unknown
  #permit: Permit | undefined
  #breakerTimer: unknown
  #consecutiveFailures = 0
  #lastSuccessAt: number | undefined
  #children: Map<string, Cell> | undefined
  #starting: Life | undefined
  #context: Context | undefined
  /** Restarts by own rule, for their limits, and how many followed each other without a healthy time. */
  #ownRestarts: readonly number[] = []
  #backoffAttempt = 0
  #startedOnce = false
  /** Down between two lives by its own rule, or because it passed its error up. */
  #down = false
  #stash: number | undefined
  /** Changes when whatever was planned for later is off. */
  #epoch = 0
  #restartTimer: unknown
  /** Takes nothing more. */
  #closed = false
  #draining = false
  #stopping: { readonly exit: Exit; readonly done: Promise<void>; readonly resolve: () => void } | undefined
  #whenIdle: (() => void) | undefined
  #paused: Paused | undefined
  #resumeFrom: Snapshot<unknown> | undefined
  #lastStart: Start | undefined
  /** Told of the final end, for `runChild`. */
  onFinalEnd: ((exit: Exit) => void) | undefined

  constructor(runtime: Runtime, host: Host, path: string, spec: ActorSpec, args: unknown) {
    super(runtime, host, path)
    this.spec = spec
    this.kind = spec.kind
    this.#args = args
    this.#rules = spec.policy ?? (host instanceof ActorCell ? rulesBelowActor(spec) : undefined)
    this.#breaker = spec.breaker && new Breaker(spec.breaker, runtime.clock)
  }

  get alive(): boolean {
    return this.life !== undefined
  }

  /** Meta of the message in hand: what the actor sends now, it sends because of that. */
  get meta(): Meta | undefined {
    return this.#busy ? this.#hand?.meta : undefined
  }

  /** Runs this cell's starts inside the trace of whoever asked for the child. */
  inContext(context: Context | undefined): void {
    this.#context = context
  }

  // ------------------------------------------------------------------ start

  start(): Soon<StartOutcome> {
    this.#closed = false
    this.#draining = false
    const outcome = this.#attempt()
    if (this.#rules === undefined) return outcome
    return outcome instanceof Promise ? outcome.then((settled) => this.#orRetry(settled)) : this.#orRetry(outcome)
  }

  #attempt(): Soon<StartOutcome> {
    this.state = this.#startedOnce ? 'restarting' : 'starting'
    const life = new Life(this, this.incarnation + 1)
    this.#starting = life
    try {
      const { spec } = this
      const given =
        this.#context === undefined
          ? spec.start(life, this.#args)
          : runInContext(this.#context, () => spec.start(life, this.#args))
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
    if (this.#starting !== life)
      return {
        is: 'failed',
        error: new ActorStoppedError('actor-stopped', `${this.path} was stopped while it started.`),
      }
    if (start === 'ignore') {
      this.#starting = undefined
      life.end(undefined)
      this.state = 'stopped'
      this.publish({ type: 'ignored' })
      return { is: 'ignored' }
    }
    if (typeof start?.logic?.transition !== 'function') return this.#startFailed(life, new BadStart(this.path, start))
    const { logic, input } = start
    const parent = this.host?.parentRef()
    const stored = this.#storedSnapshot(start)
    const create = () =>
      createActor(logic, {
        id: this.id,
        input,
        ...(parent && { parent }),
        ...(stored !== undefined && { snapshot: stored }),
      } as never) as AnyActorRef
    const ref = this.#context === undefined ? create() : runInContext(this.#context, create)
    life.ref = ref
    life.subscription = ref.subscribe(life)
    life.delivering = true
    if (this.#context === undefined) ref.start()
    else runInContext(this.#context, () => ref.start())
    life.delivering = false
    if (life.startError) {
      stopActor(ref)
      return this.#startFailed(life, life.startError.error)
    }
    return this.#started(life, ref, start)
  }

  #started(life: Life, ref: AnyActorRef, start: Start): StartOutcome {
    this.#starting = undefined
    const again = this.#startedOnce
    this.#startedOnce = true
    this.life = life
    this.#lastStart = this.#resumes ? start : undefined
    this.incarnation = life.incarnation
    this.startedAt = this.runtime.clock.now()
    this.state = 'running'
    this.#down = false
    this.#stash = undefined
    if (again) this.restarts++
    life.gated = isGated(start.logic)
    const snapshot = ref.getSnapshot() as Snapshot<unknown>
    if (this.runtime.observed) {
      this.publish({ type: 'started' })
      if (again) this.publish({ type: 'restarted', restarts: this.restarts })
    }
    if (snapshot.status === 'done') this.done(life, snapshot.output)
    else if (life.takesMessagesIn(snapshot)) this.#nowReady(life)
    return start.info === undefined ? STARTED : { is: 'started', info: start.info }
  }

  #startFailed(life: Life, error: unknown): Soon<StartOutcome> {
    if (this.#starting === life) this.#starting = undefined
    life.end(error)
    const failed = (): StartOutcome => {
      const serialized = this.failedWith(error)
      this.publish({ type: 'start-failed', error: serialized })
      return { is: 'failed', error }
    }
    const gone = this.#stopChildren()
    return gone instanceof Promise ? gone.then(failed) : failed()
  }

  /** A first start that failed is tried again by a rule that has a limit or a back-off, and given up otherwise. */
  #orRetry(outcome: StartOutcome): Soon<StartOutcome> {
    if (outcome.is !== 'failed') return outcome
    const rule = ruleFor(this.#rules, outcome.error)
    const retries = rule?.do === 'restart' && (rule.limit !== undefined || rule.backoff !== undefined)
    if (!retries || !this.#withinLimit(rule)) {
      this.#publishCrash(outcome.error, 'stop')
      return outcome
    }
    const epoch = this.#epoch
    const delayMs = this.#nextDelay(rule)
    this.publish({ type: 'restarting', delayMs, cause: 'start_retry' })
    return this.#wait(delayMs).then(() =>
      epoch === this.#epoch ? Promise.resolve(this.#attempt()).then((next) => this.#orRetry(next)) : outcome,
    )
  }

  // ------------------------------------------------------------------ mailbox

  /** Takes a message, or says why not. */
  accept(message: Delivered, control: boolean): Refusal | undefined {
    if (this.#closed || this.state === 'stopped') return 'stopped'
    const mailbox = this.#mailbox
    if (this.#hand === undefined && this.life?.ready && mailbox.depth === 0 && (control || !this.#held)) {
      this.#hand = message
      this.runtime.schedule(this)
      return undefined
    }
    if (!control) {
      const { capacity = DEFAULT_CAPACITY, overflow = 'reject' } = this.spec.mailbox ?? {}
      if (this.#stash !== undefined && mailbox.bounded >= this.#stash) {
        this.deadLetter(message, 'overflow')
        return 'full'
      }
      if (mailbox.bounded >= capacity) {
        if (overflow === 'reject') return 'full'
        if (overflow === 'drop-newest') {
          this.deadLetter(message, 'overflow')
          return 'full'
        }
        const oldest = mailbox.dropOldest()
        if (oldest) this.deadLetter(oldest, 'overflow')
      }
    }
    mailbox.push(message, control)
    if (this.#hand === undefined) this.#takeNext()
    return undefined
  }

  /** Hands over what is due. Called by the run queue. */
  turn(): void {
    for (let n = 0; n < MESSAGES_A_TURN; n++) if (!this.#deliver()) return
    if (this.#hand !== undefined && !this.#busy) this.runtime.schedule(this)
  }

  /** Whether messages of the normal lane wait for something else than the actor. */
  get #held(): boolean {
    return this.#paused !== undefined || (this.#breaker !== undefined && this.#breaker.state !== 'closed')
  }

  #takeNext(): void {
    if (this.#hand !== undefined || !this.life?.ready || this.state !== 'running') return
    this.#hand = this.#mailbox.take(this.#held && !this.#mayTry())
    if (this.#hand !== undefined) this.runtime.schedule(this)
    else if (this.#draining && this.#mailbox.depth === 0) void this.stop(NORMAL, shutdownOf(this.spec))
  }

  /** With a breaker that is half open, one message is the trial. */
  #mayTry(): boolean {
    if (this.#paused !== undefined || this.#breaker === undefined || this.#mailbox.bounded === 0) return false
    return this.#breaker.state === 'half-open'
  }

  #deliver(): boolean {
    const message = this.#hand
    const { life } = this
    if (message === undefined || this.#busy || !life?.ready || this.state !== 'running') return false
    const { runtime, spec } = this
    const now = runtime.clock.now()
    if (message.meta.expiresAt !== undefined && message.meta.expiresAt <= now) {
      this.#hand = undefined
      this.deadLetter(message, 'expired')
      this.#takeNext()
      return true
    }
    if (this.#breaker) this.#permit = this.#breaker.acquire()
    this.#busy = true
    this.#busySince = now
    this.#progressAt = now
    if (runtime.tracer) {
      this.handling = openHandling(runtime.tracer, this.kind, this.path, this.incarnation, message, this.handling, now)
    }
    if (runtime.observed) this.#publishMessage(message, now)
    const ref = life.ref!
    const before = ref.getSnapshot() as Snapshot<unknown>
    if (this.#resumes) this.#resumeFrom = before
    life.delivering = true
    if (this.handling) runInContext(this.handling.context, () => ref.send(message))
    else ref.send(message)
    life.delivering = false
    // The actor may have ended over it, and the hand with it.
    if (this.life !== life || this.#hand !== message) return this.#hand !== undefined && !this.#busy
    const after = ref.getSnapshot() as Snapshot<unknown>
    if (after === before && isUnhandled(after, message)) return this.#unhandled(life, message)
    if (life.takesMessagesIn(after)) {
      this.#messageHandled(life)
    } else {
      life.ready = false
      this.#watchTheTime(life, message, spec)
    }
    return this.#hand !== undefined && !this.#busy
  }

  #publishMessage(message: Delivered, now: number): void {
    const traceparent = traceparentOf(this.handling) ?? message.meta.traceparent
    this.publish({
      type: 'message',
      messageType: message.type,
      attempt: message.meta.attempt,
      waitedMs: Math.max(0, now - message.meta.sentAt),
      ...(traceparent !== undefined && { traceparent }),
    })
  }

  #unhandled(life: Life, message: Delivered): boolean {
    if (message.type === 'actor.terminated') {
      const { path } = message as unknown as { path: string }
      this.fail(
        life,
        new DeathPactError(
          'death-pact',
          `${this.path} watches ${path}, which has ended, and does not handle the notice.`,
        ),
      )
      return false
    }
    this.#releaseHand(undefined)
    if (this.#permit) this.#breaker?.release(this.#permit)
    this.deadLetter(message, 'unhandled')
    this.#takeNext()
    this.#whenIdle?.()
    return this.#hand !== undefined
  }

  #messageHandled(life: Life): void {
    const message = this.#hand!
    const now = this.runtime.clock.now()
    this.handled++
    this.#consecutiveFailures = 0
    this.#lastSuccessAt = now
    if (this.#permit) this.#breakerTold(this.#permit, true)
    if (this.runtime.observed) {
      this.publish({ type: 'handled', messageType: message.type, durationMs: now - this.#busySince, ok: true })
    }
    this.#releaseHand(undefined)
    this.#saveSnapshot(life)
    this.#takeNext()
    this.#whenIdle?.()
  }

  /** The hand is empty again, whatever became of the message. */
  #releaseHand(error: unknown): void {
    this.#hand = undefined
    this.#handErrors = undefined
    this.#busy = false
    this.#clearTimers()
    if (this.handling) {
      closeHandling(this.handling, error)
      this.handling = undefined
    }
  }

  deadLetter(message: Delivered, reason: DeadLetterReason, errors: readonly SerializedError[] = []): void {
    this.runtime.deadLetter(this.path, message, reason, errors, this)
  }

  // ------------------------------------------------------------------ what the life reports

  /** The XState actor has a new snapshot, and nobody is sending to it. */
  changed(life: Life, snapshot: Snapshot<unknown>): void {
    if (life !== this.life) return
    const ready = life.takesMessagesIn(snapshot)
    if (this.#busy) {
      this.#progressAt = this.runtime.clock.now()
      if (!ready) return
      life.ready = true
      this.#messageHandled(life)
    } else if (ready !== life.ready) {
      if (ready) this.#nowReady(life)
      else life.ready = false
    }
  }

  beat(life: Life): void {
    if (life === this.life) this.#progressAt = this.runtime.clock.now()
  }

  #nowReady(life: Life): void {
    life.ready = true
    if (!life.wasReady) {
      life.wasReady = true
      this.publish({ type: 'ready' })
    }
    if (this.#hand !== undefined && !this.#busy) this.runtime.schedule(this)
    else this.#takeNext()
  }

  /** The XState actor has reached its end. */
  done(life: Life, output: unknown): void {
    if (this.#busy) {
      this.handled++
      this.#consecutiveFailures = 0
      this.#lastSuccessAt = this.runtime.clock.now()
      if (this.#permit) this.#breakerTold(this.#permit, true)
      if (this.runtime.observed) {
        const durationMs = this.#lastSuccessAt - this.#busySince
        this.publish({ type: 'handled', messageType: this.#hand!.type, durationMs, ok: true })
      }
      this.#releaseHand(undefined)
    }
    this.#closeLife(life, undefined)
    this.runtime.snapshots?.remove(this.path)
    this.#afterChildren(() => this.#ended(output === undefined ? NORMAL : { is: 'normal', output }))
  }

  /** The XState actor has failed by itself. */
  failed(life: Life, error: unknown): void {
    this.#closeLife(life, error)
    const exit = exitOf(error)
    if (exit.is !== 'error') {
      if (this.#busy) this.#releaseHand(undefined)
      this.#afterChildren(() => this.#ended(exit))
      return
    }
    this.#decide(error)
  }

  /** Crashes the actor for a reason outside its own logic: a deadline, a hang, a death pact, a child's error. */
  fail(life: Life, error: unknown): void {
    if (life !== this.life) return
    const { ref } = life
    this.#closeLife(life, error)
    if (ref) stopActor(ref)
    this.#decide(error)
  }

  #closeLife(life: Life, reason: unknown): void {
    this.life = undefined
    this.#clearTimers()
    life.end(reason)
  }

  // ------------------------------------------------------------------ what to do about an error

  get #resumes(): boolean {
    return this.spec.policy?.some((rule) => rule.do === 'resume') ?? false
  }

  #decide(error: unknown): void {
    this.#countFailure(error)
    const rule = this.#stopping ? undefined : ruleFor(this.#rules, error)
    if (rule?.backoff) this.#forgetWhenHealthy(rule.backoff, rule.limit)
    if (rule?.do === 'resume' && this.#resume(error)) return
    if (rule?.do === 'restart' && this.#withinLimit(rule)) {
      this.#restart(rule, error)
      return
    }
    if (rule?.do === 'escalate' && this.#escalate(error)) return
    const decision = this.#rules === undefined ? undefined : 'stop'
    const traceparent = traceparentOf(this.handling)
    this.#settleHand(error)
    this.#afterChildren(() => {
      this.#publishCrash(error, decision, traceparent)
      this.#ended({ is: 'error', error })
    })
  }

  #countFailure(error: unknown): void {
    const { clock } = this.runtime
    const { healthyAfterMs } = this.spec
    const healthy = healthyAfterMs !== undefined && clock.now() - (this.lastFailureAt ?? 0) >= healthyAfterMs
    this.#consecutiveFailures = healthy ? 1 : this.#consecutiveFailures + 1
    this.failedWith(error)
    if (!this.#busy) return
    this.messagesFailed++
    if (this.#permit) this.#breakerTold(this.#permit, false)
    if (this.runtime.observed) {
      const durationMs = clock.now() - this.#busySince
      this.publish({ type: 'handled', messageType: this.#hand!.type, durationMs, ok: false })
    }
  }

  /** Goes on, in the same incarnation, from the state before the message. */
  #resume(error: unknown): boolean {
    const start = this.#lastStart
    const snapshot = this.#resumeFrom
    if (start === undefined || snapshot === undefined || !this.#busy) return false
    const life = new Life(this, this.incarnation)
    const parent = this.host?.parentRef()
    const persisted = start.logic.getPersistedSnapshot(snapshot)
    const ref = createActor(start.logic, {
      id: this.id,
      ...(parent && { parent }),
      snapshot: persisted,
    } as never) as AnyActorRef
    life.ref = ref
    life.subscription = ref.subscribe(life)
    life.delivering = true
    ref.start()
    life.delivering = false
    if (life.startError) {
      life.end(life.startError.error)
      stopActor(ref)
      return false
    }
    this.#releaseHand(error)
    this.life = life
    life.gated = isGated(start.logic)
    life.wasReady = true
    this.publish({ type: 'resumed', error: serializeError(error) })
    if (life.takesMessagesIn(ref.getSnapshot() as Snapshot<unknown>)) this.#nowReady(life)
    return true
  }

  #restart(rule: PolicyRule, error: unknown): void {
    const traceparent = traceparentOf(this.handling)
    this.state = 'restarting'
    this.#down = true
    this.#stash = rule.stash
    this.#publishCrash(error, 'restart', traceparent)
    try {
      this.spec.beforeRestart?.(error, this.incarnation)
    } catch {
      // Documented: what the hook throws does not stop the restart, which reports the crash itself.
    }
    this.#settleHand(error)
    const delayMs = this.#nextDelay(rule)
    this.publish({ type: 'restarting', delayMs, cause: 'own_failure' })
    const epoch = ++this.#epoch
    const gone = rule.stopChildren === false ? undefined : this.#stopChildren()
    void Promise.all([gone, this.#wait(delayMs)]).then(() => this.#startAgain(epoch))
  }

  /** Starts the next life by its own rule; a start that fails is a failure like any other. */
  async #startAgain(epoch: number): Promise<void> {
    if (epoch !== this.#epoch) return
    const outcome = await this.#attempt()
    if (epoch !== this.#epoch) return
    if (outcome.is === 'ignored') return this.#ended(NORMAL)
    if (outcome.is === 'started') return
    const rule = ruleFor(this.#rules, outcome.error)
    if (rule?.do !== 'restart' || !this.#withinLimit(rule)) {
      this.#publishCrash(outcome.error, 'stop')
      return this.#ended({ is: 'error', error: outcome.error })
    }
    const delayMs = this.#nextDelay(rule)
    this.publish({ type: 'restarting', delayMs, cause: 'start_retry' })
    await this.#wait(delayMs)
    return this.#startAgain(epoch)
  }

  #escalate(error: unknown): boolean {
    const serialized = serializeError(error)
    this.publish({ type: 'escalated', error: serialized })
    this.state = 'restarting'
    this.#down = true
    this.#settleHand(error)
    return this.host?.childEscalated(this, error) ?? false
  }

  /** After a healthy life the delays, and a limit that has no window of its own, begin anew. */
  #forgetWhenHealthy(backoff: Backoff, limit: RestartLimit | undefined): void {
    if (this.runtime.clock.now() - this.startedAt < resetAfterMs(backoff)) return
    this.#backoffAttempt = 0
    if (limit?.withinMs === undefined) this.#ownRestarts = []
  }

  #withinLimit({ limit, backoff }: PolicyRule): boolean {
    if (limit === undefined && backoff !== undefined) return true
    const counted = addLimited(this.#ownRestarts, this.runtime.clock.now(), limit ?? STORM)
    this.#ownRestarts = counted.history
    return counted.allowed
  }

  #nextDelay({ backoff }: PolicyRule): number {
    return backoff === undefined ? 0 : backoffDelayMs(this.#backoffAttempt++, backoff, this.runtime.random())
  }

  /** What becomes of the message in hand when the actor has crashed over it. */
  #settleHand(error: unknown): void {
    const message = this.#hand
    if (message === undefined || !this.#busy) return
    const { redeliver } = this.spec
    const errors = this.#handErrors ?? []
    errors.push(serializeError(error))
    if (redeliver === false || message.meta.attempt >= (redeliver?.maxAttempts ?? DEFAULT_MAX_ATTEMPTS)) {
      this.#releaseHand(error)
      if (redeliver !== false) this.deadLetter(message, 'poison', errors)
      return
    }
    this.#hand = { ...message, meta: { ...message.meta, attempt: message.meta.attempt + 1 } }
    this.#handErrors = errors
    this.#busy = false
    // The handling is kept, closed, so that the next attempt links to it.
    if (this.handling) closeHandling(this.handling, error)
  }

  #publishCrash(error: unknown, decision: 'restart' | 'stop' | undefined, traceparent?: string): void {
    if (!this.runtime.observed) return
    this.publish({
      type: 'crashed',
      error: this.lastError ?? serializeError(error),
      ...(decision && { decision }),
      ...(traceparent !== undefined && { traceparent }),
    })
  }

  // ------------------------------------------------------------------ end

  stop(exit: Exit, time: ShutdownTime): Soon<void> {
    if (this.#stopping) return this.#stopping.done
    const { life } = this
    if (life === undefined) return this.#abandon(exit)
    if (time === 'brutal_kill') return this.kill()
    this.state = 'stopping'
    if (!this.#busy && !life.shutdownHooks && !this.#children?.size && !handlesShutdown(life)) {
      this.#stopLife(life, exit)
      return undefined
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#stopping = { exit, done: promise, resolve }
    const { clock } = this.runtime
    const timer = time === 'infinity' ? undefined : clock.setTimeout(() => this.kill(), time)
    void this.#stopInOrder(life, exit)
    return promise.finally(() => clock.clearTimeout(timer))
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
      this.#abandon(KILLED)
      return
    }
    const { ref } = life
    this.#settleHand(new ActorStoppedError('actor-stopped', `${this.path} was killed.`))
    this.#closeLife(life, new ActorStoppedError('actor-stopped', `${this.path} was killed.`))
    if (ref) stopActor(ref)
    for (const child of this.#childrenInReverse()) child.kill()
    this.#ended(KILLED)
  }

  /** Lets the message in hand finish, asks the actor to end, stops what is below it, then ends it. */
  async #stopInOrder(life: Life, exit: Exit): Promise<void> {
    if (this.#busy) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#whenIdle = resolve
      await promise
      this.#whenIdle = undefined
    }
    try {
      if (!life.ended && handlesShutdown(life)) life.ref?.send({ type: 'actor.shutdown' })
      if (!life.ended && life.shutdownHooks) await Promise.all(life.shutdownHooks.map((run) => run()))
    } catch (error) {
      if (!life.ended) this.fail(life, error)
      return
    }
    // A machine that handles `actor.shutdown` ends itself; the shutdown time is its limit.
    if (life.ended || handlesShutdown(life)) return
    await this.#stopChildren()
    if (!life.ended) this.#stopLife(life, exit)
  }

  #stopLife(life: Life, exit: Exit): void {
    const { ref } = life
    this.#closeLife(life, new ActorStoppedError('actor-stopped', `${this.path} was stopped.`))
    if (ref) stopActor(ref)
    this.#ended(exit)
  }

  /** Ends what is not running: a start under way, a wait before a restart, a crash that was passed up. */
  #abandon(exit: Exit): Soon<void> {
    this.#epoch++
    const starting = this.#starting
    this.#starting = undefined
    starting?.end(undefined)
    this.runtime.clock.clearTimeout(this.#restartTimer)
    const end = () => {
      if (!this.#down && !starting) return
      this.#down = false
      this.#ended(exit)
    }
    const gone = this.#stopChildren()
    return gone instanceof Promise ? gone.then(end) : end()
  }

  #afterChildren(run: () => void): void {
    const gone = this.#stopChildren()
    if (gone instanceof Promise) void gone.then(run)
    else run()
  }

  /** The last word on an incarnation: its end is published and told. */
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
    this.#closed = true
    if (this.#paused) this.runtime.clock.clearTimeout(this.#paused.timer)
    this.runtime.clock.clearTimeout(this.#breakerTimer)
    const hand = this.#hand
    const errors = this.#handErrors
    this.#hand = undefined
    this.#handErrors = undefined
    this.#busy = false
    this.handling = undefined
    super.finish(exit)
    if (hand) this.deadLetter(hand, 'stopped', errors)
    for (let waiting = this.#mailbox.take(); waiting; waiting = this.#mailbox.take())
      this.deadLetter(waiting, 'stopped')
    this.onFinalEnd?.(exit)
  }

  // ------------------------------------------------------------------ children

  parentRef(): AnyActorRef | undefined {
    const ref = (this.life ?? this.#starting)?.ref
    return ref && deafParent(ref)
  }

  childIds(): readonly string[] {
    return [...(this.#children?.keys() ?? [])]
  }

  async runChild(life: Life, spec: ActorSpec, context: Context | undefined): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const settle = (exit: Exit) => {
      if (exit.is === 'normal') resolve(exit.output)
      else if (exit.is === 'error') reject(exit.error)
      else
        reject(
          new ActorStoppedError(
            'actor-stopped',
            `${spec.id} below ${this.path} ended before its work was done: ${describeExit(exit)}.`,
          ),
        )
    }
    // Whoever asked may have ended; its own promise is then nobody's, and must not end the process.
    promise.catch(() => {})
    const outcome = await this.startChild(life, spec, context, settle)
    if (outcome.is === 'failed') reject(outcome.error)
    if (outcome.is === 'ignored') resolve(undefined)
    return promise
  }

  async startChild(
    life: Life,
    spec: ChildSpec,
    context: Context | undefined,
    settle?: (exit: Exit) => void,
  ): Promise<StartOutcome> {
    if (life.ended) return stoppedOutcome(this.path)
    const child = this.runtime.create(this, spec)
    if (child === undefined)
      return { is: 'failed', error: new StartError('child-start', `${this.path} has a child ${spec.id} already.`) }
    this.#children ??= new Map()
    this.#children.set(spec.id, child)
    if (child instanceof ActorCell) {
      child.inContext(context)
      child.onFinalEnd = settle
    }
    // Not on the caller's stack: an actor may start children while it is being started itself.
    await Promise.resolve()
    if (life.ended && this.life !== life && this.#children.get(spec.id) !== child) return stoppedOutcome(this.path)
    const outcome = await child.start()
    if (outcome.is === 'started') return outcome
    if (this.#children?.get(spec.id) === child) {
      this.#children.delete(spec.id)
      child.remove(outcome.is === 'failed' ? { is: 'error', error: outcome.error } : NORMAL)
    }
    return outcome
  }

  async stopChild(id: string): Promise<void> {
    const child = this.#children?.get(id)
    child?.close()
    if (child) await child.stop(SHUTDOWN, shutdownOf(child.spec))
  }

  childEnded(child: Cell, exit: Exit): void {
    if (this.#children?.get(child.id) !== child) return
    this.#children.delete(child.id)
    child.remove(exit)
  }

  childEscalated(_child: Cell, error: unknown): boolean {
    const { life } = this
    if (life === undefined) return false
    this.fail(life, error)
    return true
  }

  #childrenInReverse(): readonly Cell[] {
    return this.#children ? [...this.#children.values()].reverse() : []
  }

  #stopChildren(): Soon<void> {
    if (!this.#children?.size) return undefined
    return stopAll(this.#childrenInReverse())
  }

  // ------------------------------------------------------------------ time

  #wait(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#restartTimer = this.runtime.clock.setTimeout(resolve, ms)
    })
  }

  #watchTheTime(life: Life, message: Delivered, spec: ActorSpec): void {
    const { clock } = this.runtime
    const deadlineMs = message.meta.deadlineMs ?? spec.deadlineMs
    if (deadlineMs !== undefined) {
      this.#deadline = clock.setTimeout(() => {
        const text = `${this.path} did not handle ${message.type} within ${deadlineMs} ms.`
        this.fail(life, new ActorCrashError('actor-deadline', text, { retryable: true }))
      }, deadlineMs)
    }
    if (spec.hungAfterMs !== undefined) this.#watchProgress(life, message, spec.hungAfterMs)
  }

  #watchProgress(life: Life, message: Delivered, limitMs: number): void {
    const { clock } = this.runtime
    const look = () => {
      const idleMs = clock.now() - this.#progressAt
      if (idleMs < limitMs) {
        this.#hungTimer = clock.setTimeout(look, limitMs - idleMs)
        return
      }
      this.publish({ type: 'hung', busyMs: clock.now() - this.#busySince, messageType: message.type })
      const text = `${this.path} has made no progress on ${message.type} for ${idleMs} ms.`
      this.fail(life, new ActorCrashError('actor-hung', text, { retryable: true }))
    }
    this.#hungTimer = clock.setTimeout(look, limitMs)
  }

  #clearTimers(): void {
    const { clock } = this.runtime
    if (this.#deadline !== undefined) clock.clearTimeout(this.#deadline)
    if (this.#hungTimer !== undefined) clock.clearTimeout(this.#hungTimer)
    this.#deadline = undefined
    this.#hungTimer = undefined
  }

  // ------------------------------------------------------------------ by hand, and by breaker

  /** Holds the messages of the normal lane back, until `until` (epoch ms) if given. */
  pause(reason: string, until?: number): void {
    const { clock } = this.runtime
    if (this.#paused) clock.clearTimeout(this.#paused.timer)
    const timer =
      until === undefined ? undefined : clock.setTimeout(() => this.resume(), Math.max(0, until - clock.now()))
    this.#paused = { reason, timer, ...(until !== undefined && { until }) }
    this.publish({ type: 'paused', reason, ...(until !== undefined && { until }) })
  }

  resume(): void {
    if (!this.#paused) return
    this.runtime.clock.clearTimeout(this.#paused.timer)
    this.#paused = undefined
    this.publish({ type: 'resumed-by-hand' })
    this.#takeNext()
  }

  #breakerTold(permit: Permit, ok: boolean): void {
    const breaker = this.#breaker!
    const before = breaker.state
    if (ok) breaker.succeeded(permit)
    else breaker.failed(permit)
    this.#permit = undefined
    if (breaker.state === before) return
    this.publish({ type: 'breaker', state: breaker.state })
    if (breaker.state !== 'open') return
    this.#breakerTimer = this.runtime.clock.setTimeout(() => {
      this.publish({ type: 'breaker', state: breaker.state })
      this.#takeNext()
    }, breaker.retryAfterMs)
  }

  // ------------------------------------------------------------------ state over a restart of the process

  #storedSnapshot(start: Start): unknown {
    const { snapshot: wanted } = this.spec
    const { snapshots } = this.runtime
    // Only the first life of this process begins where the last process ended; after a crash an actor starts fresh.
    if (wanted === undefined || snapshots === undefined || this.#startedOnce) return undefined
    const stored = snapshots.load(this.path)
    if (stored === undefined) return undefined
    const expected = logicName(start, wanted.version)
    if (stored.logic === expected) return stored.snapshot
    this.publish({ type: 'snapshot-refused', stored: stored.logic, expected })
    return undefined
  }

  #saveSnapshot(life: Life): void {
    const { snapshot: wanted } = this.spec
    const { snapshots, clock } = this.runtime
    const { ref } = life
    if (wanted === undefined || snapshots === undefined || ref === undefined) return
    const snapshot = ref.getPersistedSnapshot()
    snapshots.save(this.path, {
      logic: logicName({ logic: (ref as unknown as { logic: Start['logic'] }).logic }, wanted.version),
      snapshot,
      savedAt: clock.now(),
    })
  }

  // ------------------------------------------------------------------ introspection

  record(): ActorRecord {
    const { runtime, life, spec } = this
    const now = runtime.clock.now()
    const snapshot = life?.ref?.getSnapshot() as { value?: unknown } | undefined
    const value = dottedValue(snapshot?.value)
    const oldest = this.#mailbox.oldestSentAt
    const { healthyAfterMs } = spec
    const healthy = healthyAfterMs !== undefined && now - (this.lastFailureAt ?? 0) >= healthyAfterMs
    return {
      path: this.path,
      kind: this.kind,
      ...(this.host && { parent: this.host.path }),
      incarnation: this.incarnation,
      state: this.state,
      ...(value !== undefined && { value }),
      restarts: this.restarts,
      consecutiveFailures: healthy ? 0 : this.#consecutiveFailures,
      handled: this.handled,
      failed: this.messagesFailed,
      deadLetters: this.deadLetters,
      mailbox: {
        depth: this.#mailbox.depth + (this.#hand !== undefined && !this.#busy ? 1 : 0),
        highWater: this.#mailbox.highWater,
        oldestAgeMs: oldest === undefined ? 0 : Math.max(0, now - oldest),
        capacity: spec.mailbox?.capacity ?? DEFAULT_CAPACITY,
      },
      ...(this.#busy && { busy: { messageType: this.#hand!.type, forMs: now - this.#busySince } }),
      startedAt: this.startedAt,
      ...(this.#lastSuccessAt !== undefined && { lastSuccessAt: this.#lastSuccessAt }),
      ...(this.lastFailureAt !== undefined && { lastFailureAt: this.lastFailureAt }),
      ...(this.lastError !== undefined && { lastError: this.lastError }),
      ...(this.#paused && {
        paused: { reason: this.#paused.reason, ...(this.#paused.until !== undefined && { until: this.#paused.until }) },
      }),
      ...(this.#breaker && {
        breaker: { state: this.#breaker.state, trips: this.#breaker.trips, recoveries: this.#breaker.recoveries },
      }),
    }
  }
}

/** What a watcher fails with that does not handle the notice. Its name is what policies match. */
export class DeathPactError extends ActorCrashError {
  override readonly name = 'DeathPact'
}

const STARTED: StartOutcome = { is: 'started' }

function stoppedOutcome(path: string): StartOutcome {
  return { is: 'failed', error: new ActorStoppedError('actor-stopped', `${path} has ended and starts no children.`) }
}

/** Restart, limit and back-off of a child below an actor, as rules: there is no supervisor that would count for it. */
function rulesBelowActor(spec: ActorSpec): readonly PolicyRule[] {
  if (spec.restart === 'temporary') return []
  const on = (error: unknown) => spec.restartOn?.(error) ?? true
  return [{ on, do: 'restart', limit: spec.limit ?? CHILD_LIMIT, ...(spec.backoff && { backoff: spec.backoff }) }]
}

async function stopAll(cells: readonly Cell[]): Promise<void> {
  for (const cell of cells) {
    cell.close()
    await cell.stop(SHUTDOWN, shutdownOf(cell.spec))
  }
}

const gatedLogic = new WeakMap<object, boolean>()

/** Whether any state of a machine is tagged `ready`. Kept by configuration, which `provide` shares. */
function isGated(logic: Start['logic']): boolean {
  const { config, idMap } = logic as { config?: unknown; idMap?: Map<string, { tags: readonly string[] }> }
  if (idMap === undefined || typeof config !== 'object' || config === null) return false
  let gated = gatedLogic.get(config)
  if (gated === undefined) {
    gated = [...idMap.values()].some(({ tags }) => tags.includes('ready'))
    gatedLogic.set(config, gated)
  }
  return gated
}

/** A machine that kept its snapshot and has no transition for the event has not handled it. Other logic does not say. */
function isUnhandled(snapshot: Snapshot<unknown>, event: { readonly type: string }): boolean {
  const { machine } = snapshot as Partial<AnyMachineSnapshot>
  return machine !== undefined && !machine.getTransitionData(snapshot as never, event as never)?.length
}

function handlesShutdown(life: Life): boolean {
  const snapshot = life.ref?.getSnapshot() as Snapshot<unknown> | undefined
  const { machine } = (snapshot ?? {}) as Partial<AnyMachineSnapshot>
  if (machine === undefined || snapshot?.status !== 'active') return false
  const { events } = machine as unknown as { events?: readonly string[] }
  if (events !== undefined && !events.includes('actor.shutdown')) return false
  return (machine.getTransitionData(snapshot as never, { type: 'actor.shutdown' } as never)?.length ?? 0) > 0
}

function logicName(start: Pick<Start, 'logic'>, version: string): string {
  const { id } = start.logic as { id?: string }
  return `${id ?? 'logic'}@${version}`
}
