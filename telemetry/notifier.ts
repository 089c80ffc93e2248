// Notifier: tells people who look at no screen, through the channels that are configured.
//
//   N1. Whoever tells something never waits and never hears of a failure; that is counted and logged.
//   N2. At most `mostPerHour` notifications go out, and at most `MAX_WAITING` wait for a channel. What is left out is
//       counted, and the next one that goes out says how many. A condition that still holds when there is room, or some
//       minutes after no channel took it, is told then.
//   N3. Nothing that is sent holds a secret (P8).
//   N4. Each channel gets the notifications in order, and a slow one keeps no other waiting.

import { count } from './instruments.ts'
import { log } from './log.ts'
import type { Condition, ConditionName, Notification } from './notification.ts'
import { bodyFor, deliver, type NotifyChannel, type NotifySender, type NotifyTimers } from './notify-channel.ts'
import { changesOf, type OpenConditions, owing } from './open-conditions.ts'
import { redactValue } from './redaction.ts'

export interface NotifierOptions {
  readonly channels: readonly NotifyChannel[]
  readonly sender: NotifySender
  readonly timers: NotifyTimers
  /** A condition that lasts is told again so often, in ms. */
  readonly repeatMs: number
  /** A condition counts as over when it was not seen for so long, in ms. */
  readonly settleMs: number
  readonly mostPerHour: number
  readonly mute: readonly ConditionName[]
  /** The conditions that were open when the last process ended. */
  readonly book?: OpenConditions
  /** Called whenever the open conditions have changed, to keep them for the next process. */
  readonly onChange?: (book: OpenConditions) => void
}

export interface Notifier {
  /**
   * The conditions that hold now. What came, lasts and went is found out here.
   *
   * @param unknown names of those of which nobody can tell at the moment whether they hold
   */
  see(conditions: readonly Condition[], unknown?: readonly ConditionName[]): void
  /** Tells one thing that has no end, such as a report. */
  tell(notification: Notification): void
  /** Gives what waits so long to go out, then gives it up. */
  close(limitMs: number): Promise<void>
}

export function openNotifier(options: NotifierOptions): Notifier {
  const { timers, repeatMs, settleMs, mute } = options
  const ending = new AbortController()
  const lines = options.channels.map((channel) => openLine(channel, options, ending.signal))
  let book = options.book ?? {}
  let sentAt: readonly number[] = []
  let leftOut = 0

  /** @returns whether a channel has taken it; a time from which on there is room, where there is none now */
  function tell(notification: Notification): Promise<boolean> | number {
    const now = timers.now()
    sentAt = sentAt.filter((at) => now - at < HOUR_MS)
    if (sentAt.length >= options.mostPerHour) {
      leftOut += 1
      for (const { name } of options.channels) count('botticelli.notifications', { channel: name, outcome: 'left_out' })
      return sentAt[0]! + HOUR_MS
    }
    sentAt = [...sentAt, now]
    const more =
      leftOut === 0 ? '' : ` (${leftOut} more were left out before: the limit is ${options.mostPerHour} an hour.)`
    leftOut = 0
    const clean = redactValue({ ...notification, text: notification.text + more }) as Notification
    return Promise.all(lines.map((line) => line.push(clean))).then((taken) => taken.includes(true))
  }

  /** What is not told now is told later, if it is still to be told then. */
  function tellOfCondition(notification: Notification, before: OpenConditions): void {
    const outcome = tell(notification)
    if (typeof outcome === 'number') book = owing(book, before, notification, outcome)
    else
      void outcome.then((taken) => {
        if (taken || ending.signal.aborted) return
        book = owing(book, before, notification, timers.now() + RETRY_MS)
        options.onChange?.(book)
      })
  }

  return {
    tell: (notification) => void tell(notification),
    see(conditions, unknown = []) {
      const wanted = conditions.filter(({ name }) => !mute.includes(name))
      const before = book
      const changes = changesOf(book, wanted, { repeatMs, settleMs }, timers.now(), unknown)
      book = changes.book
      for (const notification of changes.tell) tellOfCondition(notification, before)
      const isAsBefore = Object.keys(book).join('\n') === Object.keys(before).join('\n')
      if (changes.tell.length > 0 || !isAsBefore) options.onChange?.(book)
    },
    async close(limitMs) {
      const limit = timers.setTimeout(() => ending.abort(), limitMs)
      await Promise.all(lines.map((line) => line.emptied()))
      timers.clearTimeout(limit)
    },
  }
}

const HOUR_MS = 3_600_000
/** After all channels have failed. */
const RETRY_MS = 5 * 60_000
const MAX_WAITING = 50

interface Line {
  /** @returns whether it was taken */
  push(notification: Notification): Promise<boolean>
  emptied(): Promise<void>
}

/** The queue in front of one channel. */
function openLine(channel: NotifyChannel, { sender, timers }: NotifierOptions, signal: AbortSignal): Line {
  const waiting: { readonly notification: Notification; readonly settle: (taken: boolean) => void }[] = []
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      next.settle(await sendOne(next.notification))
    }
    working = undefined
  }

  async function sendOne(notification: Notification): Promise<boolean> {
    const { kind, condition, of } = notification
    const about = { channel: channel.name, kind, ...(condition && { condition }), ...(of && { of }) }
    try {
      await deliver(channel, bodyFor(channel.name, notification, sender), timers, signal)
      count('botticelli.notifications', { channel: channel.name, outcome: 'sent' })
      log('notify.sent', about)
      return true
    } catch (err) {
      count('botticelli.notifications', { channel: channel.name, outcome: 'failed' })
      log('notify.failed', { ...about, err })
      return false
    }
  }

  return {
    push(notification) {
      const taken = Promise.withResolvers<boolean>()
      waiting.push({ notification, settle: taken.resolve })
      if (waiting.length > MAX_WAITING) {
        waiting.shift()?.settle(false)
        count('botticelli.notifications', { channel: channel.name, outcome: 'left_out' })
      }
      working ??= work()
      return taken.promise
    },
    emptied: () => working ?? Promise.resolve(),
  }
}
