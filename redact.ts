// Redact: takes secrets out of a text (P8). Below everything, since every error is told without them.
//
// Owns the shapes of secrets and the values that are known to be secret. What has keys as well is telemetry/redaction.ts.
//
//   X1. A text that holds something shaped like a secret loses that part and keeps the rest.
//   X2. A value that configuration named as a secret (`hideSecrets`) is taken out wherever it turns up, the longest first:
//       nothing is left of one that holds another.

export const CENSOR = '[redacted]'

/** The text without anything that looks like a key, a token, a password or an authorization header. */
export function redact(text: string): string {
  if (text.length < MIN_SECRET_LENGTH || harmless.has(text)) return text
  const clean = withoutSecrets(text)
  if (clean !== text) redactions += 1
  else if (text.length <= MAX_REMEMBERED_LENGTH) remember(text)
  return clean
}

function remember(text: string): void {
  if (harmless.size >= MAX_REMEMBERED) harmless.clear()
  harmless.add(text)
}

function withoutSecrets(text: string): string {
  let clean = withoutKnown(text)
  if (SUSPICIOUS.test(clean)) for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement)
  return clean
}

/** X2 alone: for what may well speak of passwords and keys, such as an answer of a model. */
export function withoutKnown(text: string): string {
  let clean = text
  for (const secret of known) {
    if (clean.includes(secret)) clean = clean.replaceAll(secret, CENSOR)
  }
  return clean
}

/** X2 for a text that comes in pieces. What may be the beginning of a secret waits for the piece that decides, or the end. */
export function withoutKnownAsItComes(tell: (piece: string) => void): { tell(piece: string): void; end(): void } {
  let waiting = ''
  const say = (text: string) => {
    if (text !== '') tell(withoutKnown(text))
  }
  return {
    tell(piece) {
      const text = waiting + piece
      const decided = decidedOf(text)
      waiting = text.slice(decided)
      say(text.slice(0, decided))
    },
    end() {
      say(waiting)
      waiting = ''
    },
  }
}

/** How many characters can be told: what comes next makes none of them part of a secret that is not whole yet. */
function decidedOf(text: string): number {
  const open = known.map((secret) => {
    let length = Math.min(secret.length - 1, text.length)
    while (length > 0 && !text.endsWith(secret.slice(0, length))) length -= 1
    return length
  })
  let decided = text.length - Math.max(0, ...open)
  // Nor is one cut that is whole.
  for (let before = -1; before !== decided; ) {
    before = decided
    for (const secret of known) {
      const at = text.indexOf(secret, Math.max(0, decided - secret.length + 1))
      if (at >= 0 && at < decided) decided = at
    }
  }
  return decided
}

/**
 * Takes these very values out of everything from now on, as they are, in a URL or in JSON. Values under 8 characters are
 * too common to be looked for.
 */
export function hideSecrets(secrets: Iterable<string | undefined>): void {
  for (const secret of secrets) {
    if (secret === undefined || secret.length < MIN_SECRET_LENGTH) continue
    harmless.clear()
    const spellings = [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)]
    known = [...new Set([...known, ...spellings])].sort((one, other) => other.length - one.length)
  }
}

/** How many texts and values lost something since the process began. */
export function countRedactions(): number {
  return redactions
}

/** For what was taken out by its key. */
export function noteRedaction(): void {
  redactions += 1
}

const MIN_SECRET_LENGTH = 8

let known: readonly string[] = []
/** Names that come again and again, in every span and line, are looked at once. */
const harmless = new Set<string>()
const MAX_REMEMBERED = 2_000
const MAX_REMEMBERED_LENGTH = 100
let redactions = 0

/** Where this finds nothing, none of the patterns does: one look in place of seventeen. */
const SUSPICIOUS =
  /-----BEGIN|bearer|basic|aiza|sk-|gh[pousr]_|github_pat_|glpat-|hf_|xox|akia|asia|eyj|\.[\w-]{6}\.|webhooks\/|services\/|\/\/|[?&;]|passw|secret|api|authorization|cookie|token/i

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, CENSOR],
  // With a digit or padding in it: "a bearer authentication scheme" is no secret.
  [/\b(Bearer|Basic)\s+(?=[\w.~+/-]*[\d=])[\w.~+/-]{8,}=*/gi, `$1 ${CENSOR}`],
  [/\bAIza[\w-]{30,}/g, CENSOR],
  [/\bsk-[\w-]{16,}/g, CENSOR],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|hf_)\w{16,}/g, CENSOR],
  [/\bxox[a-z]-[\w-]{10,}/g, CENSOR],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, CENSOR],
  [/\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g, CENSOR],
  // A Discord bot token: the bot's id in base 64, a time and a signature.
  [/\b[MNO][\w-]{22,28}\.[\w-]{6}\.[\w-]{27,}/g, CENSOR],
  [/(\/api\/(?:v\d+\/)?webhooks\/\d+\/)[\w-]{16,}/g, `$1${CENSOR}`],
  [/(\/services\/T\w+\/B\w+\/)\w{16,}/g, `$1${CENSOR}`],
  [/(\/\/)[^\s/?#@"'<>]+@/g, `$1${CENSOR}@`],
  [/([?&;](?:[\w-]*(?:key|token|secret|password|signature)|sig)=)[^&\s#"']+/gi, `$1${CENSOR}`],
  [/((?:password|passwd|secret|api[_-]?key)["']?\s*[:=]\s*["']?)(?!\[redacted)[^\s"',;&})\]]{4,}/gi, `$1${CENSOR}`],
  [/((?:authorization|cookie)["']?\s*[:=]\s*["']?)(?!\[redacted)[^\s"'][^\r\n"']{3,}/gi, `$1${CENSOR}`],
  // A parser's "unexpected token: name" is not a secret; what looks random or stands after `=` is.
  [/(token["']?\s*(?:=\s*["']?))(?!\[redacted)[^\s"',;&})\]]{8,}/gi, `$1${CENSOR}`],
  [/(token["']?\s*:\s*["']?)(?=[\w.~+/=-]*\d)[\w.~+/=-]{16,}/gi, `$1${CENSOR}`],
]
