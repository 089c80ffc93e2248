// Platform: what the rest of the house knows of a place where commands are carried out.

import type { Json, JsonObject } from '../json.ts'

export interface Command {
  /** `discord` or `database`. */
  readonly platform: string
  /** Such as `messages.send`; the spellings of older files are accepted too. */
  readonly command: string
  readonly args: JsonObject
}

export interface CommandOptions {
  readonly signal: AbortSignal
  /** The same key, the same effect: a platform that can, carries out a write with it once only. */
  readonly idempotencyKey: string
  /**
   * When an attempt with this key began whose outcome nobody knows, in epoch ms. The platform is then asked for the
   * effect before anything is sent again.
   */
  readonly attemptedAt?: number
  /** A person has said that the earlier attempt had no effect: where it cannot be looked for, it is sent all the same. */
  readonly insisted?: boolean
  /** Called before anything is sent that changes something. @throws where it may not be any more */
  beforeSending?(): void
  /**
   * Takes things for what this command has made: those that `choose` names by their ids. Of what it has found, and not
   * just made, it names only what is free. Of several commands that look for the same at once, each gets another.
   *
   * @returns those that are this command's; by default all
   */
  claim?(choose: (isFree: (id: string) => boolean) => readonly string[]): readonly string[]
  /** Commands that were meant after this one began, and were carried out or are being carried out. */
  later?(): readonly Command[]
  /** Name of the bot on whose behalf it is done, for the metrics. */
  readonly bot?: string
}

export interface CommandOutcome {
  readonly result: Json
  /** True when a write was rendered and answered plausibly, but not sent. */
  readonly dryRun: boolean
  /** True where something was left as a later command has set it. */
  readonly overtaken?: boolean
  /** What was ignored or changed, as full sentences. */
  readonly warnings?: readonly string[]
}

/**
 * What is to be done about a command whose outcome nobody knows. `repeat`: carried out again it changes nothing more.
 * `look`: told of the attempt (`attemptedAt`), it looks for its effect before it sends anything. `ask`: only a person
 * can say.
 */
export type InDoubt = 'repeat' | 'look' | 'ask'

export interface Platform {
  readonly name: string
  /** Names of all its commands. */
  readonly commands: readonly string[]
  /** `read`, `write`, or undefined for a command that the platform does not know. */
  effectOf(command: string): 'read' | 'write' | undefined
  /** Undefined for a command that the platform does not know. */
  inDoubt(command: string): InDoubt | undefined
  /**
   * @throws PlatformError with `retryable`; `discord-uncertain` that is not retryable when nobody can find out whether
   *   it had its effect
   */
  execute(command: Command, options: CommandOptions): Promise<CommandOutcome>
}

/** All configured platforms behind one call; caches reads, refuses what the policy forbids. */
export interface Platforms {
  effectOf(command: Command): 'read' | 'write' | undefined
  inDoubt(command: Command): InDoubt | undefined
  execute(command: Command, options: CommandOptions & { readonly cacheSeconds?: number }): Promise<CommandOutcome>
}
