// Post office: how a message gets from whoever sends it to the mailbox of its address, or becomes a dead letter.
//
// Owns the ids and the meta of messages, the asks, and the dead letters. What a mailbox does with a message is delivery.ts.
//
//   O1. A message is in a mailbox, refused with a reason, or a dead letter: never nowhere.
//   O2. Ids do not repeat over restarts of the process: they end up in stores.

import type { Tracer } from '@opentelemetry/api'
import type { SerializedError } from '../errors.ts'
import { ActorCell } from './actor-cell.ts'
import type { Outside } from './actor-system.ts'
import type { AddressBook } from './address-book.ts'
import { Asks } from './asks.ts'
import type { Cell, Sender } from './cell.ts'
import type { Clock } from './clock.ts'
import { DeadLetters } from './dead-letters.ts'
import type { EventStream } from './event-stream.ts'
import type { InboxStore } from './inbox-store.ts'
import type {
  AskOptions,
  DeadLetter,
  DeadLetterReason,
  Delivered,
  Message,
  Meta,
  NoticeOptions,
  TellOutcome,
} from './message.ts'
import { injectActive } from './trace-context.ts'

export interface PostOfficeOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly tracer: Tracer | undefined
  readonly inbox: InboxStore | undefined
  readonly outside: Outside | undefined
}

export class PostOffice {
  readonly #book: AddressBook
  readonly #events: EventStream
  readonly #clock: Clock
  readonly #tracer: Tracer | undefined
  readonly #inbox: InboxStore | undefined
  readonly #outside: Outside | undefined
  readonly #letters = new DeadLetters()
  readonly #asks: Asks
  readonly #idPrefix: string
  #ids = 0

  constructor(book: AddressBook, events: EventStream, { clock, random, tracer, inbox, outside }: PostOfficeOptions) {
    this.#book = book
    this.#events = events
    this.#clock = clock
    this.#tracer = tracer
    this.#inbox = inbox
    this.#outside = outside
    this.#asks = new Asks(clock)
    this.#idPrefix = `${clock.now().toString(36)}${Math.floor(random() * 2 ** 32).toString(36)}-`
  }

  tell(to: string, message: Message, options?: NoticeOptions, sender?: Sender): TellOutcome {
    const delivered = this.#address(message, options, sender)
    return this.post(to, delivered, options?.control ?? false)
  }

  post(to: string, message: Delivered, control: boolean): TellOutcome {
    const { id } = message.meta
    const cell = this.#book.find(to)
    if (cell instanceof ActorCell) {
      const refusal = cell.delivery.accept(message, control)
      if (refusal === undefined) return { accepted: true, id }
      if (refusal === 'stopped') this.deadLetter(to, message, 'stopped', [], cell)
      return { accepted: false, reason: refusal }
    }
    if (cell !== undefined) {
      // A supervisor has no mailbox: what it is asked to do comes as a call.
      this.deadLetter(to, message, 'unhandled', [], cell)
      return { accepted: false, reason: 'unknown' }
    }
    if (this.#outside) return this.#outside.tell(to, message, { control })
    if (!control && this.#inbox?.expects?.(to)) {
      this.#inbox.append(to, message)
      return { accepted: true, id }
    }
    const reason = this.#book.hasHad(to) ? 'stopped' : 'unknown'
    this.deadLetter(to, message, reason, [])
    return { accepted: false, reason }
  }

  #address(message: Message, options: NoticeOptions | undefined, sender: Sender | undefined): Delivered {
    const id = this.#idPrefix + (this.#ids++).toString(36)
    const cause = sender?.cause
    const meta: { -readonly [Key in keyof Meta]: Meta[Key] } = {
      id,
      correlationId: options?.correlationId ?? cause?.correlationId ?? id,
      sentAt: this.#clock.now(),
      attempt: 1,
    }
    const causationId = options?.causationId ?? cause?.id
    if (causationId !== undefined) meta.causationId = causationId
    if (sender) meta.from = sender.path
    if (options?.traceparent !== undefined) {
      meta.traceparent = options.traceparent
      if (options.tracestate !== undefined) meta.tracestate = options.tracestate
    } else if (this.#tracer) {
      Object.assign(meta, injectActive())
    } else if (cause?.traceparent !== undefined) {
      meta.traceparent = cause.traceparent
      if (cause.tracestate !== undefined) meta.tracestate = cause.tracestate
    }
    if (options?.deathOf !== undefined) meta.deathOf = options.deathOf
    if (options?.deadlineMs !== undefined) meta.deadlineMs = options.deadlineMs
    if (options?.expiresInMs !== undefined) meta.expiresAt = meta.sentAt + options.expiresInMs
    return { ...message, meta }
  }

  ask<Result>(to: string, message: Message, options: AskOptions, sender?: Sender): Promise<Result> {
    const delivered = this.#address(message, options, sender)
    if (this.#outside && this.#book.find(to) === undefined)
      return this.#outside.ask(to, delivered, options) as Promise<Result>
    const answer = this.#asks.wait(delivered.meta.id, to, message.type, options.timeoutMs)
    const outcome = this.post(to, delivered, options.control ?? false)
    if (!outcome.accepted) this.#asks.refuse(delivered.meta.id, outcome.reason)
    return answer as Promise<Result>
  }

  reply(meta: Meta, result: unknown): void {
    if (!this.#asks.answer(meta.id, result)) this.#outside?.reply(meta, result)
  }

  forward(to: string, message: Delivered): TellOutcome {
    return this.post(to, message, false)
  }

  storedElsewhere(to: string | undefined): void {
    for (const cell of to === undefined ? this.#book.cells() : [this.#book.find(to)]) {
      if (cell instanceof ActorCell) cell.delivery.look()
    }
  }

  deadLetter(
    to: string,
    message: Delivered,
    reason: DeadLetterReason,
    errors: readonly SerializedError[],
    cell?: Cell,
  ): void {
    const letter: DeadLetter = { id: message.meta.id, at: this.#clock.now(), to, reason, message, errors }
    this.#letters.add(letter)
    this.#keep(letter)
    if (cell) cell.deadLetters++
    if (this.#asks.size > 0) this.#asks.refuse(letter.id, reason)
    if (!this.#events.observed) return
    const { kind = 'unknown', incarnation = this.#book.lastIncarnation(to) } = cell ?? {}
    this.#events.publish({ at: letter.at, path: to, kind, incarnation, type: 'dead-letter', letter })
  }

  /** Where it cannot be kept, a durable message stays in the inbox store and is given up again later. */
  #keep(letter: DeadLetter): void {
    try {
      this.#inbox?.giveUp(letter)
    } catch (error) {
      // The event of the letter tells of it too, and the list in memory has it.
      this.#events.fault('inbox', error, this.#book.find(letter.to))
    }
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#letters.list()
  }

  redrive(id: string): TellOutcome {
    const letter = this.#letters.take(id)
    const kept = this.#inbox?.redrive(id)
    if (kept !== undefined) return this.#deliverStored(kept.to, kept.message)
    if (letter === undefined) return { accepted: false, reason: 'unknown' }
    const { expiresAt: _, ...meta } = letter.message.meta
    return this.post(letter.to, { ...letter.message, meta: { ...meta, sentAt: this.#clock.now(), attempt: 1 } }, false)
  }

  /** A message that the inbox store has. Where nobody has that path now, it waits there. */
  #deliverStored(to: string, message: Delivered): TellOutcome {
    const cell = this.#book.find(to)
    if (cell instanceof ActorCell && !cell.delivery.isDurable) {
      this.#inbox?.ack(message.meta.id)
      return this.post(to, message, false)
    }
    if (cell instanceof ActorCell) cell.delivery.deliverStored(message)
    return { accepted: true, id: message.meta.id }
  }

  dropDeadLetter(id: string): boolean {
    const kept = this.#inbox?.drop(id) ?? false
    return this.#letters.take(id) !== undefined || kept
  }
}
