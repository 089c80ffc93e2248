// Json repairs: what models usually break in JSON, and how it is mended (D-41). In the order in which they are tried;
// each works on what the ones before left.

export type RepairName =
  | 'control-characters'
  | 'smart-quotes'
  | 'trailing-commas'
  | 'single-quotes'
  | 'raw-newlines'
  | 'truncated'
  | 'opening-brace'
  | 'closing-brace'

export const REPAIRS: readonly (readonly [RepairName, (text: string) => string])[] = [
  ['control-characters', withoutControlCharacters],
  ['smart-quotes', withStraightQuotes],
  ['trailing-commas', withoutTrailingCommas],
  ['single-quotes', withDoubleQuotes],
  ['raw-newlines', withEscapedNewlines],
  ['truncated', closeWhatIsOpen],
  ['opening-brace', (text) => (/^\s*["'\w]/.test(text) ? `{${text}` : text)],
  ['closing-brace', (text) => (/^\s*\{/.test(text) && !/\}\s*$/.test(text) ? `${text}}` : text)],
]

/** Line breaks and tabs stay: they are white space between values, and `raw-newlines` escapes them inside strings. */
function withoutControlCharacters(text: string): string {
  return [...text].filter((char) => /[\n\r\t]/.test(char) || !/[\p{Cc}\uFEFF\u200B\u2060]/u.test(char)).join('')
}

/** Curly quotes where a delimiter belongs: beside brackets, colons and commas. Inside a text they stay. */
function withStraightQuotes(text: string): string {
  return outsideStrings(text, (part) =>
    part
      .replace(/(^|[[{,:]\s*)[“”„‟«»]/g, '$1"')
      .replace(/[“”„‟«»](\s*(?:$|[\]},:]))/g, '"$1')
      .replace(/(^|[[{,:]\s*)[‘’‚‛]/g, "$1'")
      .replace(/[‘’‚‛](\s*(?:$|[\]},:]))/g, "'$1"),
  )
}

function withoutTrailingCommas(text: string): string {
  return outsideStrings(text, (part) => {
    // By hand: a pattern would look at a long run of commas again from each of them.
    let result = ''
    let copied = 0
    for (let index = 0; index < part.length; index += 1) {
      if (part[index] !== ']' && part[index] !== '}') continue
      const kept = trimEnd(part.slice(copied, index))
      const removed = part.slice(copied + kept.length, index)
      result += removed.includes(',') ? kept : kept + removed
      copied = index
    }
    return result + part.slice(copied)
  })
}

/** Without white space and commas at the end. */
function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && /[\s,]/.test(text[end - 1]!)) end -= 1
  return text.slice(0, end)
}

/** Strings in single quotes, keys and values: what ends one is a quote before a colon, comma or bracket. */
function withDoubleQuotes(text: string): string {
  let result = ''
  let before = ''
  let mayEnd = true
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]!
    const opens = char === "'" && mayEnd && /[[{,:]|^$/.test(before)
    const end = char === '"' ? endOfString(text, index) : opens ? endOfQuote(text, index) : -1
    // Where this one finds no end, none after it does: it is where the answer was cut off.
    if (opens && end < 0) {
      mayEnd = false
      result += '"'
    } else if (end < 0) result += char
    else {
      const inner = text.slice(index + 1, end).replace(/^'(.*)'$/s, '$1')
      result +=
        char === '"' ? text.slice(index, end + 1) : `"${inner.replace(/\\'/g, "'").replace(/(?<!\\)"/g, '\\"')}"`
      index = end
    }
    if (/\S/.test(char)) before = char
  }
  return result
}

/** Index of the double quote that ends the string, or of the last character. */
function endOfString(text: string, start: number): number {
  let index = start + 1
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1
  return Math.min(index, text.length - 1)
}

const ENDS_QUOTE = /'(?=\s*(?:$|[\]},:]))/g

/** Index of the single quote that ends the one at `start`; -1 if none does. */
function endOfQuote(text: string, start: number): number {
  ENDS_QUOTE.lastIndex = start + 1
  for (let match = ENDS_QUOTE.exec(text); match !== null; match = ENDS_QUOTE.exec(text)) {
    if (text[match.index - 1] !== '\\') return match.index
  }
  return -1
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function withEscapedNewlines(text: string): string {
  return eachPart(
    text,
    (outside) => outside,
    (inside) => inside.replace(/[\n\r\t]/g, (char) => ESCAPES[char]!),
  )
}

/**
 * Ends what a cut-off answer left open: the string if it is a value, then every bracket. What the cut made useless, a
 * key without its value or half a word, is dropped.
 */
function closeWhatIsOpen(text: string): string {
  const end = scan(text)
  if (end.open === undefined && !end.inString) return text
  const atString = end.inString && end.isValue
  const closed = atString ? `${text.slice(0, end.stringEnd)}"` : trimEnd(text.slice(0, end.safe))
  let closing = ''
  for (let open = atString ? end.open : end.openAtSafe; open !== undefined; open = open.outer) {
    closing += open.bracket === '{' ? '}' : ']'
  }
  return closed + closing
}

/** The innermost open bracket and those around it. */
interface Open {
  readonly bracket: string
  readonly outer: Open | undefined
}

interface ScanEnd {
  readonly open: Open | undefined
  readonly inString: boolean
  /** Whether the string that is open is a value, not a key. */
  readonly isValue: boolean
  /** Where the open string must end so that no half escape remains. */
  readonly stringEnd: number
  /** Up to here everything is whole. */
  readonly safe: number
  readonly openAtSafe: Open | undefined
}

function scan(text: string): ScanEnd {
  let open: Open | undefined
  let inString = false
  let afterColon = false
  let safe = 0
  let openAtSafe: Open | undefined
  let stringEnd = 0
  const expectsValue = () => afterColon || open?.bracket === '['
  const remember = (index: number) => {
    safe = index
    openAtSafe = open
  }
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]!
    if (inString) {
      if (char === '\\') {
        const length = text[index + 1] === 'u' ? 6 : 2
        if (index + length <= text.length) stringEnd = index + length
        index += length - 1
      } else if (char === '"') {
        inString = false
        if (expectsValue()) remember(index + 1)
      } else stringEnd = index + 1
    } else if (char === '"') {
      inString = true
      stringEnd = index + 1
    } else if (char === '{' || char === '[') {
      open = { bracket: char, outer: open }
      afterColon = false
      remember(index + 1)
    } else if (char === '}' || char === ']') {
      open = open?.outer
      afterColon = false
      remember(index + 1)
    } else if (char === ':') afterColon = true
    else if (char === ',') {
      // A number or a word before the comma is whole.
      if (expectsValue()) remember(index)
      afterColon = false
    }
  }
  // A word or number at the very end counts as whole: far more often a bracket is missing than half a number.
  const value = /[[,:]\s*(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*$/.test(text)
  if (value && !inString && expectsValue()) remember(text.trimEnd().length)
  return { open, inString, isValue: expectsValue(), stringEnd, safe, openAtSafe }
}

// ---------------------------------------------------------------------------- strings and what is between them

function outsideStrings(text: string, change: (part: string) => string): string {
  return eachPart(text, change, (inside) => inside)
}

/** Changes a text part by part: what is in double quotes, quotes included, and what is not. */
function eachPart(text: string, outside: (part: string) => string, inside: (part: string) => string): string {
  // A quote after a backslash is no delimiter: it is part of a string in quotes of another kind.
  const parts = text.split(/((?<!\\)"(?:\\[\s\S]|[^"\\])*(?:"|$))/)
  return parts.map((part, index) => (index % 2 === 0 ? outside(part) : inside(part))).join('')
}
