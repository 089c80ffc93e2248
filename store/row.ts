// Rows between SQLite and the domain: JSON is text there, and what is absent is NULL.

/** For a column that keeps JSON as text; undefined stays NULL. */
export function toText(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

export function fromText<T>(text: string | null): T | undefined {
  return text === null ? undefined : (JSON.parse(text) as T)
}

/** A row with its NULLs left out, so that they are absent in the answer. */
export function present<T extends object>(row: { [K in keyof T]: T[K] | null | undefined }): T {
  const found: Record<string, unknown> = {}
  for (const name in row) if (row[name] !== null && row[name] !== undefined) found[name] = row[name]
  return found as T
}
