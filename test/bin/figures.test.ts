import { expect, test } from 'vitest'
import { ago, duration, grouped, money, plural } from '../../bin/figures.ts'

test.for<[ms: number, text: string]>([
  [0, '0 ms'],
  [999, '999 ms'],
  [1000, '1.0 s'],
  [61_000, '1 min 1 s'],
  [3_600_000, '1 h 0 min'],
  [90_000_000, '1 d 1 h'],
])('%i ms are %s', ([ms, text]) => {
  expect(duration(ms)).toBe(text)
})

test('what is said to lie in the future was just now', () => {
  expect(ago(2000, 1000)).toBe('0 s ago')
  expect(ago(0, 7_200_000)).toBe('2 h ago')
})

test('money shows less than a cent, and one is one', () => {
  expect(money(0.00214)).toBe('$0.0021')
  expect([money(0), money(0.00002)]).toEqual(['$0.0000', '<$0.0001'])
  expect(plural(1, 'row')).toBe('1 row')
  expect(plural(1200, 'row')).toBe('1,200 rows')
  expect([0, 999, 1000, 1234567, -12345].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567', '-12,345'])
})
