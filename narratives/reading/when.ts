// When: the condition of an act, refused where it cannot be read.

import { type Condition, parseCondition } from '../condition.ts'
import type { Keys } from './keys.ts'
import type { Ports } from './ports.ts'

export function readWhen(act: Keys, { checkFilter }: Ports): Condition | undefined {
  const text = act.string('when')
  if (text === undefined) return undefined
  const node = act.node('when')!
  const parsed = parseCondition(text)
  const problem = 'problem' in parsed ? parsed.problem : filterProblemIn(parsed.condition, checkFilter)
  if (problem !== undefined) {
    act.report.error('bad-condition', node, `The condition of the act cannot be used: ${problem}.`, {
      fix: 'Write it like: score.value >= 7 and count(posts) < 10',
    })
  }
  return 'condition' in parsed ? parsed.condition : undefined
}

function filterProblemIn(condition: Condition, check: Ports['checkFilter']): string | undefined {
  if (condition.is === 'count') return condition.where === undefined ? undefined : check?.(condition.where)
  if ('of' in condition) return filterProblemIn(condition.of, check)
  if (!('left' in condition)) return undefined
  return filterProblemIn(condition.left, check) ?? filterProblemIn(condition.right, check)
}
