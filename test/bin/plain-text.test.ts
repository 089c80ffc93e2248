import { expect, test } from 'vitest'
import { oneLine, plainText } from '../../bin/plain-text.ts'

test.for<[title: string, text: string, plain: string]>([
  ['colours', '\x1b[31mred\x1b[0m', 'red'],
  ['a cursor that moves and a screen that clears', 'a\x1b[2J\x1b[1;1Hb', 'ab'],
  ['a title of the window', '\x1b]0;gotcha\x07text', 'text'],
  ['a link', '\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\', 'text'],
  ['an escape that is never finished', 'a\x1b', 'a'],
  ['bells, backspaces and carriage returns', 'a\x07b\x08c\rd', 'abcd'],
  ['the same in one character (C1)', 'a\x9b31mb', 'a31mb'],
  ['what turns the direction of writing', 'abc\u202edef\u2066', 'abcdef'],
])('%s are taken out', ([, text, plain]) => {
  expect(plainText(text)).toBe(plain)
})

test('line breaks, tabs and letters of every language stay', () => {
  expect(plainText('a\n\tb\r\nä 文 🎨')).toBe('a\n\tb\nä 文 🎨')
})

test('a line is cut between characters, not within one', () => {
  expect(oneLine('ab 🎨🎨🎨', 5)).toBe('ab 🎨…')
  expect(oneLine(' a\n\n b ', 10)).toBe('a b')
})
