// Delivery: how one actor comes by its messages.
//
// Owns the message in hand and the counts, over all lives of the path; what waits is intake.ts. Knows when a message is
// handed over and when it counts as handled; what an error means for the actor is actor-cell.ts.
//
//   D1. One message is in hand at a time. It is handled when the actor takes messages again, or has ended normally.
//   D2. The message in hand at a crash comes first in the next life, until it has been tried often enough.
//   D3. Waiting messages survive a restart in order. When the path ends for good each becomes a dead letter, except
//       that what waits durably goes on waiting, for whoever has the path next.

import type { SpanContext } from '@opentelemetry/api'
import type { Snapshot } from 'xstate'
import type { Runtime } from './cell.ts'
import { type ActorSpec, DEFAULT_CAPACITY, DEFAULT_MAX_ATTEMPTS } from './child-spec.ts'
import type { EventBody } from './event.ts'
import { Gate, type Pause } from './gate.ts'
import { Hand } from './hand.ts'
import type { InboxStore } from './inbox-store.ts'
import { Intake, type IntakeOwner } from './intake.ts'
import type { Life } from './life.ts'
import { isUnhandled } from './logic-facts.ts'
import type { DeadLetterReason, Delivered, Meta, Refusal } from './message.ts'
import { ProgressWatch } from './progress-watch.ts'
import type { CellState } from './record.ts'
import type { Turn } from './run-queue.ts'
import { ActorCrashError, DeathPactError } from './supervision-error.ts'
import { openHandling, runInContext, traceparentOf } from './trace-context.ts'

/** Messages handed over in one turn of the run queue, so that no actor keeps the others waiting. */
const MESSAGES_A_TURN = 16

/** The actor that the messages are for. */
export interface Receiver extends IntakeOwner {
  readonly kind: string
  readonly incarnation: number
  readonly startedAt: number
  readonly state: CellState
  readonly life: Life | undefined
  publish(body: EventBody): void
  /** Crashes it. */
  fail(life: Life, error: unknown): void
  /** Nothing is in hand and it takes messages: its state is whole. */
  atRest(life: Life): void
  /** It was to take nothing more, and nothing waits any longer. */
  drained(): void
  /** It has shown a sign of life, and so has whoever waits for it. */
  madeProgress(): void
  /** The inbox store threw, and there is no life that could crash over it. */
  lostError(error: unknown): void
}

export class Delivery implements Turn {
  consecutiveFailures = 0
  /** What waits. */
  readonly intake: Intake
  /** The state before the message in hand, kept where a rule may say `resume`. */
  before: Snapshot<unknown> | undefined
  readonly #receiver: Receiver
  readonly #runtime: Runtime
  readonly #keepsBefore: boolean
  readonly #hand = new Hand()
  #gate: Gate | undefined
  /** Where the actor has a limit on silence. */
  readonly #watch: ProgressWatch | undefined
  /** At work from its start to its end, whatever messages it takes. */
  #isTask = false
  #handled = 0
  #failed = 0
  #lastSuccessAt: number | undefined
  #idle: (() => void) | undefined

  constructor(runtime: Runtime, receiver: Receiver, keepsBefore: boolean) {
    const { mailbox, breaker } = receiver.spec
    this.#runtime = runtime
    this.#receiver = receiver
    this.#keepsBefore = keepsBefore
    this.intake = new Intake(receiver, mailbox?.durable ? runtime.inbox : undefined)
    if (breaker) this.#gate = new Gate(runtime.clock, this, breaker)
    const { hungAfterMs } = receiver.spec
    if (hungAfterMs !== undefined) {
      this.#watch = new ProgressWatch(runtime.clock, hungAfterMs, (idleMs) => this.#hung(idleMs))
    }
  }

  get path(): string {
    return this.#receiver.path
  }

  /** Meta of the message in hand: what the actor sends now, it sends because of that. */
  get meta(): Meta | undefined {
    return this.#hand.busy ? this.#hand.message?.meta : undefined
  }

  /** Trace context of the span that the message in hand is handled in. */
  get traceparent(): string | undefined {
    return traceparentOf(this.#hand.handling)
  }

  get spanContext(): SpanContext | undefined {
    return this.#hand.handling?.span.spanContext()
  }

  get isBusy(): boolean {
    return this.#hand.busy
  }

  /** Whether what waits here is in the inbox store. */
  get isDurable(): boolean {
    return this.intake.inbox !== undefined
  }

  publish(body: EventBody): void {
    this.#receiver.publish(body)
  }

  // ------------------------------------------------------------------ in

  open(): void {
    this.intake.open()
  }

  /** Takes over what somebody else has put into the inbox store. */
  look(): void {
    try {
      this.intake.look(this.#hand.message?.meta.id)
      this.#takeNext()
    } catch (error) {
      this.failed(error)
    }
  }

  /** Takes nothing more, and says when nothing waits any longer. */
  drain(): void {
    this.intake.closed = true
    this.intake.draining = true
    this.#takeNext()
  }

  /** Takes a message, or says why not. */
  accept(message: Delivered, control: boolean): Refusal | undefined {
    const { inbox } = this.intake
    const refusal =
      inbox !== undefined && !control ? this.intake.store(message, inbox) : this.#acceptNow(message, control)
    if (refusal === undefined) this.#takeNext()
    return refusal
  }

  #acceptNow(message: Delivered, control: boolean): Refusal | undefined {
    if (this.intake.closed || this.#receiver.state === 'stopped') return 'stopped'
    if (!this.#isIdle || !(control || this.#passes())) return this.intake.push(message, control)
    this.#hand.message = message
    this.#runtime.schedule(this)
    return undefined
  }

  get #isIdle(): boolean {
    return this.#hand.message === undefined && this.#receiver.life?.ready === true && this.intake.mailbox.depth === 0
  }

  /** Takes a message that the inbox store has already. */
  deliverStored(message: Delivered): void {
    this.intake.pushStored(message)
    this.#takeNext()
  }

  // ------------------------------------------------------------------ out

  /** Whether the gate lets a message of the normal lane through. */
  #passes(): boolean {
    return this.#gate === undefined || (!this.#gate.holds && this.#gate.admits())
  }

  #takeNext(): void {
    const { life, state } = this.#receiver
    if (this.#hand.message !== undefined || !life?.ready || state !== 'running') return
    const controlOnly = this.intake.mailbox.bounded > 0 && !this.#passes()
    this.#hand.message = this.intake.mailbox.take(controlOnly)
    if (this.#hand.message !== undefined) this.#runtime.schedule(this)
    else if (this.intake.draining && this.intake.mailbox.depth === 0) this.#receiver.drained()
  }

  /** Nobody wants to hear of this death any more. */
  withdrawDeath(path: string): void {
    this.intake.mailbox.withdrawDeath(path)
    if (this.#hand.waiting && this.#hand.message?.meta.deathOf === path) this.#skip(undefined)
  }

  gateOpened(): void {
    this.#takeNext()
  }

  /** Hands over what is due. Called by the run queue. */
  turn(): void {
    for (let n = 0; n < MESSAGES_A_TURN; n++) if (!this.#deliver()) return
    this.#runtime.schedule(this)
  }

  failed(error: unknown): void {
    const { life } = this.#receiver
    if (life) this.#receiver.fail(life, error)
    else this.#receiver.lostError(error)
  }

  /** Gives the actor the message in hand. True: another one waits to be given. */
  #deliver(): boolean {
    const receiver = this.#receiver
    const hand = this.#hand
    const { life } = receiver
    const { message } = hand
    if (message === undefined || hand.busy || !life?.ready || receiver.state !== 'running') return false
    const now = this.#runtime.clock.now()
    const { expiresAt } = message.meta
    if (expiresAt !== undefined && expiresAt <= now) return this.#skip('expired')
    if (this.intake.inbox !== undefined && !this.#countAttempt(life, message, this.intake.inbox)) return hand.waiting
    hand.begin(now)
    const before = life.ref!.getSnapshot() as Snapshot<unknown>
    if (this.#keepsBefore) this.before = before
    this.#give(life, message, now)
    // The actor may have ended over it, and the hand with it.
    if (receiver.life !== life || hand.message !== message) return hand.waiting && receiver.life !== undefined
    const after = life.ref!.getSnapshot() as Snapshot<unknown>
    if (after === before && isUnhandled(after, message)) this.#unhandled(life, message)
    else if (life.takesMessagesIn(after)) this.#messageHandled(life)
    else this.#takesTime(life, message)
    return hand.waiting && receiver.life !== undefined
  }

  #give(life: Life, message: Delivered, now: number): void {
    const { tracer, observed } = this.#runtime
    const { kind, path, incarnation } = this.#receiver
    const hand = this.#hand
    if (tracer) hand.handling = openHandling(tracer, kind, path, incarnation, message, hand.handling, now)
    if (observed) this.#publishMessage(message, now)
    life.delivering = true
    if (hand.handling) runInContext(hand.handling.context, () => life.ref!.send(message))
    else life.ref!.send(message)
    life.delivering = false
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

  /** False: the message is not to be given to the actor, now or at all. */
  #countAttempt(life: Life, message: Delivered, inbox: InboxStore): boolean {
    const isSpent = message.meta.attempt > maxAttempts(this.#receiver.spec)
    try {
      if (!isSpent && inbox.attempt(message.meta.id)) return true
    } catch (error) {
      this.#receiver.fail(life, error)
      return false
    }
    this.#skip(isSpent ? 'poison' : undefined)
    return false
  }

  /** Gives up the message in hand without the actor's having seen it. True: another one waits to be given. */
  #skip(reason: DeadLetterReason | undefined): boolean {
    const message = this.#hand.message!
    this.#gate?.told(undefined)
    this.#hand.message = undefined
    if (reason) this.#deadLetter(message, reason)
    this.#takeNext()
    return this.#hand.waiting
  }

  /** The machine has no transition for it: nothing was done, and somebody must hear of that. */
  #unhandled(life: Life, message: Delivered): void {
    if (message.type === 'actor.terminated') {
      const { path } = message as unknown as { path: string }
      this.#receiver.fail(life, new DeathPactError(this.path, path))
      return
    }
    this.#gate?.told(undefined)
    this.#hand.release(this.#runtime.clock)
    this.#rests()
    this.#deadLetter(message, 'unhandled')
    this.#idleAgain()
  }

  #takesTime(life: Life, message: Delivered): void {
    life.ready = false
    const receiver = this.#receiver
    const { clock } = this.#runtime
    const late = (ms: number) => {
      const sentence = `${this.path} did not handle ${message.type} within ${ms} ms.`
      receiver.fail(life, new ActorCrashError('actor-deadline', sentence, { retryable: true }))
    }
    this.#hand.limitTime(clock, receiver.spec, late)
    this.#watch?.start()
  }

  // ------------------------------------------------------------------ signs of life

  /** The actor is at work of its own, with no message in hand. @param isTask until it ends, and not until it is ready */
  atWork(isTask: boolean): void {
    this.#isTask = isTask
    this.#watch?.start()
  }

  /** The actor shows that it is at work. */
  beat(): void {
    this.#watch?.beat()
    this.#receiver.madeProgress()
  }

  #hung(idleMs: number): void {
    const { life, startedAt } = this.#receiver
    if (life === undefined) return
    const { message, busy, since } = this.#hand
    const messageType = busy ? message?.type : undefined
    const busyMs = this.#runtime.clock.now() - (busy ? since : startedAt)
    this.publish({ type: 'hung', busyMs, ...(messageType !== undefined && { messageType }) })
    const sentence = `${this.path} has made no progress${messageType ? ` on ${messageType}` : ''} for ${idleMs} ms.`
    this.#receiver.fail(life, new ActorCrashError('actor-hung', sentence, { retryable: true }))
  }

  /** Nothing is in hand any more. */
  #rests(): void {
    if (this.#watch === undefined) return
    if (this.#isTask) this.#watch.start()
    else this.#watch.stop()
  }

  // ------------------------------------------------------------------ what became of the message

  #messageHandled(life: Life): void {
    const { message } = this.#hand
    this.#count(true)
    this.#hand.release(this.#runtime.clock)
    this.#rests()
    if (!this.#acknowledge(message!)) return
    this.#receiver.atRest(life)
    this.#idleAgain()
  }

  /** False: the inbox store could not note it, and the actor has crashed over that. The message comes again. */
  #acknowledge(message: Delivered): boolean {
    try {
      this.intake.inbox?.ack(message.meta.id)
      return true
    } catch (error) {
      this.failed(error)
      return false
    }
  }

  #idleAgain(): void {
    this.#idle?.()
    this.#takeNext()
  }

  #count(ok: boolean): void {
    const now = this.#runtime.clock.now()
    if (ok) {
      this.#handled++
      this.consecutiveFailures = 0
      this.#lastSuccessAt = now
    } else {
      this.#failed++
    }
    this.#gate?.told(ok)
    if (!this.#runtime.observed) return
    const { message, since } = this.#hand
    this.publish({ type: 'handled', messageType: message!.type, durationMs: now - since, ok })
  }

  #deadLetter(message: Delivered, reason: DeadLetterReason, thrown: readonly unknown[] = []): void {
    this.#receiver.lettersDied(message, reason, thrown)
  }

  // ------------------------------------------------------------------ what becomes of the actor

  /** The actor has a new snapshot, and nobody is sending to it. */
  changed(life: Life, snapshot: Snapshot<unknown>): void {
    const ready = life.takesMessagesIn(snapshot)
    this.beat()
    if (this.#hand.busy) {
      life.ready = ready
      if (ready) this.#messageHandled(life)
      return
    }
    if (ready) this.#receiver.atRest(life)
    if (ready === life.ready || life.ended) return
    if (ready) {
      this.#rests()
      this.nowReady(life)
    } else {
      life.ready = false
      this.#watch?.start()
    }
  }

  nowReady(life: Life): void {
    life.ready = true
    if (!life.wasReady) {
      life.wasReady = true
      this.publish({ type: 'ready' })
    }
    if (this.#hand.waiting) this.#runtime.schedule(this)
    else this.#takeNext()
  }

  /** The life is over; nobody waits for its message any more. */
  lifeEnded(): void {
    this.#hand.clearTimer(this.#runtime.clock)
    this.#watch?.stop()
  }

  /** The actor has ended normally over the message in hand. */
  endedNormally(): void {
    const { message } = this.#hand
    if (message === undefined || !this.#hand.busy) return
    this.#count(true)
    this.#hand.release(this.#runtime.clock)
    this.#acknowledge(message)
  }

  /** The message in hand is gone, and that is all right. */
  dropHand(error?: unknown): void {
    if (this.#hand.busy) this.#hand.release(this.#runtime.clock, error)
  }

  countFailure(healthyAgain: boolean): void {
    this.consecutiveFailures = healthyAgain ? 1 : this.consecutiveFailures + 1
    if (this.#hand.busy) this.#count(false)
  }

  /** What becomes of the message in hand when the actor has crashed over it. */
  crashedOver(error: unknown): void {
    const hand = this.#hand
    const { message } = hand
    if (message === undefined || !hand.busy) return
    const { spec } = this.#receiver
    const thrown = [...(hand.thrown ?? []), error]
    if (spec.redeliver !== false && message.meta.attempt < maxAttempts(spec)) {
      hand.thrown = thrown
      hand.keep(error)
      return
    }
    hand.release(this.#runtime.clock, error)
    if (spec.redeliver !== false) this.#deadLetter(message, 'poison', thrown)
  }

  /** Settles when no message is being handled. */
  untilIdle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#idle = resolve
    return promise
  }

  /** There is no life that anybody could wait for. */
  nobodyThere(): void {
    this.#idle?.()
    this.#idle = undefined
  }

  /** The path has ended for good. */
  finish(): void {
    this.#gate?.end()
    const { message, thrown } = this.#hand
    this.#hand.message = undefined
    this.#hand.thrown = undefined
    this.#hand.handling = undefined
    if (message && !this.isDurable) this.#deadLetter(message, 'stopped', thrown)
    this.intake.finish()
  }

  // ------------------------------------------------------------------ by hand

  /** Holds the messages of the normal lane back. */
  pause(pause: Pause): void {
    this.#gate ??= new Gate(this.#runtime.clock, this, undefined)
    this.#gate.close(pause)
  }

  resume(): void {
    this.#gate?.open()
  }

  // ------------------------------------------------------------------ introspection

  /** Its part of the actor's record. */
  record(now: number) {
    const hand = this.#hand
    const oldest = hand.waiting ? hand.message!.meta.sentAt : this.intake.mailbox.oldestSentAt
    const { pause, breaker } = this.#gate ?? {}
    return {
      handled: this.#handled,
      failed: this.#failed,
      mailbox: {
        depth: this.intake.mailbox.depth + (hand.waiting ? 1 : 0),
        highWater: this.intake.mailbox.highWater,
        oldestAgeMs: oldest === undefined ? 0 : Math.max(0, now - oldest),
        capacity: this.#receiver.spec.mailbox?.capacity ?? DEFAULT_CAPACITY,
      },
      ...(hand.busy && { busy: { messageType: hand.message!.type, forMs: now - hand.since } }),
      ...(this.#lastSuccessAt !== undefined && { lastSuccessAt: this.#lastSuccessAt }),
      ...(pause && { paused: pause }),
      ...(breaker && { breaker: { state: breaker.state, trips: breaker.trips, recoveries: breaker.recoveries } }),
    }
  }
}

function maxAttempts({ redeliver }: ActorSpec): number {
  return (redeliver === false ? undefined : redeliver?.maxAttempts) ?? DEFAULT_MAX_ATTEMPTS
}
