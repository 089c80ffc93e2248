// Send end: a state of a machine has work done, and is sent what came of it as an event.
//
// An invoked promise does the same as an actor of its own, which made a short act cost three times as much.

/** A machine that gets it throws the error: the actor ends with it. */
export interface WorkFailed {
  readonly type: 'work.failed'
  readonly error: unknown
}

/** An actor that has ended by then is told nothing: XState would print a warning. */
export function sendEnd<Output, Type extends string, End extends { readonly type: Type }>(
  self: { send(event: End | WorkFailed): void; getSnapshot(): { readonly status: string } },
  work: Promise<Output>,
  endOf: (output: Output) => End,
): void {
  const tell = (event: End | WorkFailed) => {
    if (self.getSnapshot().status === 'active') self.send(event)
  }
  work.then(
    (output) => tell(endOf(output)),
    (error: unknown) => tell({ type: 'work.failed', error }),
  )
}

/** Action of a machine. */
export function throwError({ event }: { readonly event: unknown }): never {
  throw (event as WorkFailed).error
}
