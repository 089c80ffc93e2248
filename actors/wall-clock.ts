// Wall clock: when a clock of a time zone shows a time. Times of a wall clock are epoch ms as if they were UTC.

const DAY_MS = 86_400_000
const kept = new Map<string, Intl.DateTimeFormat>()

/** How far a clock of the zone is ahead of UTC, in ms. @param timeZone IANA name */
export function offsetAt(time: number, timeZone: string): number {
  const seconds = Math.floor(time / 1000) * 1000
  // Swedes write 2027-03-28 03:00:00.
  return Date.parse(`${formatOf(timeZone).format(seconds).replace(' ', 'T')}Z`) - seconds
}

/** When the clock first shows the time; for one that it skips, when it has gone on. */
export function firstShown(shown: number, timeZone: string): number {
  const [before, after] = [shown - DAY_MS, shown + DAY_MS].map((time) => offsetAt(time, timeZone)) as [number, number]
  // Of a time that is shown twice the first has the greater offset.
  const found = [Math.max(before, after), Math.min(before, after)]
    .map((offset) => shown - offset)
    .find((time) => time + offsetAt(time, timeZone) === shown)
  return found ?? changeBetween(shown - after, shown - before, timeZone)
}

/** @param from before the change, inclusive. @param to at or after it */
function changeBetween(from: number, to: number, timeZone: string): number {
  const wanted = offsetAt(to, timeZone)
  let [low, high] = [Math.floor(from / 1000) - 1, Math.ceil(to / 1000)]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle * 1000, timeZone) === wanted) high = middle
    else low = middle
  }
  return high * 1000
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = kept.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  kept.set(timeZone, format)
  return format
}
