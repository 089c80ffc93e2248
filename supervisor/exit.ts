// Exit: how the life of an actor ended.
//
// Owns the four ways to end, which of them count as normal, and how they are written.

export type Exit =
  | { readonly is: 'normal'; readonly output?: unknown }
  /** Asked for, by a supervisor or by the actor itself, with a word why. */
  | { readonly is: 'shutdown'; readonly why?: string }
  | { readonly is: 'error'; readonly error: unknown }
  | { readonly is: 'killed' }

export const NORMAL: Exit = { is: 'normal' }
export const SHUTDOWN: Exit = { is: 'shutdown' }
export const KILLED: Exit = { is: 'killed' }

/** The endings after which a `transient` child stays away: OTP's `normal`, `shutdown` and `{shutdown, why}`. */
export function isNormal(exit: Exit): boolean {
  return exit.is === 'normal' || exit.is === 'shutdown'
}

/** `normal`, `shutdown`, `shutdown:why`, `killed` or `error:Name`. */
export function describeExit(exit: Exit): string {
  if (exit.is === 'error') return `error:${exit.error instanceof Error ? exit.error.name : String(exit.error)}`
  return exit.is === 'shutdown' && exit.why !== undefined ? `shutdown:${exit.why}` : exit.is
}

/** Thrown by an actor that ends itself on purpose: its exit is `shutdown:why`, which is no crash. */
export class Shutdown extends Error {
  readonly why: string | undefined

  constructor(why?: string) {
    super(why === undefined ? 'The actor ended on purpose.' : `The actor ended on purpose: ${why}.`)
    this.name = 'Shutdown'
    this.why = why
  }
}

/** The exit that something thrown stands for. */
export function exitOf(thrown: unknown): Exit {
  if (!(thrown instanceof Shutdown)) return { is: 'error', error: thrown }
  return thrown.why === undefined ? SHUTDOWN : { is: 'shutdown', why: thrown.why }
}
