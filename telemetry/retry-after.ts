// Retry-After: how long a server asks to be left alone.

/**
 * In ms; undefined where it says nothing that can be read.
 *
 * @param now epoch ms
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const said = headers.get('retry-after')
  if (said === null) return undefined
  const ms = /^\s*\d+(?:\.\d+)?\s*$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - now
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
