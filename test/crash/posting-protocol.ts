// Posting protocol: the steps by which a row becomes a post, as a state machine small enough to visit every state.
//
// Two runs that may have read the same row, a process that can be killed before and after every step, a platform that
// may have carried out a request whose answer is lost, that forgets nonces, and that may refuse to be looked at. Each
// step is one transaction of the store or one request; what a process knows besides the store is gone when it is killed.
//
// The steps are those of actors/carry-out.ts, actors/bot-runs.ts and store/claims.ts; `flaws` leave one out each, to
// show that the search would find it.

export const FLAWS = ['no intent first', 'no look', 'no hold', 'no refusal', 'update not once'] as const
export type Flaw = (typeof FLAWS)[number]

type Effect = 'none' | 'intended' | 'done' | 'doubtful'
/** `read` to `end` are what the process is about to do; `idle`: nobody runs it in this process. */
type Step = 'idle' | 'read' | 'intend' | 'send' | 'settle' | 'mark' | 'record' | 'end'

interface RunState {
  readonly step: Step
  /** In the store: whether the run has begun, how it ended, its effect, and whether it has read the row. */
  readonly status: 'new' | 'running' | 'completed' | 'failed'
  readonly effect: Effect
  readonly hasRow: boolean
  /** In the store: the update of the row was made and recorded. */
  readonly marked: boolean
  /** Known to the process only: the intent is of an earlier attempt. */
  readonly isResumed: boolean
}

export interface State {
  readonly runs: readonly [RunState, RunState]
  readonly row: 'pending' | 'posted'
  /** Rows that the updates have marked, this one included: two marks take another row's turn. */
  readonly marks: number
  readonly holder: 0 | 1 | undefined
  /** Messages on the platform, by the run whose nonce they have. */
  readonly posts: readonly [number, number]
  /** Nonces that the platform still remembers. */
  readonly nonces: readonly [boolean, boolean]
  /** Whether the platform lets the bot look. */
  readonly looks: boolean
  readonly killsLeft: number
}

export function initialState(kills: number, looks: boolean): State {
  const run = { step: 'idle', status: 'new', effect: 'none', hasRow: false, marked: false, isResumed: false } as const
  return {
    runs: [run, run],
    row: 'pending',
    marks: 0,
    holder: undefined,
    posts: [0, 0],
    nonces: [false, false],
    looks,
    killsLeft: kills,
  }
}

/** Everything that can happen next, with its name. */
export function successors(state: State, flaw?: Flaw): readonly (readonly [name: string, next: State])[] {
  const next: [string, State][] = ([0, 1] as const).flatMap((index) =>
    stepOf(state, index, flaw).map(([name, after]): [string, State] => [`${index}: ${name}`, after]),
  )
  if (state.killsLeft > 0) next.push(['kill', kill(state)])
  // Discord forgets a nonce after some minutes, which a process that is alive does not wait between send and settle.
  if (state.nonces.includes(true) && state.runs.every(({ step }) => step !== 'settle')) {
    next.push(['nonces forgotten', { ...state, nonces: [false, false] }])
  }
  return next
}

function kill(state: State): State {
  const dead = (run: RunState): RunState => ({ ...run, step: 'idle', isResumed: false })
  return { ...state, runs: [dead(state.runs[0]), dead(state.runs[1])], killsLeft: state.killsLeft - 1 }
}

function stepOf(state: State, index: 0 | 1, flaw: Flaw | undefined): readonly (readonly [string, State])[] {
  const run = state.runs[index]
  const other = index === 0 ? 1 : 0
  const withRun = (change: Partial<RunState>, more: Partial<State> = {}): State => {
    const changed = { ...run, ...change }
    return { ...state, ...more, runs: index === 0 ? [changed, state.runs[1]] : [state.runs[0], changed] }
  }
  switch (run.step) {
    case 'idle':
      if (run.status === 'completed' || run.effect === 'doubtful') return []
      return [['begin', withRun({ status: 'running', step: resumeAt(run), isResumed: run.effect === 'intended' })]]
    case 'read': {
      const sees = state.row === 'pending' && (state.holder !== other || flaw === 'no hold')
      return [
        sees
          ? ['read', withRun({ hasRow: true, step: 'intend' })]
          : ['nothing to do', completed(withRun, state, index)],
      ]
    }
    case 'intend': {
      if (flaw === 'no intent first') return [['no intent', withRun({ step: 'send' })]]
      const otherRun = state.runs[other]
      // Of another run: the row is its own, or was published since this one has read it.
      const isTaken = state.holder === other || (otherRun.effect === 'done' && flaw !== 'no hold')
      if (isTaken && flaw !== 'no refusal' && flaw !== 'no hold') {
        return [['refused', withRun({ step: 'idle', status: 'completed' })]]
      }
      return [
        ['intend', withRun({ effect: 'intended', step: 'send' }, { holder: flaw === 'no hold' ? undefined : index })],
      ]
    }
    case 'send':
      return send(state, index, flaw, withRun)
    case 'settle':
      return [['settle', withRun({ effect: 'done', step: 'mark' })]]
    case 'mark': {
      const changed = { row: 'posted', marks: state.marks + 1 } as const
      if (flaw === 'update not once') return [['mark', withRun({ step: 'record' }, changed)]]
      return [['mark', withRun({ marked: true, step: 'end' }, changed)]]
    }
    case 'record':
      return [['record', withRun({ marked: true, step: 'end' })]]
    case 'end':
      return [['complete', completed(withRun, state, index)]]
  }
}

function completed(
  withRun: (change: Partial<RunState>, more?: Partial<State>) => State,
  { holder }: State,
  index: 0 | 1,
): State {
  return withRun({ step: 'idle', status: 'completed' }, { holder: holder === index ? undefined : holder })
}

/** The journal has what was done; the act that was in hand is done again from its beginning. */
function resumeAt({ hasRow, effect, marked }: RunState): Step {
  if (!hasRow) return 'read'
  if (effect === 'done') return marked ? 'end' : 'mark'
  return effect === 'intended' ? 'send' : 'intend'
}

function send(
  state: State,
  index: 0 | 1,
  flaw: Flaw | undefined,
  withRun: (change: Partial<RunState>, more?: Partial<State>) => State,
): readonly (readonly [string, State])[] {
  const run = state.runs[index]
  if (run.isResumed && flaw !== 'no look') {
    if (!state.looks) return [['in doubt', withRun({ effect: 'doubtful', step: 'idle', status: 'failed' })]]
    if (state.posts[index] > 0) return [['found', withRun({ step: 'settle' })]]
  }
  const arrives = !state.nonces[index]
  const posts: [number, number] = [state.posts[0], state.posts[1]]
  const nonces: [boolean, boolean] = [state.nonces[0], state.nonces[1]]
  if (arrives) posts[index] += 1
  nonces[index] = true
  const carriedOut = { posts, nonces }
  return [
    ['sent', withRun({ step: 'settle' }, carriedOut)],
    // The next attempt of the same process looks as well: it remembers that it has sent.
    ['answer lost', withRun({ isResumed: true, step: 'send' }, carriedOut)],
    ['not reached, given up', withRun({ step: 'idle', status: 'failed' })],
  ]
}
