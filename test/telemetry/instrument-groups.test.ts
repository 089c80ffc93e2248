import { expect, test } from 'vitest'
import { groupOf } from '../../telemetry/instrument-groups.ts'

test.for([
  ['botticelli.bot.cost.usd', 'costs'],
  ['botticelli.bot.executions', 'bots'],
  ['gen_ai.client.inference.duration', 'models'],
  ['botticelli.content.generated', 'pipeline'],
  ['something.else', 'server'],
])('%s is about %s', ([name, group]) => {
  expect(groupOf(name!)).toBe(group)
})
