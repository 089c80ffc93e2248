// Interrupts: what Ctrl-C and a polite kill mean to a command that runs for long.
//
//   Z1. The first one asks the command to end in order, the second one ends it at once.
//   Z2. One press of Ctrl-C is one interrupt, though a terminal sends it to this process and its launchers as well,
//       and those pass it on.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Copies of one press come within this time; a person who presses twice is slower. */
const ONE_PRESS_MS = 150

export interface Interrupts extends Disposable {
  /** Settles with the first one. */
  readonly first: Promise<NodeJS.Signals>
  /** Settles with the second one. */
  readonly second: Promise<NodeJS.Signals>
}

/** @param onHangUp told of SIGHUP. False where it is an interrupt, as it is by default */
export function watchInterrupts(now: () => number, onHangUp: () => boolean = () => false): Interrupts {
  const first = Promise.withResolvers<NodeJS.Signals>()
  const second = Promise.withResolvers<NodeJS.Signals>()
  let firstAt: number | undefined
  const listen = (signal: NodeJS.Signals) => {
    if (signal === 'SIGHUP' && onHangUp()) return
    if (firstAt === undefined) {
      firstAt = now()
      first.resolve(signal)
    } else if (now() - firstAt > ONE_PRESS_MS) second.resolve(signal)
  }
  for (const signal of SIGNALS) process.on(signal, listen)
  return {
    first: first.promise,
    second: second.promise,
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.off(signal, listen)
    },
  }
}
