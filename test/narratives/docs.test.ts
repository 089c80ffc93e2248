// docs/narratives.md: its examples are files that load without a word, and the tests that it names exist.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { expect, test } from 'vitest'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/narratives.md'), 'utf8')
const examples = [...page.matchAll(/^```toml\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(8)
})

test.for(examples.map((text, index) => [index + 1, text] as const))('example %i', ([, text]) => {
  const { file, diagnostics } = parseNarrativeFile(text, 'docs.toml')
  expect(diagnostics).toEqual([])
  expect(file).toBeDefined()
})

test('the settings of editors name the schema where the page saves it, for narratives and not for their tests', () => {
  const saved = /narratives schema > (\S+)/.exec(page)![1]
  const taplo = parseToml(/^# \.taplo\.toml\n[\s\S]*?(?=^```)/m.exec(page)![0]) as {
    readonly include: string[]
    readonly exclude: string[]
    readonly schema: { readonly path: string }
  }
  expect(taplo.schema).toEqual({ path: `./${saved}`, enabled: true })
  const settings = JSON.parse(/^\{ "evenBetterToml.*\}$/m.exec(page)![0])
  const [[pattern, url]] = Object.entries<string>(settings['evenBetterToml.schema.associations']) as [[string, string]]
  expect(url.endsWith(`/${saved}`)).toBe(true)
  for (const [name, isNarrative] of [
    ['narratives/a.toml', true],
    ['narratives/b/a.toml', true],
    ['narratives/a.test.toml', false],
  ] as const) {
    const matches = (globs: string[]) => globs.some((glob) => path.matchesGlob(name, glob))
    expect([name, matches(taplo.include) && !matches(taplo.exclude)]).toEqual([name, isNarrative])
    expect([name, new RegExp(pattern).test(name)]).toEqual([name, isNarrative])
  }
})

test('the table of sections names files that exist', () => {
  const table = page.slice(page.indexOf('## Where each rule is tested'))
  const named = [...table.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name!)
  expect(named.length).toBeGreaterThan(20)
  for (const name of new Set(named)) expect(existsSync(path.join(import.meta.dirname, `${name}.test.ts`))).toBe(true)
})
