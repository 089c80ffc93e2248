// Supervision: actors that crash without hurting anybody. `startSystem` is where to begin.

export { Breaker, BreakerOpenError, type BreakerOptions, type BreakerState, BreakerTimeoutError } from './breaker.ts'
export type { CellState, StartOutcome } from './cell.ts'
export { checkChildSpecs, SpecError, type SpecProblem } from './check-spec.ts'
// What a tree is made of.
export type {
  ActorSpec,
  Backoff,
  ChildSpec,
  PolicyRule,
  Restart,
  RestartLimit,
  ShutdownTime,
  Start,
  Strategy,
  SupervisorSpec,
} from './child-spec.ts'
export { RESTARTS } from './child-spec.ts'
// Parts to use on their own.
export { type Clock, systemClock } from './clock.ts'
export type { SupervisionEvent } from './event.ts'
// How lives end.
export { type Exit, Shutdown } from './exit.ts'
export type { InboxStore } from './inbox-store.ts'
export type { WatchdogOptions } from './loop-watchdog.ts'
// What actors say to each other.
export type {
  AskOptions,
  DeadLetter,
  DeadLetterReason,
  Delivered,
  Message,
  Meta,
  Refusal,
  TellOptions,
  TellOutcome,
} from './message.ts'
export type { StoredTimer, TimerStore } from './own-timers.ts'
// What can be seen.
export type { ActorRecord } from './record.ts'
export { backoffDelayMs, partitionFor } from './restart-policy.ts'
export type { Scope, Terminated } from './scope.ts'
// Ports.
export type { SnapshotStore, StoredSnapshot } from './snapshot-store.ts'
export { ActorCrashError, ActorStoppedError, AskError, BadStart, StartError } from './supervision-error.ts'
export type {
  CallError,
  CallOutcome,
  ChildCounts,
  ChildStatus,
  EffectiveSpec,
  Instance,
  StartChildOutcome,
} from './supervisor-cell.ts'
export { BadInit, FailedToStartChild } from './supervisor-cell.ts'
export { type ActorSystem, type RunningActor, type SystemOptions, startSystem } from './system.ts'
export { inThread, type ThreadOptions } from './thread-actor.ts'
