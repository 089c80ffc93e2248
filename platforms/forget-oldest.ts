// Forget oldest: the bound of every collection here that lives as long as the server.

/** Drops what was put in first, until at most `max` are left. */
export function forgetOldest(all: Map<string, unknown> | Set<string>, max: number): void {
  for (const oldest of all.keys()) {
    if (all.size <= max) return
    all.delete(oldest)
  }
}
