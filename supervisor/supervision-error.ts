// Supervision errors: what the runtime itself crashes an actor with, or tells the one who asked.

import { BotticelliError } from '../errors.ts'

/** An ask that got no answer: `ask-timeout`, `ask-refused`. */
export class AskError extends BotticelliError {}

/** A child that did not start: `child-start`. The cause is what it failed with. */
export class StartError extends BotticelliError {}

/** An actor that is no longer there: `actor-stopped`. */
export class ActorStoppedError extends BotticelliError {}

/** A worker thread that ended or stood still: `thread-died`. */
export class ThreadDiedError extends BotticelliError {}

/** What the runtime crashes an actor with: `actor-deadline`, `actor-hung`, `death-pact`. */
export class ActorCrashError extends BotticelliError {}

/** What a watcher fails with that does not handle the notice. Policies match it by its name. */
export class DeathPactError extends ActorCrashError {
  override readonly name = 'DeathPact'

  constructor(watcher: string, watched: string) {
    super('death-pact', `${watcher} watches ${watched}, which has ended, and does not handle the notice.`)
  }
}

/** `start` returned something that cannot be run. */
export class BadStart extends StartError {
  readonly given: unknown

  constructor(path: string, given: unknown) {
    super('child-start', `start of ${path} must return { logic, input? } or 'ignore', got ${typeof given}.`)
    this.given = given
  }
}

/** The start of a supervisor that failed because a child's did. */
export class FailedToStartChild extends StartError {
  readonly child: string
  /** The supervisor's exit: `shutdown:failed_to_start_child:…`, down to the child that is to blame. */
  readonly exit: string

  constructor(path: string, child: string, reason: unknown) {
    const why =
      reason instanceof BadStart ? String(reason.given) : reason instanceof Error ? reason.message : String(reason)
    super('child-start', `${path} could not start its child ${child}: ${why}`, { cause: reason })
    this.child = child
    this.exit = `shutdown:failed_to_start_child:${child}:${reason instanceof FailedToStartChild ? reason.exit : why}`
  }
}

/** `init` of a supervisor returned something that is no specification. */
export class BadInit extends StartError {
  constructor(path: string, given: unknown) {
    super('child-start', `init of ${path} must return the fields of a supervisor or 'ignore', got ${typeof given}.`)
  }
}
