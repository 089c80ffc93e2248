import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { Diagnostic } from '../../narratives/diagnostic.ts'
import { formatDiagnostics } from '../../narratives/format-diagnostics.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

const SOURCE = `[narrative]
name = "launch"
toc = ["hook"]

[acts.hook]
modell = "gemini-2.5-flash"
temperature = "hot"
prompt = "Go."
`
const shown = (text: string, color = false) =>
  formatDiagnostics(parseNarrativeFile(text, 'narratives/launch.toml').diagnostics, () => text, { color })

test('what, where, the line, a remark, the way out; errors last', () => {
  const text = shown(SOURCE).replace(/(Known here: ).*?model,.*/, '$1….')
  expect(text).toBe(
    `warning[unknown-key]: Unknown key "modell" in act "hook".
  --> narratives/launch.toml:6:1
  5 | [acts.hook]
  6 | modell = "gemini-2.5-flash"
    | ^^^^^^ did you mean "model"?
fix    Known here: ….

error[bad-type]: "acts.hook.temperature" must be a number, found the string "hot".
  --> narratives/launch.toml:7:15
  6 | modell = "gemini-2.5-flash"
  7 | temperature = "hot"
    |               ^^^^^ expected a number
fix    Give the key a value of the expected type.

1 error, 1 warning in 1 file.  Explain one:  botticelli explain bad-type`,
  )
})

test('colour changes nothing but the colour', () => {
  expect(shown(SOURCE, true)).not.toBe(shown(SOURCE))
  expect(stripVTControlCharacters(shown(SOURCE, true))).toBe(shown(SOURCE))
})

test('many of one code are one headline and a list', () => {
  const acts = Array.from({ length: 12 }, (_, n) => `act${n} = 1`)
  const order = acts.map((_, n) => `"act${n}"`).join(', ')
  const lines = shown(`[narrative]\nname = "n"\ntoc = [${order}]\n[acts]\n${acts.join('\n')}`).split('\n')
  expect(lines[0]).toMatch(/^error\[bad-act\]: .* 12 times:$/)
  expect(lines.filter((line) => line.startsWith('  -->'))).toHaveLength(12)
  expect(lines.at(-1)).toMatch(/^12 errors in 1 file\./)
})

const one: Diagnostic = {
  code: 'bad-type',
  severity: 'error',
  message: 'm.',
  place: { file: 'n.toml', line: 1, column: 200 },
  end: { line: 1, column: 205 },
  path: 'a',
}

test('a long line is cut around the place', () => {
  const line = `${'x'.repeat(199)}WRONG${'y'.repeat(300)}`
  const [, , source, mark] = formatDiagnostics([one], () => line).split('\n')
  expect(source!.length).toBeLessThan(130)
  expect(source!.slice(mark!.indexOf('^'), mark!.lastIndexOf('^') + 1)).toBe('WRONG')
})

test('nothing in the file reaches the terminal as a command', () => {
  const text = formatDiagnostics(
    [
      {
        ...one,
        place: { ...one.place, column: 1 },
        end: { line: 1, column: 3 },
        message: 'a\u001b[2Jb.',
        hint: '\u0007',
      },
    ],
    () => '\u001b]0;title\u0007\t\u202Ex',
  )
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202E]/u)
})

test('without the source there are only the places', () => {
  const text = formatDiagnostics([one], () => undefined)
  expect(text.split('\n').slice(0, 3)).toEqual([
    'error[bad-type]: m.',
    '  --> n.toml:1:200',
    expect.stringMatching(/^fix/),
  ])
})

test('nothing wrong, nothing said', () => {
  expect(formatDiagnostics([], () => '')).toBe('')
})
