// Times in content: ISO 8601 in UTC with milliseconds, as people want to see them and as text sorts them.

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i

export function toIso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** Epoch milliseconds of a time that a model wrote; without a zone it is UTC. Undefined for anything else. */
export function parseTime(text: string): number | undefined {
  const match = ISO.exec(text.trim())
  if (!match) return undefined
  const [, date, minutes = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = match
  const millis = fraction === '' ? '' : fraction.slice(0, 4).padEnd(4, '0')
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
  const time = Date.parse(`${date}T${minutes}${seconds}${millis}${offset}`)
  return Number.isNaN(time) ? undefined : time
}

/** Numbers below this are seconds since 1970, others milliseconds: it is the year 5138 or the year 1973. */
export const SECONDS_BELOW = 100_000_000_000

export function epochToMs(number: number): number {
  return Math.abs(number) < SECONDS_BELOW ? number * 1000 : number
}
