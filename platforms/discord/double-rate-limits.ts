// Rate limits of the Discord double: buckets by method, route and first id, told in Discord's headers.

export interface RateLimit {
  /** Requests in a window. */
  readonly limit: number
  readonly windowMs: number
}

export interface Buckets {
  /** Counts a request; undefined when there is no limit. */
  take(method: string, path: string): Taken | undefined
}

interface Taken {
  readonly allowed: boolean
  readonly resetAfterMs: number
  readonly headers: Readonly<Record<string, string>>
}

export function createBuckets(rateLimit: RateLimit | undefined, now: () => number): Buckets {
  const windows = new Map<string, { used: number; resetAt: number }>()
  return {
    take(method, path) {
      if (rateLimit === undefined) return undefined
      const key = bucketOf(method, path)
      const known = windows.get(key)
      const open =
        known !== undefined && known.resetAt > now() ? known : { used: 0, resetAt: now() + rateLimit.windowMs }
      windows.set(key, open)
      const allowed = open.used < rateLimit.limit
      if (allowed) open.used += 1
      const resetAfterMs = open.resetAt - now()
      const headers = {
        'x-ratelimit-limit': String(rateLimit.limit),
        'x-ratelimit-remaining': String(rateLimit.limit - open.used),
        'x-ratelimit-reset-after': String(resetAfterMs / 1_000),
        'x-ratelimit-bucket': key.replaceAll(/\W/g, '').toLowerCase(),
      }
      return { allowed, resetAfterMs, headers }
    },
  }
}

/** The first id counts, such as the channel's; later ones share a bucket. */
function bucketOf(method: string, path: string): string {
  const [, area, id, ...rest] = path.split('/')
  return [method, area, id, ...rest.map((part) => (/^\d+$/.test(part) ? ':id' : part))].join('/')
}
