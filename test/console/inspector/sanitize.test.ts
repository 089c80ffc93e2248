import { describe, expect, test } from 'vitest'
import { createActor, fromCallback } from 'xstate'
import { SANITIZE, sanitized, sanitizedEvent } from '../../../console/inspector/sanitize.ts'
import { SECRETS } from '../../telemetry/secrets.ts'

const KEY = 'sk-abcdefghijklmnopqrstuvwxyz'
const cycle: Record<string, unknown> = { name: 'round' }
cycle.self = cycle

test.for<[title: string, value: unknown, shown: unknown]>([
  ['a text by its length', 'twelve chars', 'string(12)'],
  ['a number by its type', 42, 'number'],
  ['a list by its length', [1, 2, 3], 'array(3)'],
  ['an object by its fields', { a: 'xy', b: { c: true } }, { a: 'string(2)', b: { c: 'boolean' } }],
  ['bytes by their count', new Uint8Array(9), 'Uint8Array(9)'],
  ['a map by its size', new Map([['a', 1]]), 'Map(1)'],
  ['a date by its name', new Date(0), 'Date'],
  ['null as null', null, null],
  ['a function by its type', () => {}, 'function'],
])('types shows %s', ([, value, shown]) => {
  expect(sanitized(value, 'types')).toEqual(shown)
})

test.for<[title: string, value: unknown, shown: unknown]>([
  ['values', { text: 'a post', count: 2, list: ['a', true] }, { text: 'a post', count: 2, list: ['a', true] }],
  ['nothing under a secret name', { apiKey: 'abc', max_tokens: 5 }, { apiKey: '[redacted]', max_tokens: 5 }],
  ['nothing shaped like a secret', { text: `use ${KEY} here` }, { text: 'use [redacted] here' }],
])('full shows %s', ([, value, shown]) => {
  expect(sanitized(value, 'full')).toEqual(shown)
})

describe.for(SANITIZE)('in %s', (how) => {
  test('a known shape of secret is nowhere: not in values, keys, events, errors', () => {
    expect(SECRETS.length).toBeGreaterThan(15)
    for (const [, secret, text] of SECRETS) {
      const hostile = { text, [text]: 1, list: [text], error: new Error(text) }
      const shown = JSON.stringify([sanitized(hostile, how), sanitizedEvent({ ...hostile, type: text }, how)])
      expect(shown).not.toContain(secret)
    }
  })

  test('an error is its name, code and message', () => {
    const error = Object.assign(new TypeError('no answer'), { code: 'provider-down', request: 'a prompt' })
    expect(sanitized(error, how)).toEqual({ name: 'TypeError', code: 'provider-down', message: 'no answer' })
  })

  test('an actor is its id', () => {
    expect(
      sanitized(
        {
          ref: createActor(
            fromCallback(() => {}),
            { id: 'child' },
          ),
        },
        how,
      ),
    ).toEqual({
      ref: { xstate$$type: 1, id: 'child' },
    })
  })

  test('cycles, depth, width and what cannot be read come out as bounded plain data', () => {
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`field${index}`, 'x'.repeat(50_000)]))
    const unreadable = {
      get text() {
        throw new Error('no')
      },
    }
    for (const value of [cycle, wide, unreadable, { list: Array.from({ length: 1e6 }, () => 'y') }]) {
      expect(JSON.stringify(sanitized(value, how)).length).toBeLessThan(4_000_000)
    }
    expect(sanitized(unreadable, how)).toBe('[unreadable]')
  })
})

test('an event keeps its type and its fields by name', () => {
  const event = { type: 'bot.run', run: '01J', meta: { id: 'm1', correlationId: 'c' } }
  expect(sanitizedEvent(event, 'types')).toEqual({
    type: 'bot.run',
    run: 'string(3)',
    meta: { id: 'string(2)', correlationId: 'string(1)' },
  })
})
