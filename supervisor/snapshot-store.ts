// Snapshot store: where the state of permanent actors waits for the next process. A port; the adapter is the store's.

export interface StoredSnapshot {
  /** `machine@version`: the logic that this state belongs to. */
  readonly logic: string
  /** What XState's `getPersistedSnapshot` gave: JSON. */
  readonly snapshot: unknown
  /** Epoch ms. */
  readonly savedAt: number
}

export interface SnapshotStore {
  load(path: string): StoredSnapshot | undefined
  save(path: string, stored: StoredSnapshot): void
  remove(path: string): void
}
