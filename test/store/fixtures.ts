// What the tests of the store put into it.

import type { Column, NewExecution, NewRow, NewRows, StoredAnswer } from '../../store/store.ts'

export const TRACE = '0af7651916cd43dd8448eb211c80319c'
export const TRACEPARENT = `00-${TRACE}-b7ad6b7169203331-01`

export function execution(id: string, more: Partial<NewExecution> = {}): NewExecution {
  return { id, file: '/narratives/a.toml', narrative: 'a', trigger: 'cli', options: {}, startedAt: 1000, ...more }
}

export function answer(more: Partial<StoredAnswer> = {}): StoredAnswer {
  return {
    text: 'an answer',
    finishReason: 'stop',
    provider: 'scripted',
    model: 'small',
    inputTokens: 10,
    outputTokens: 5,
    costUsd: 0.25,
    durationMs: 12.5,
    ...more,
  }
}

/** Rows for the table `posts`, with the given values; columns are all text unless they are given. */
export function posts(values: readonly NewRow['values'][], more: Partial<NewRows> = {}): NewRows {
  const keys = [...new Set(values.flatMap((row) => Object.keys(row)))]
  return {
    table: 'posts',
    columns: keys.map((name): Column => ({ name, type: 'text' })),
    rows: values.map((row) => ({ values: row })),
    narrative: 'writer',
    act: 'as_json',
    executionId: 'E1',
    ...more,
  }
}
