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
