// The example of docs/supervision.md is this folder's docs-example.ts, and does what the page says.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('the example on the page is the one that runs', async () => {
  const page = readFileSync(new URL('../../docs/supervision.md', import.meta.url), 'utf8')
  const source = readFileSync(new URL('./docs-example.ts', import.meta.url), 'utf8')
  const shown = /```ts\n([\s\S]*?)```/.exec(page)?.[1]
  const run = source
    .replace("'../../supervisor/index.ts'", "'./supervisor/index.ts'")
    .replace('\nexport { system }\n', '')
  expect(shown).toBe(run)
  const { system } = await import('./docs-example.ts')
  await expect.poll(() => system.record('/counter')).toMatchObject({ incarnation: 4, handled: 1, failed: 3 })
  expect(system.deadLetters()).toMatchObject([{ reason: 'poison', message: { type: 'spoil' } }])
  await system.stop()
})
