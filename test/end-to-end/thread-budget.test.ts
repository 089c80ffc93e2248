// Bots in threads share the budgets with all others: what one of them holds back, none of the others can spend.

import { expect, test } from 'vitest'
import { openBotticelli } from '../../botticelli.ts'
import { loadConfig } from '../../config/load-config.ts'
import { makeProject, until } from './project.ts'

/** A call holds back ten cents at most, and costs a fraction of one; the budget has room for one at a time. */
const CONFIG = `drain = "2s"
[telemetry]
log_level = "error"
metrics = false
[models]
default = "scripted"
script = "script.toml"
daily_budget_usd = 0.15
[models.prices.scripted]
input_per_million = 0
output_per_million = 1000
[bots.one]
narrative = "text.toml"
isolation = "thread"
[bots.two]
narrative = "text.toml"
isolation = "thread"
`

test('two threads cannot exceed a budget together, and what a killed one held is free again', {
  timeout: 120_000,
}, async () => {
  using project = makeProject()
  project.write(
    'text.toml',
    '[narrative]\nname = "text"\nmax_tokens = 100\n[toc]\norder = ["write"]\n[acts]\nwrite = "Go."\n',
  )
  project.write('script.toml', '[[reply]]\ntext = "Done."\ndelay = "1500ms"\n')
  project.write('botticelli.toml', CONFIG)
  const { config } = loadConfig({ cwd: project.folder, environment: {} })
  const app = await openBotticelli(config)
  await using _ = { [Symbol.asyncDispose]: () => app.stop() }
  const run = (bot: string, id: string) =>
    app.system.tell(`/bots/${bot}`, { type: 'bot.run', run: id, trigger: 'manual' } as never)
  const isAsking = (bot: string, id: string) => () =>
    app.system.record(`/bots/${bot}/run-${id}/write`)?.value === 'asking'
  const statusOf = (id: string) => app.store.executions.find(id)?.status

  const told = () => JSON.stringify(['01A', '01B', '01C', '01D'].map((id) => app.store.executions.find(id)))

  run('one', '01A')
  await until(isAsking('one', '01A'), 20_000, told)
  run('two', '01B')
  await until(() => app.status().bots.find(({ bot }) => bot === 'two')?.skipped === 1, 20_000, told)
  await until(() => statusOf('01A') === 'completed', 20_000, told)
  expect(app.store.ledger.totals({ bot: 'one' })).toMatchObject({ calls: 1 })
  expect(app.store.ledger.totals({ bot: 'two' })).toMatchObject({ calls: 0 })

  // It is killed over a call, and nobody gives back for it what it held. In its next life it goes on with the run.
  run('two', '01C')
  await until(isAsking('two', '01C'), 20_000, told)
  app.system.kill('/bots/two')
  await until(() => statusOf('01C') === 'completed', 40_000, told)
  run('one', '01D')
  await until(() => statusOf('01D') === 'completed', 20_000, told)
})
