import { describe, expect, test } from 'vitest'
import {
  cronProblem,
  definitionOf,
  dueAfter,
  dueAfterNow,
  firstDue,
  jitterOf,
  parseWindow,
  type Timetable,
} from '../../actors/timetable.ts'

const TABLE: Timetable = { onStart: false, timeZone: 'UTC', windows: [], jitterMs: 0, missed: 'once' }
const at = (text: string) => Date.parse(text)
const shown = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString())

/** Due times in a row. */
function row(table: Timetable, from: string, count: number): (string | undefined)[] {
  const times: (number | undefined)[] = []
  let time: number | undefined = at(from)
  for (let n = 0; n < count && time !== undefined; n++) {
    time = dueAfter(table, time)
    times.push(time)
  }
  return times.map(shown)
}

describe('an interval', () => {
  const table = { ...TABLE, everyMs: 3_600_000 }

  test('is counted from the last due time, whenever its run was', () => {
    expect(row(table, '2027-01-01T00:10:00Z', 2)).toEqual(['2027-01-01T01:10:00.000Z', '2027-01-01T02:10:00.000Z'])
    const due = at('2027-01-01T00:10:00Z')
    expect(dueAfterNow(table, due, at('2027-01-01T05:00:00Z'))).toEqual({
      next: at('2027-01-01T05:10:00Z'),
      missed: 4,
    })
  })

  test('is not affected by changes of the clock', () => {
    const vienna = { ...table, timeZone: 'Europe/Vienna' }
    expect(row(vienna, '2027-03-28T00:30:00Z', 2)).toEqual(['2027-03-28T01:30:00.000Z', '2027-03-28T02:30:00.000Z'])
  })
})

describe('a cron expression', () => {
  test('means hours of its time zone, summer and winter', () => {
    const nine = { ...TABLE, cron: '0 9 * * *', timeZone: 'Europe/Vienna' }
    expect(row(nine, '2027-03-27T00:00:00Z', 3)).toEqual([
      '2027-03-27T08:00:00.000Z',
      '2027-03-28T07:00:00.000Z',
      '2027-03-29T07:00:00.000Z',
    ])
  })

  test('for a time that the clock skips is due once, after the gap', () => {
    const skipped = { ...TABLE, cron: '30 2 * * *', timeZone: 'Europe/Vienna' }
    expect(row(skipped, '2027-03-27T02:00:00Z', 2)).toEqual(['2027-03-28T01:00:00.000Z', '2027-03-29T00:30:00.000Z'])
  })

  test('for a time that comes twice is due once', () => {
    const twice = { ...TABLE, cron: '30 2 * * *', timeZone: 'Europe/Vienna' }
    expect(row(twice, '2027-10-30T12:00:00Z', 2).map((time) => time?.slice(0, 10))).toEqual([
      '2027-10-31',
      '2027-11-01',
    ])
  })

  test('that is wrong is refused with the reason', () => {
    expect(cronProblem('0 9 * * 1-5')).toBeUndefined()
    expect(cronProblem('61 * * * *')).toMatch(/range|invalid/i)
    expect(cronProblem('now and then')).toBeDefined()
    expect(cronProblem('0 0 31 2 *')).toBe('there is no such day')
    expect(cronProblem('0 0 29 2 *')).toBeUndefined()
    expect(cronProblem('0 0 9 1 1 * 2020')).toBeUndefined()
  })

  test.for([
    ['@hourly', '00:00'],
    ['15 */1 * * *', '00:15'],
    ['0 15 0-23 * * *', '00:15'],
    ['0 15 * 31 10 * 2027', '00:15'],
  ])('of every hour goes on through the hour that comes twice: %s', ([cron, first]) => {
    const hourly = { ...TABLE, cron: cron!, timeZone: 'Europe/Vienna' }
    const times = row(hourly, '2027-10-30T23:30:00Z', 3).map((time) => time?.slice(11, 16))
    expect(times).toEqual([first, first!.replace('00', '01'), first!.replace('00', '02')])
  })

  test('with a year names its hour as any other', () => {
    const twice = { ...TABLE, cron: '0 30 2 31 10 * 2027', timeZone: 'Europe/Vienna' }
    expect(row(twice, '2027-10-30T12:00:00Z', 2)).toEqual(['2027-10-31T00:30:00.000Z', undefined])
  })
})

test('of several hours the one that comes twice is due once, and the one that is skipped is due after the gap', () => {
  const hours = { ...TABLE, cron: '15 0,1,2,3 * * *', timeZone: 'Europe/Vienna' }
  expect(row(hours, '2027-10-30T23:00:00Z', 3).map((time) => time?.slice(11, 16))).toEqual(['23:15', '00:15', '02:15'])
  expect(row(hours, '2027-03-28T00:00:00Z', 3).map((time) => time?.slice(11, 16))).toEqual(['00:15', '01:00', '01:15'])
})

describe('windows of the day', () => {
  test('put off what is due outside of them to the next opening', () => {
    const table = { ...TABLE, everyMs: 4 * 3_600_000, windows: [{ from: 540, to: 1020 }], timeZone: 'Europe/Vienna' }
    expect(row(table, '2027-01-01T08:00:00Z', 4)).toEqual([
      '2027-01-01T12:00:00.000Z',
      '2027-01-02T08:00:00.000Z',
      '2027-01-02T12:00:00.000Z',
      '2027-01-03T08:00:00.000Z',
    ])
  })

  test('may go over midnight', () => {
    const table = { ...TABLE, everyMs: 3_600_000, windows: [{ from: 1320, to: 120 }] }
    expect(row(table, '2027-01-01T22:30:00Z', 4)).toEqual([
      '2027-01-01T23:30:00.000Z',
      '2027-01-02T00:30:00.000Z',
      '2027-01-02T01:30:00.000Z',
      '2027-01-02T22:00:00.000Z',
    ])
  })

  test('hold for the first time and for the only one as well', () => {
    const table = { ...TABLE, windows: [{ from: 540, to: 600 }] }
    expect(shown(firstDue({ ...table, onStart: true }, at('2027-01-01T15:00:00Z')))).toBe('2027-01-02T09:00:00.000Z')
    expect(shown(firstDue({ ...table, onStart: true }, at('2027-01-01T09:30:00Z')))).toBe('2027-01-01T09:30:00.000Z')
    const once = { ...table, at: at('2027-01-01T03:00:00Z') }
    expect(shown(firstDue(once, 0))).toBe('2027-01-01T09:00:00.000Z')
    expect(dueAfter(once, at('2027-01-01T09:00:00Z'))).toBeUndefined()
  })

  test.for<[title: string, windows: Timetable['windows'], due: string, latest: string]>([
    ['one', [{ from: 540, to: 600 }], '2027-01-01T09:55:00Z', '2027-01-01T10:00:00Z'],
    ['over midnight', [{ from: 1380, to: 5 }], '2027-01-01T23:58:30Z', '2027-01-02T00:05:00Z'],
    ['to midnight', [{ from: 1380, to: 1440 }], '2027-01-01T23:58:30Z', '2027-01-02T00:00:00Z'],
    [
      'two that meet',
      [
        { from: 540, to: 600 },
        { from: 600, to: 602 },
      ],
      '2027-01-01T09:55:00Z',
      '2027-01-01T10:02:00Z',
    ],
    ['all day', [{ from: 0, to: 1440 }], '2027-01-01T23:58:30Z', '2027-01-02T00:28:30Z'],
  ])('are where jitter ends: %s', ([, windows, due, latest]) => {
    const table = { ...TABLE, everyMs: 3_600_000, windows, jitterMs: 30 * 60_000 }
    const most = at(latest) - at(due)
    const drawn = Array.from({ length: 300 }, (_, n) => jitterOf(table, `poster ${n}`, at(due)))
    expect(Math.max(...drawn)).toBeLessThanOrEqual(most)
    expect(Math.max(...drawn)).toBeGreaterThan(most * 0.9)
    expect(Math.min(...drawn)).toBeLessThan(most * 0.1)
  })

  test.for([
    ['09:00-17:30', { from: 540, to: 1050 }],
    ['0:00-24:00', { from: 0, to: 1440 }],
    ['22:00-06:00', { from: 1320, to: 360 }],
    ['9-17', undefined],
    ['25:00-26:00', undefined],
    ['09:00-09:00', undefined],
  ] as const)('%s', ([text, window]) => {
    expect(parseWindow(text)).toEqual(window)
  })
})

test('once is due at its time, and never again', () => {
  const table = { ...TABLE, at: at('2027-01-01T12:00:00Z') }
  expect(shown(firstDue(table, at('2026-12-01T00:00:00Z')))).toBe('2027-01-01T12:00:00.000Z')
  expect(dueAfter(table, table.at)).toBeUndefined()
})

test('on start is due at once, and then as the rest says', () => {
  expect(firstDue({ ...TABLE, onStart: true }, 7)).toBe(7)
  expect(dueAfter({ ...TABLE, onStart: true }, 7)).toBeUndefined()
  expect(dueAfter({ ...TABLE, onStart: true, everyMs: 10 }, 7)).toBe(17)
})

test('jitter is within its bound, spread over it, and the same when asked again', () => {
  const table = { ...TABLE, everyMs: 2_000, jitterMs: 1_000 }
  const drawn = Array.from({ length: 500 }, (_, due) => jitterOf(table, 'poster', due))
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...drawn)).toBeLessThanOrEqual(1_000)
  expect(new Set(drawn.map((each) => Math.floor(each / 100))).size).toBeGreaterThanOrEqual(10)
  expect(drawn).toEqual(Array.from({ length: 500 }, (_, due) => jitterOf(table, 'poster', due)))
  expect(drawn).not.toEqual(Array.from({ length: 500 }, (_, due) => jitterOf(table, 'other', due)))
})

test.for<[title: string, Partial<Timetable>, due: string, next: string]>([
  ['an interval', { everyMs: 60_000 }, '2027-01-01T00:00:00Z', '2027-01-01T00:01:00Z'],
  ['a cron expression', { cron: '0 9,10 * * *' }, '2027-01-01T09:00:00Z', '2027-01-01T10:00:00Z'],
])('jitter that is longer than the time between two runs ends before the next one: %s', ([, kind, due, next]) => {
  const table = { ...TABLE, ...kind, jitterMs: 24 * 3_600_000 }
  const drawn = Array.from({ length: 300 }, (_, n) => at(due) + jitterOf(table, `poster ${n}`, at(due)))
  expect(Math.max(...drawn)).toBeLessThan(at(next))
  expect(Math.max(...drawn)).toBeGreaterThan(at(next) - (at(next) - at(due)) * 0.1)
})

test('a definition changes with what due times follow from, not with the policy', () => {
  const table = { ...TABLE, everyMs: 5 }
  expect(definitionOf({ ...table, missed: 'skip' })).toBe(definitionOf(table))
  expect(definitionOf({ ...table, everyMs: 6 })).not.toBe(definitionOf(table))
})
