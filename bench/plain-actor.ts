// Plain actor: the floor. A supervised actor with mailbox, bound, counts and restart in place, and nothing of XState.

const BOUND = 100_000
const MESSAGES_A_RUN = 512

interface Envelope {
  readonly message: unknown
  readonly sentAt: number
  readonly id: number
}

export class PlainActor<State> {
  handled = 0
  failed = 0
  restarts = 0
  readonly #create: () => State
  readonly #handle: (state: State, message: unknown) => void
  #state: State
  #queue: Envelope[] = []
  #ids = 0
  #scheduled = false

  constructor(create: () => State, handle: (state: State, message: unknown) => void) {
    this.#create = create
    this.#handle = handle
    this.#state = create()
  }

  tell(message: unknown): boolean {
    if (this.#queue.length >= BOUND) return false
    this.#queue.push({ message, sentAt: Date.now(), id: this.#ids++ })
    if (!this.#scheduled) {
      this.#scheduled = true
      queueMicrotask(() => this.#run())
    }
    return true
  }

  #run(): void {
    const queue = this.#queue
    this.#queue = []
    for (let n = 0; n < queue.length; n++) {
      if (n === MESSAGES_A_RUN) {
        this.#queue = [...queue.slice(n), ...this.#queue]
        setImmediate(() => this.#run())
        return
      }
      try {
        this.#handle(this.#state, queue[n]!.message)
        this.handled++
      } catch {
        this.failed++
        this.restarts++
        this.#state = this.#create()
      }
    }
    this.#scheduled = this.#queue.length > 0
    if (this.#scheduled) queueMicrotask(() => this.#run())
  }
}

export class PlainSystem {
  readonly actors = new Map<string, PlainActor<unknown>>()

  spawn<State>(path: string, create: () => State, handle: (state: State, message: unknown) => void): PlainActor<State> {
    const actor = new PlainActor(create, handle)
    this.actors.set(path, actor as PlainActor<unknown>)
    return actor
  }
}
