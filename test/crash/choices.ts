// Choices: every way that a play can go, one after another.
//
// A play is run from its beginning each time and asks what happens next; the answers are changed from the last one
// backwards until all were given. A play whose answers are the same has to ask the same.

export interface Choices {
  /** One of the options; the first in the first play. */
  choose<T extends string>(what: string, options: readonly T[]): T
  /** What was chosen so far, apart from what had only one option. */
  readonly way: readonly string[]
}

interface Asked {
  readonly what: string
  readonly count: number
  chosen: number
}

/** @returns what each of the plays came to, in the order of their answers */
export async function playAll<T>(play: (choices: Choices) => Promise<T>): Promise<readonly T[]> {
  const outcomes: T[] = []
  let asked: Asked[] = []
  for (;;) {
    outcomes.push(await playOnce(play, asked))
    while (asked.length > 0 && asked.at(-1)!.chosen + 1 === asked.at(-1)!.count) asked = asked.slice(0, -1)
    const last = asked.at(-1)
    if (last === undefined) return outcomes
    last.chosen++
  }
}

async function playOnce<T>(play: (choices: Choices) => Promise<T>, asked: Asked[]): Promise<T> {
  const way: string[] = []
  const isAnother = (what: string) => new Error(`The play is not the same again: ${what}.\n${way.join('\n')}`)
  let at = 0
  // Whoever asks may take the error for a failure of its own.
  let wrong: Error | undefined
  const outcome = await play({
    way,
    choose(what, options) {
      if (options.length === 1) return options[0]!
      const next: Asked = asked[at] ?? { what, count: options.length, chosen: 0 }
      if (next.what !== what || next.count !== options.length) {
        wrong ??= isAnother(`it asks "${what}" for "${next.what}"`)
        throw wrong
      }
      asked[at++] = next
      const option = options[next.chosen]!
      way.push(`${what}: ${option}`)
      return option
    },
  })
  if (wrong !== undefined) throw wrong
  if (at < asked.length) throw isAnother('it ended before it had asked all')
  return outcome
}
