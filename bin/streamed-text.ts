// Streamed text: answers on a terminal while they come.
//
//   T1. One answer at a time has the terminal. Of the others what came is kept, and shown when it is their turn or they end.
//   T2. Whose answer it is stands above it, also above what follows after something else was written in between.
//   T3. No line is broken here: the terminal does it, and whoever copies the text has it as the model wrote it.
//   T4. What the model wrote is made harmless before it is written, also where a sequence comes in two pieces.

import { plainText } from './plain-text.ts'

export interface StreamedText {
  /** A piece of the answer that `id` is giving. */
  add(id: string, piece: string): void
  /** The answer has ended, or is none. */
  end(id: string): void
  /** To be called before something else is written: ends the line that an answer is in, if it is in one. */
  interrupt(): void
  /** True while an answer has the terminal. */
  isShowing(): boolean
  /** True if this was the last answer, and stands there whole and in one piece. */
  hasShown(text: string): boolean
}

interface Terminal {
  /** Writes as it is. */
  write(text: string): void
  /** Writes, on a line of its own, whose answer follows. */
  head(id: string): void
}

interface Speech {
  text: string
  /** How much of it is written. */
  written: number
  /** How often its head was. */
  heads: number
}

export function createStreamedText(terminal: Terminal): StreamedText {
  /** By who gives it, in the order in which they began. */
  const speeches = new Map<string, Speech>()
  let speaker: string | undefined
  /** Whose head stands above the end of what is written. */
  let headOf: string | undefined
  let isInLine = false
  let lastWhole: string | undefined

  return { add, end, interrupt, isShowing: () => speaker !== undefined, hasShown: (text) => lastWhole === text }

  function add(id: string, piece: string): void {
    const speech = speeches.get(id) ?? { text: '', written: 0, heads: 0 }
    speeches.set(id, speech)
    speech.text += piece
    if (speaker === id) show(id, speech, heldBack(speech))
    if (speaker === undefined) giveTerminalToFirst()
  }

  function end(id: string): void {
    const speech = speeches.get(id)
    if (speech === undefined) return
    show(id, speech, 0)
    interrupt()
    lastWhole = speech.heads === 1 ? speech.text : undefined
    speeches.delete(id)
    if (speaker === id) speaker = undefined
  }

  /** With the next piece, whosever it is: the line that says how an answer ended comes before. */
  function giveTerminalToFirst(): void {
    for (const [id, speech] of speeches) {
      speaker = id
      show(id, speech, heldBack(speech))
      return
    }
  }

  function show(id: string, speech: Speech, held: number): void {
    const upTo = speech.text.length - held
    const shown = plainText(speech.text.slice(speech.written, upTo))
    speech.written = upTo
    if (shown === '') return
    if (headOf !== id) {
      interrupt()
      terminal.head(id)
      headOf = id
      speech.heads++
    }
    terminal.write(shown)
    isInLine = !shown.endsWith('\n')
  }

  function interrupt(): void {
    if (isInLine) terminal.write('\n')
    isInLine = false
    headOf = undefined
  }
}

/** Characters at the end of what has come that mean something only with what follows: half a sequence, half a character. */
function heldBack({ text, written }: Speech): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const open = /(?:\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?|\r|[\ud800-\udbff])$/.exec(
    text.slice(Math.max(written, text.length - MOST_HELD)),
  )
  return open?.[0].length ?? 0
}

/** A sequence that is longer is not waited for. */
const MOST_HELD = 200
