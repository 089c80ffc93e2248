// Plain text: what a model or another server wrote, made safe to print on a terminal.

/**
 * Without control characters (escape sequences, bells, carriage returns) and without the marks that turn the direction
 * of writing: printed, the text can only be read. Line breaks and tabs stay.
 */
export function plainText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
      .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])/g, '')
      .replace(/\r\n/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
      .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
  )
}

/** The same text with a sign in place of each control character, so that columns stay where they are. */
export function maskControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

/** The text on one line, cut at so many characters. */
export function oneLine(text: string, width: number): string {
  const characters = [...plainText(text).replace(/\s+/g, ' ').trim()]
  return characters.length > width ? `${characters.slice(0, Math.max(width - 1, 0)).join('')}…` : characters.join('')
}
