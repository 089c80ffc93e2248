import { expect, test } from 'vitest'
import { createBudgetGate } from '../../models/budget.ts'
import { openBudgetBook } from '../../models/budget-book.ts'
import type { Answer, Model, Question } from '../../models/model.ts'
import { createPrices } from '../../models/prices.ts'

const prices = createPrices({ priced: { inputPerMillion: 0, outputPerMillion: 1_000 } })
const until = Date.UTC(2027, 0, 1)
const signal = new AbortController().signal

/** At the price above, an answer of at most 100 tokens costs at most 10 cents. */
const question: Question = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello.' }] }],
  maxTokens: 100,
  origin: { narrative: 'n', act: 'a' },
}

/** A model whose answers come when the test says so. */
function heldModel(name = 'priced', provider = 'somebody') {
  const waiting: ((answer: Answer) => void)[] = []
  const model: Model = {
    provider,
    name,
    ask: () => new Promise((resolve) => waiting.push(resolve)),
  }
  const answerAll = () => {
    for (const resolve of waiting.splice(0)) resolve({} as Answer)
  }
  return { model, waiting, answerAll }
}

function gateWith(spent: { usd: number }, limitUsd: number | undefined) {
  const allowances = () =>
    limitUsd === undefined ? [] : [{ period: 'day' as const, spentUsd: spent.usd, limitUsd, until }]
  return createBudgetGate({ budget: openBudgetBook({ allowances }), prices, now: () => 0 })
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a call that could cost more than is left is not made', async () => {
  const { model, waiting } = heldModel()
  const guarded = gateWith({ usd: 0.95 }, 1).guard(model)
  await expect(guarded.ask(question, { signal })).rejects.toMatchObject({
    code: 'budget-reached',
    retryable: false,
    message: expect.stringContaining('has $0.0500 left, and the call could cost $0.1000'),
  })
  expect(waiting).toHaveLength(0)
})

test('a film that could cost more than is left is not sent', async () => {
  const priced = createPrices({ priced: { inputPerMillion: 1, outputPerMillion: 0 } })
  const allowances = () => [{ period: 'day' as const, spentUsd: 0, limitUsd: 0.1, until }]
  const budget = openBudgetBook({ allowances })
  const { model, waiting } = heldModel()
  const guarded = createBudgetGate({ budget, prices: priced, now: () => 0 }).guard(model)
  const film = (sizeBytes: number): Question => {
    const media = { type: 'media' as const, kind: 'video' as const, mime: 'video/mp4', bytes: Buffer.alloc(sizeBytes) }
    return { ...question, messages: [{ role: 'user', parts: [media] }] }
  }
  await expect(guarded.ask(film(8_300_000), { signal })).rejects.toMatchObject({ code: 'budget-reached' })
  void guarded.ask(film(830_000), { signal })
  await turn()
  expect(waiting).toHaveLength(1)
})

test('calls at the same time cannot exceed the budget together', async () => {
  const spent = { usd: 0 }
  const { model, waiting, answerAll } = heldModel()
  const guarded = gateWith(spent, 0.25).guard(model)
  const calls = Array.from({ length: 10 }, () =>
    guarded.ask(question, { signal }).then(
      () => 'made',
      () => 'refused',
    ),
  )
  await turn()
  expect(waiting).toHaveLength(2)
  spent.usd = 0.02 // what they did cost
  answerAll()
  expect((await Promise.all(calls)).filter((each) => each === 'made')).toHaveLength(2)
  await turn()
  void guarded.ask(question, { signal })
  await turn()
  expect(waiting).toHaveLength(1)
})

test('a call that fails gives back what was held for it', async () => {
  const failing: Model = { ...heldModel().model, ask: () => Promise.reject(new Error('down')) }
  const guarded = gateWith({ usd: 0 }, 0.1).guard(failing)
  await expect(guarded.ask(question, { signal })).rejects.toThrow('down')
  await turn()
  await expect(guarded.ask(question, { signal })).rejects.toThrow('down')
})

test('an unknown price is refused while there is a budget, and nobody asks for it without one', async () => {
  const unknown = heldModel('no-such-model-anywhere')
  await expect(gateWith({ usd: 0 }, 1).guard(unknown.model).ask(question, { signal })).rejects.toMatchObject({
    code: 'budget-price-unknown',
  })
  void gateWith({ usd: 0 }, undefined).guard(unknown.model).ask(question, { signal })
  await turn()
  expect(unknown.waiting).toHaveLength(1)
})

test('what costs nothing is asked although the budget is spent', async () => {
  const { model, waiting } = heldModel('llama', 'ollama')
  void gateWith({ usd: 2 }, 1).guard(model).ask(question, { signal })
  await turn()
  expect(waiting).toHaveLength(1)
})
