import { describe, expect, test } from 'vitest'
import { checkSupervisor, doubtsAbout } from '../../supervisor/check-spec.ts'
import { SpecError, type SupervisionEvent, type SupervisorSpec, startSystem } from '../../supervisor/index.ts'
import { counter } from './counter.ts'

const flags = { id: 's', strategy: 'one_for_one' } as const

describe('a specification that is refused', () => {
  test.for<[title: string, spec: object, problem: string, field: string]>([
    ['unknown strategy', { ...flags, strategy: 'all_for_none' }, 'invalid_strategy', 'strategy'],
    ['intensity below 0', { ...flags, intensity: -1 }, 'invalid_intensity', 'intensity'],
    ['no period', { ...flags, periodMs: 0 }, 'invalid_period', 'periodMs'],
    ['unknown auto-shutdown', { ...flags, autoShutdown: 'maybe' }, 'invalid_auto_shutdown', 'autoShutdown'],
    ['no id', { ...flags, children: [{ kind: 'x', start() {} }] }, 'missing_id', 'id'],
    ['no start', { ...flags, children: [{ id: 'a', kind: 'x' }] }, 'missing_start', 'start'],
    ['half a millisecond', { ...flags, children: [counter('a', { shutdown: 0.5 })] }, 'invalid_shutdown', 'shutdown'],
    ['an id twice', { ...flags, children: [counter('a'), counter('a')] }, 'duplicate_child_name', 'id'],
    ['no template', { ...flags, strategy: 'simple_one_for_one' }, 'bad_start_spec', 'template'],
    [
      'permanent and significant',
      { ...flags, autoShutdown: 'any_significant', children: [counter('a', { significant: true })] },
      'bad_combination',
      'significant',
    ],
  ])('%s', async ([, spec, problem, field]) => {
    expect(checkSupervisor(spec as SupervisorSpec)).toMatchObject({ problem })
    const refused = startSystem(spec as SupervisorSpec)
    await expect(refused).rejects.toBeInstanceOf(SpecError)
    await expect(refused).rejects.toMatchObject({ code: 'child-spec' })
    await expect(refused).rejects.toThrow(problem)
    if (problem !== 'bad_start_spec') await expect(refused).rejects.toThrow(field)
  })
})

test('what is allowed and almost never meant is said', async () => {
  const events: SupervisionEvent[] = []
  const children: SupervisorSpec[] = [
    { id: 'transient', strategy: 'one_for_one', restart: 'transient', children: [] },
    { id: 'brittle', strategy: 'simple_one_for_one', intensity: 0, template: counter('t') },
    {
      id: 'slow',
      strategy: 'one_for_one',
      intensity: 3,
      periodMs: 1_000,
      children: [counter('a', { backoff: { minMs: 500, maxMs: 5_000 } })],
    },
    { id: 'fine', strategy: 'one_for_one', children: [counter('a', { backoff: { minMs: 10, maxMs: 100 } })] },
  ]
  const system = await startSystem({ ...flags, children }, { listen: (event) => events.push(event) })
  const doubts = events.filter((event) => event.type === 'doubtful')
  expect(doubts.map(({ path }) => path)).toEqual(['/transient', '/brittle', '/slow'])
  expect(doubtsAbout(children[2]!)).toEqual([
    'The back-off of a is so slow that its crashes alone never reach the intensity.',
  ])
  await system.stop()
})
