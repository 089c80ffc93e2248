// Parallel: acts of a group run at once, know what was there before them, and leave what they made in order.

import { expect, test } from 'vitest'
import { ModelError } from '../../models/model-error.ts'
import { openHouse, type Say } from './house.ts'

const NARRATIVE = `
[narrative]
name = "n"
skip_content_generation = true
toc = ["idea", ["red", "green", "blue"], "choose"]
[acts]
idea = "Idea."
red = "Red of {{idea}}, after {{previous}}."
green = "Green."
blue = "Blue."
choose = "Choose of {{red}}, {{green}}, {{blue}}; last was {{previous}}."
`

/** Lets everything happen that only waits for its turn. */
async function turns() {
  for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done))
}

/** Answers acts in the order in which the test lets them end. */
function stage() {
  const waiting = new Map<string, PromiseWithResolvers<string | Error>>()
  const asked: string[] = []
  const slot = (act: string) => {
    const known = waiting.get(act) ?? Promise.withResolvers<string | Error>()
    waiting.set(act, known)
    return known
  }
  const say: Say = ({ act }) => {
    asked.push(act)
    return act === 'idea' || act === 'choose' ? `answer of ${act}` : slot(act).promise
  }
  return {
    say,
    asked,
    end: (act: string, answer: string | Error = `answer of ${act}`) => slot(act).resolve(answer),
    started: async (count: number) => {
      for (let turn = 0; turn < 500 && asked.length < count; turn++) await new Promise((done) => setImmediate(done))
      expect(asked).toHaveLength(count)
    },
  }
}

test('they run at once, and what they made is in the order of the toc, whoever ended first', async () => {
  const { say, asked, end, started } = stage()
  await using house = await openHouse(say)
  const run = house.run(NARRATIVE)
  await started(4)
  expect(asked).toEqual(['idea', 'red', 'green', 'blue'])
  for (const act of ['blue', 'green', 'red']) end(act)
  expect(await run).toMatchObject({ status: 'completed', acts: 5 })

  expect(house.promptsOf('red')).toEqual(['Red of answer of idea, after answer of idea.'])
  expect(house.promptsOf('choose')).toEqual([
    'Choose of answer of red, answer of green, answer of blue; last was answer of blue.',
  ])
  const conversation = house.asked.at(-1)?.conversation.map(({ role, text }) => `${role}: ${text}`)
  expect(conversation?.slice(2, -1)).toEqual([
    'user: Red of answer of idea, after answer of idea.',
    'assistant: answer of red',
    'user: Green.',
    'assistant: answer of green',
    'user: Blue.',
    'assistant: answer of blue',
  ])
  // None of them was told what another one said.
  expect(house.asked.slice(1, 4).map((one) => one.conversation.length)).toEqual([3, 3, 3])
})

test('no more at once than the narrative allows', async () => {
  const { say, asked, end, started } = stage()
  await using house = await openHouse(say)
  const run = house.run(NARRATIVE.replace('toc', 'parallel = 2\ntoc'))
  await started(3)
  await turns()
  expect(asked).toEqual(['idea', 'red', 'green'])
  end('green')
  await started(4)
  for (const act of ['red', 'blue']) end(act)
  expect(await run).toMatchObject({ status: 'completed' })
})

test('the first failure ends the group; what was answered is kept, and the rest is done when it goes on', async () => {
  const { say, asked, end, started } = stage()
  let failing = true
  await using house = await openHouse((question) => {
    if (failing) return say(question)
    asked.push(question.act)
    return `later answer of ${question.act}`
  })
  const run = house.run(NARRATIVE)
  await started(4)
  end('red')
  await turns()
  end('green', new ModelError('model-auth', 'No.'))
  const report = await run
  expect(report).toMatchObject({ status: 'failed', error: { code: 'model-auth' } })
  const statuses = Object.fromEntries(house.store.journal.acts(report.id).map(({ key, status }) => [key, status]))
  expect(statuses).toEqual({ idea: 'completed', red: 'completed', green: 'failed', blue: 'running' })

  failing = false
  expect(await house.resume(report.id)).toMatchObject({ status: 'completed' })
  expect(asked.slice(4)).toEqual(['green', 'blue', 'choose'])
  expect(house.promptsOf('choose')).toEqual([
    'Choose of answer of red, later answer of green, later answer of blue; last was later answer of blue.',
  ])
})

test('a failure keeps what waits for its turn from beginning', async () => {
  await using house = await openHouse(({ act }) => (act === 'red' ? new ModelError('model-auth', 'No.') : 'x'))
  const report = await house.run(NARRATIVE.replace('toc', 'parallel = 1\ntoc'))
  expect(report.status).toBe('failed')
  expect(house.asked.map(({ act }) => act)).toEqual(['idea', 'red'])
})

test('results without a model of a group reach the next act that asks one, in order', async () => {
  await using house = await openHouse()
  await house.run(`
[narrative]
name = "n"
skip_content_generation = true
toc = [["one", "talk", "two"], "use"]
[tables.a]
table_name = "state_a"
[acts]
talk = "Talk."
use = "Use."
[[acts.one.input]]
type = "bot_command"
platform = "discord"
command = "messages.send"
channel_id = "1"
content = "first"
[[acts.two.input]]
type = "bot_command"
platform = "discord"
command = "messages.send"
channel_id = "2"
content = "second"
`)
  const [prompt] = house.promptsOf('use')
  expect(prompt).toMatch(/^Result of "one":.*"first".*\nResult of "two":.*"second".*\nUse\.$/s)
})

test('narratives run at once as well, an act that is skipped leaves nothing, and one may stand there twice', async () => {
  await using house = await openHouse()
  const report = await house.run(
    `
[acts]
write = "Write."
use = "Use {{left}} and {{right}}."
again = "Again."
rare = { prompt = "Rare.", when = "1 == 2" }
left = { narrative = "one" }
right = { narrative = "one" }
[narrative.one]
skip_content_generation = true
toc = ["write"]
[narrative.main]
skip_content_generation = true
toc = [["left", "right", "rare", "again", "again"], "use"]
`,
    { narrative: 'main' },
  )
  expect(report).toMatchObject({ status: 'completed', acts: 5 })
  expect(house.promptsOf('use')).toEqual(['Use answer of write and answer of write.'])
  expect(
    house.store.journal
      .acts(report.id)
      .map(({ key }) => key)
      .sort(),
  ).toEqual(['again', 'again#2', 'left', 'rare', 'right', 'use'].sort())
})

test('whoever cancels the run ends all of the group', async () => {
  const { say, started } = stage()
  await using house = await openHouse(say)
  const stop = new AbortController()
  const run = house.run(NARRATIVE, { signal: stop.signal })
  await started(4)
  stop.abort()
  expect(await run).toMatchObject({ status: 'cancelled' })
})
