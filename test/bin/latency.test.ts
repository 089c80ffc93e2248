import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeProject } from '../end-to-end/project.ts'

const LIBRARY = join(import.meta.dirname, '../../narratives/library')

test('an act that stands for a narrative took as long for models as the acts of that narrative', async () => {
  using project = makeProject()
  const ran = await project.botticelli([
    'run',
    join(LIBRARY, 'generate.toml'),
    '--narrative-name',
    'batch',
    '--model',
    'scripted',
  ])
  expect(ran.code).toBe(0)
  const { id } = project.look((store) => store.executions.list({ limit: 1 }))[0]!
  const { stdout } = await project.botticelli(['latency', id, '--json'])
  const { acts } = JSON.parse(stdout) as { acts: { act: string; ms: number; modelMs: number; commandMs: number }[] }
  const whole = acts.find(({ act }) => act === 'feature')!
  const parts = acts.filter(({ act }) => act.startsWith('feature/'))
  expect(parts).toHaveLength(4)
  const ofParts = parts.reduce((sum, { modelMs }) => sum + modelMs, 0)
  expect(ofParts).toBeGreaterThan(0)
  expect(whole.modelMs).toBe(ofParts)
})
