import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { followServer, openControl } from '../../console/control.ts'
import { type Follow, followLines, type LineSink } from '../../console/follow.ts'

let stateDir: string
let sinks: LineSink[]
let told: ('drained' | 'closed')[]
const follow: Follow = (sink) => {
  // What an earlier test left open may end in this one.
  const mine = told
  sinks.push(sink)
  return { drained: () => mine.push('drained'), close: () => mine.push('closed') }
}
const never = new AbortController().signal
beforeEach(() => {
  stateDir = realpathSync(mkdtempSync(join(tmpdir(), 'botticelli-follow-')))
  sinks = []
  told = []
})
afterEach(() => rmSync(stateDir, { recursive: true, force: true }))

async function taken(lines: AsyncIterable<string> | undefined, count = Number.POSITIVE_INFINITY): Promise<string[]> {
  const found: string[] = []
  if (count > 0) {
    for await (const line of lines ?? []) {
      found.push(line)
      if (found.length >= count) break
    }
  }
  return found
}

describe('a stream of the server', () => {
  test('is lines as they are written, whatever is in them', async () => {
    await using _control = await openControl(stateDir, {}, { '/v1/lines': () => follow })
    const lines = await followServer(stateDir, '/v1/lines', never)
    const texts = ['one', '', 'zwölf ✓', 'x'.repeat(300_000)]
    for (const text of texts) sinks[0]?.write(text)
    sinks[0]?.end()
    expect(await taken(lines)).toEqual(texts)
  })

  test('is given the query', async () => {
    const asked: (string | null)[] = []
    const streams = {
      '/v1/lines': (query: URLSearchParams): Follow => {
        asked.push(query.get('path'))
        return (sink) => {
          sink.end()
          return { drained: () => {}, close: () => {} }
        }
      },
    }
    await using _control = await openControl(stateDir, {}, streams)
    expect(await taken(await followServer(stateDir, '/v1/lines?path=%2Fbots', never))).toEqual([])
    expect(asked).toEqual(['/bots'])
  })

  test('is closed when the reader has had enough', async () => {
    await using _control = await openControl(stateDir, {}, { '/v1/lines': () => follow })
    const lines = await followServer(stateDir, '/v1/lines', never)
    sinks[0]?.write('one')
    sinks[0]?.write('two')
    expect(await taken(lines, 1)).toEqual(['one'])
    await expect.poll(() => told).toEqual(['closed'])
  })

  test('ends without an error when the reader gives up or the server goes away', async () => {
    const control = await openControl(stateDir, {}, { '/v1/lines': () => follow })
    const enough = new AbortController()
    const [first, second] = [
      await followServer(stateDir, '/v1/lines', enough.signal),
      await followServer(stateDir, '/v1/lines', never),
    ]
    enough.abort()
    expect(await taken(first)).toEqual([])
    await control[Symbol.asyncDispose]()
    expect(await taken(second)).toEqual([])
  })

  test('is held back when the reader is slow, and goes on when it reads', async () => {
    await using _control = await openControl(stateDir, {}, { '/v1/lines': () => follow })
    const lines = await followServer(stateDir, '/v1/lines', never)
    let written = 0
    while (sinks[0]?.write('x'.repeat(65_536)) === true && written < 1_000) written += 1
    expect(written).toBeLessThan(1_000)
    expect(told).toEqual([])
    expect(await taken(lines, written + 1)).toHaveLength(written + 1)
    await expect.poll(() => told).toContain('drained')
  })

  test('is undefined when no server runs, and an error when the server has no such stream', async () => {
    expect(await followServer(stateDir, '/v1/lines', never)).toBeUndefined()
    await using _control = await openControl(stateDir, {})
    await expect(followServer(stateDir, '/v1/lines', never)).rejects.toMatchObject({ code: 'server-unreachable' })
  })
})

describe('lines from elsewhere', () => {
  async function* three(): AsyncIterable<string> {
    yield* ['a', 'b', 'c']
  }

  test('go on only when the sink has room', async () => {
    const found: string[] = []
    const ended = Promise.withResolvers<void>()
    const following = followLines(
      () => Promise.resolve(three()),
      () => {},
    )({ write: (line) => found.push(line) !== 2, end: ended.resolve })
    await expect.poll(() => found).toEqual(['a', 'b'])
    following.drained()
    await ended.promise
    expect(found).toEqual(['a', 'b', 'c'])
  })

  test('that break are told of, and end', async () => {
    const errors: unknown[] = []
    const ended = Promise.withResolvers<void>()
    followLines(
      () => Promise.reject(new Error('no server')),
      (error) => errors.push(error),
    )({ write: () => true, end: ended.resolve })
    await ended.promise
    expect(errors).toMatchObject([{ message: 'no server' }])
  })

  test('end when the reader closes, though the sink is full', async () => {
    const ended = Promise.withResolvers<void>()
    const found: string[] = []
    const following = followLines(
      () => Promise.resolve(three()),
      () => {},
    )({ write: (line) => found.push(line) === 0, end: ended.resolve })
    await expect.poll(() => found).toEqual(['a'])
    following.close()
    await ended.promise
    expect(found).toEqual(['a'])
  })
})
