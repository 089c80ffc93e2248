import { beforeEach, describe, expect, test } from 'vitest'
import { createStreamedText, type StreamedText } from '../../bin/streamed-text.ts'

let screen: string
let streamed: StreamedText
beforeEach(() => {
  screen = ''
  streamed = createStreamedText({
    write: (text) => {
      screen += text
    },
    head: (id) => {
      screen += `> ${id}\n`
    },
  })
})

function say(id: string, ...pieces: readonly string[]): void {
  for (const piece of pieces) streamed.add(id, piece)
}

/** A line of the progress, as the display writes it. */
function line(text: string): void {
  streamed.interrupt()
  screen += `${text}\n`
}

test('an answer stands below its name, piece by piece, and its line is ended', () => {
  say('a', 'one ')
  expect(screen).toBe('> a\none ')
  say('a', 'two')
  expect(streamed.isShowing()).toBe(true)
  streamed.end('a')
  expect(screen).toBe('> a\none two\n')
  expect(streamed.isShowing()).toBe(false)
  expect(streamed.hasShown('one two')).toBe(true)
})

test('an answer that ends with a line break gets no empty line', () => {
  say('a', 'one\n')
  streamed.end('a')
  expect(screen).toBe('> a\none\n')
})

test('long lines and wide letters are as the model wrote them: the terminal breaks them', () => {
  const text = `${'word '.repeat(40)}${'日本語'.repeat(30)} 👩‍👩‍👧 e\u0301`
  say('a', ...text.match(/.{1,7}/gsu)!)
  streamed.end('a')
  expect(screen).toBe(`> a\n${text}\n`)
})

describe('what a model wrote cannot move the cursor, wherever its pieces end', () => {
  const HOSTILE =
    'a\x1b[31mred\x1b[0m b\x1b]0;title\x07c\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x1b[2J\x9b2Jd\u202ee\u2066f\rg\r\nh🎨'
  const plain = 'ared bclink 2Jdefg\nh🎨'

  test.for(Array.from({ length: HOSTILE.length + 1 }, (_, at) => at))('after %i characters', (at) => {
    say('a', HOSTILE.slice(0, at), HOSTILE.slice(at))
    streamed.end('a')
    expect(screen).toBe(`> a\n${plain}\n`)
  })

  test('each alone', () => {
    say('a', ...HOSTILE.split(''))
    streamed.end('a')
    expect(screen).toBe(`> a\n${plain}\n`)
  })

  test('a sequence that never ends holds nothing back for ever', () => {
    say('a', '\x1b]0;', 'x'.repeat(500), ' seen')
    expect(screen).toContain('seen')
  })
})

describe('several at once', () => {
  test('the first has the terminal; the next is shown with the next piece, with all that came of it', () => {
    say('a', 'A1 ')
    say('b', 'B1 ')
    say('a', 'A2')
    say('b', 'B2 ')
    expect(screen).toBe('> a\nA1 A2')
    streamed.end('a')
    line('a is done')
    say('b', 'B3')
    streamed.end('b')
    line('b is done')
    expect(screen).toBe('> a\nA1 A2\na is done\n> b\nB1 B2 B3\nb is done\n')
    expect(streamed.hasShown('B1 B2 B3')).toBe(true)
  })

  test('one that ends meanwhile is shown whole, and the speaker goes on below its name', () => {
    say('a', 'A1 ')
    say('b', 'B1 B2')
    streamed.end('b')
    line('b is done')
    say('a', 'A2')
    streamed.end('a')
    expect(screen).toBe('> a\nA1 \n> b\nB1 B2\nb is done\n> a\nA2\n')
    expect(streamed.hasShown('A1 A2')).toBe(false)
  })
})

test('a line in between breaks the answer, which goes on below its name', () => {
  say('a', 'one ')
  line('warning: something')
  say('a', 'two')
  streamed.end('a')
  expect(screen).toBe('> a\none \nwarning: something\n> a\ntwo\n')
})

test('an act that gave no answer ends without a trace', () => {
  streamed.end('a')
  expect(screen).toBe('')
})
