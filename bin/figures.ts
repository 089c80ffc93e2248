// Figures: how times, tokens and money look to a person.

/** `480 ms`, `12.1 s`, `3 min 20 s`, `4 h 10 min`, `2 d 3 h`. Less than none, after the clock was set back, is none. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(Math.max(ms, 0))} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const [minutes, hours, days] = [Math.floor(ms / 60_000), Math.floor(ms / 3_600_000), Math.floor(ms / 86_400_000)]
  if (hours < 1) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`
  if (days < 1) return `${hours} h ${minutes % 60} min`
  return `${days} d ${hours % 24} h`
}

/** `12 s ago`, `3 h ago`: one unit, rounded down. */
export function ago(at: number, now: number): string {
  const ms = Math.max(now - at, 0)
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s ago`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ago`
  return `${Math.floor(ms / 86_400_000)} d ago`
}

/** `12,345`. By hand: the locale's own way takes 20 ms the first time, and every command says a number. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

export function tokens(count: number): string {
  return `${grouped(count)} tokens`
}

/** `$0.0021`; four decimals, since a call may cost less than a cent. */
export function money(usd: number): string {
  return usd > 0 && usd < 0.00005 ? '<$0.0001' : `$${usd.toFixed(4)}`
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : many}`
}

/** Epoch ms as ISO 8601 in UTC; what --json prints. */
export function isoTime(at: number): string {
  return new Date(at).toISOString()
}

/** The same value, its numbers under `until` and under keys that end in `At` (epoch ms) as ISO times. For values that we shaped ourselves. */
export function withIsoTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withIsoTimes)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      (key === 'until' || key.endsWith('At')) && typeof inner === 'number' ? isoTime(inner) : withIsoTimes(inner),
    ]),
  )
}
