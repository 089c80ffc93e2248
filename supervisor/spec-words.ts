// Spec words: the words that specifications are written in.
//
// Owns the closed sets (restart, strategy, shutdown, overflow, policy) and the values that limits are given in. The
// specifications themselves are child-spec.ts; what the words bring about is restart-policy.ts.

export const RESTARTS = ['permanent', 'transient', 'temporary'] as const
/** `permanent` always comes back, `transient` only after a crash, `temporary` never. */
export type Restart = (typeof RESTARTS)[number]

export const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one', 'simple_one_for_one'] as const
/** Which children share a crash: none, all, those started later; `simple_one_for_one` holds instances of one template. */
export type Strategy = (typeof STRATEGIES)[number]

export const AUTO_SHUTDOWNS = ['never', 'any_significant', 'all_significant'] as const
export type AutoShutdown = (typeof AUTO_SHUTDOWNS)[number]

export const CHILD_TYPES = ['worker', 'supervisor'] as const
export type ChildType = (typeof CHILD_TYPES)[number]

export const OVERFLOWS = ['reject', 'drop-oldest', 'drop-newest'] as const
/** What a full mailbox does: refuse the new message, push out the oldest, or drop the new one. All but `reject` leave a dead letter. */
export type Overflow = (typeof OVERFLOWS)[number]

/** Milliseconds a child gets to end when asked, or for ever, or none at all. */
export type ShutdownTime = number | 'infinity' | 'brutal_kill'

/** How long to wait before the n-th restart: `minMs · 2^n`, at most `maxMs`, times `1 + random · jitter`. */
export interface Backoff {
  readonly minMs: number
  readonly maxMs: number
  /** 0 to 1. Default 0.2. */
  readonly jitter?: number
  /** A life of this length starts again from `minMs`. Default half of minimum plus maximum. */
  readonly resetAfterMs?: number
}

export interface RestartLimit {
  readonly maxRestarts: number
  /** Window in ms; without it restarts are counted for ever. */
  readonly withinMs?: number
}

export const POLICY_ACTIONS = ['resume', 'restart', 'stop', 'escalate'] as const
/**
 * `resume`: the same incarnation goes on from the state before the message. `restart`: a fresh incarnation. `stop`: the
 * actor ends with its error. `escalate`: the parent fails with the same error.
 */
export type PolicyAction = (typeof POLICY_ACTIONS)[number]

/** What an actor does about an error of its own, before its supervisor hears of it. The first rule that matches counts. */
export interface PolicyRule {
  /** Names or codes of errors, `*` for all, or a test. */
  readonly on: readonly string[] | ((error: unknown) => boolean)
  readonly do: PolicyAction
  /** After so many restarts the actor is stopped with its error. */
  readonly limit?: RestartLimit
  readonly backoff?: Backoff
  /** False: its children outlive the restart. Default true. */
  readonly stopChildren?: boolean
  /** How many messages may wait while the actor is down. Default: the mailbox's capacity. */
  readonly stash?: number
}
