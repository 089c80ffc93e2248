// docs/narratives.md: its examples are files that load without a word, and the tests that it names exist.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
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

test('the table of sections names files that exist', () => {
  const table = page.slice(page.indexOf('## Where each rule is tested'))
  const named = [...table.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name!)
  expect(named.length).toBeGreaterThan(20)
  for (const name of new Set(named)) expect(existsSync(path.join(import.meta.dirname, `${name}.test.ts`))).toBe(true)
})
