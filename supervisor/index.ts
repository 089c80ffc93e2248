// Supervision: actors that crash without hurting anybody. `startSystem` is where to begin.

// Parts to use on their own.
export {
  BREAKER_STATES,
  Breaker,
  BreakerOpenError,
  type BreakerOptions,
  type BreakerState,
  BreakerTimeoutError,
} from './breaker.ts'

// What can be seen, and what the management calls answer.

// The system.
export type { ActorSystem, RunningActor, SystemOptions } from './actor-system.ts'
export { checkChildSpecs, SPEC_PROBLEMS, SpecError, type SpecProblem } from './check-spec.ts'
export type {
  ActorSpec,
  ChildSpec,
  EffectiveSpec,
  Scope,
  Start,
  StartOutcome,
  SupervisorSpec,
  Terminated,
} from './child-spec.ts'
// What a tree is made of.
// Ports.
export { type Clock, systemClock } from './clock.ts'
export { RESTART_CAUSES, type RestartCause, type SupervisionEvent } from './event.ts'
// How lives end.
export { type Exit, Shutdown } from './exit.ts'
export { FAULTS, type Fault } from './faults.ts'
export type { InboxStore } from './inbox-store.ts'
export type { WatchdogOptions } from './loop-watchdog.ts'
export type {
  CallError,
  CallOutcome,
  ChildCounts,
  ChildStatus,
  Instance,
  StartChildOutcome,
} from './management.ts'
// What actors say to each other.
export {
  type AskOptions,
  DEAD_LETTER_REASONS,
  type DeadLetter,
  type DeadLetterReason,
  type Delivered,
  type Message,
  type Meta,
  REFUSALS,
  type Refusal,
  type TellOptions,
  type TellOutcome,
} from './message.ts'
export type { StoredTimer, TimerStore } from './own-timers.ts'
export { type ActorRecord, CELL_STATES, type CellState } from './record.ts'
export { backoffDelayMs, partitionFor } from './restart-policy.ts'
export type { SnapshotStore, StoredSnapshot } from './snapshot-store.ts'
export {
  type Backoff,
  OVERFLOWS,
  type Overflow,
  POLICY_ACTIONS,
  type PolicyAction,
  type PolicyRule,
  RESTARTS,
  type Restart,
  type RestartLimit,
  type ShutdownTime,
  STRATEGIES,
  type Strategy,
} from './spec-words.ts'
export {
  ActorCrashError,
  ActorStoppedError,
  AskError,
  BadInit,
  BadStart,
  FailedToStartChild,
  StartError,
} from './supervision-error.ts'
export { startSystem } from './system.ts'
export { inThread, type ThreadOptions } from './thread-actor.ts'
export { reviveError, type ThreadPort } from './thread-protocol.ts'
