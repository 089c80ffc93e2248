// Answer so far: what a model has said while it is still speaking, told now and then.
//
//   F1. Told at most four times a second, with the end of the text only: whoever looks is shown that it goes on, and how.

/** Plain data, for whoever looks at the actor of the act. */
export interface AnswerSoFar {
  readonly characters: number
  /** The end of the text. */
  readonly latest: string
}

const EVERY_MS = 250
const MOST_CHARACTERS = 200

/** @returns what is to be given each piece of one answer */
export function followAnswer(tell: (soFar: AnswerSoFar) => void, now: () => number): (piece: string) => void {
  let characters = 0
  let latest = ''
  let toldAt = Number.NEGATIVE_INFINITY
  return (piece) => {
    characters += piece.length
    latest = (latest + piece).slice(-MOST_CHARACTERS)
    if (now() - toldAt < EVERY_MS) return
    toldAt = now()
    tell({ characters, latest })
  }
}
