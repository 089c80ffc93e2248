import { expect, test } from 'vitest'
import type { LineSink } from '../../console/follow.ts'
import { counted } from '../../console/open-streams.ts'
import { readObserved } from '../../telemetry/instruments.ts'

function points(name: string): Record<string, number> {
  const found = [...readObserved(() => {})].find((each) => each.name === name)
  return Object.fromEntries(
    (found?.points ?? []).map(({ value, attributes }) => [String(attributes.kind), Number(value)]),
  )
}

test('a stream counts while it is open, and each line that it is sent', () => {
  const lines: string[] = []
  const sink: LineSink = { write: (line) => lines.push(line) > 0, end: () => {} }
  let write: LineSink['write'] | undefined
  const follow = counted('inspector', (given) => {
    write = given.write
    return { drained: () => {}, close: () => {} }
  })
  const following = follow(sink)
  write?.('a')
  write?.('b')
  expect(points('botticelli.stream.connections.active')).toMatchObject({ inspector: 1, control: 0 })
  expect(points('botticelli.stream.messages')).toMatchObject({ inspector: 2, control: 0 })
  following.close()
  following.close()
  expect(points('botticelli.stream.connections.active')).toMatchObject({ inspector: 0 })
  expect(lines).toEqual(['a', 'b'])
})
