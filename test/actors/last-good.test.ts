import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keepLastGood } from '../../actors/last-good.ts'
import { loadNarrative } from '../../narratives/load-file.ts'

const FILE = (prompt: string) => `
[narrative]
name = "n"
description = "d"

[toc]
order = ["a"]

[acts]
a = "${prompt}"
`

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'botticelli-good-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const promptOf = (load: ReturnType<typeof keepLastGood>, file: string) =>
  JSON.stringify(load(file).narrative.acts[0]?.inputs)

test('a change takes effect with the next run, and a file that has become wrong changes nothing', () => {
  const file = join(folder(), 'n.toml')
  const load = keepLastGood(loadNarrative)
  writeFileSync(file, FILE('first'))
  expect(promptOf(load, file)).toContain('first')
  writeFileSync(file, FILE('second'))
  expect(promptOf(load, file)).toContain('second')
  writeFileSync(file, 'not = = toml')
  expect(promptOf(load, file)).toContain('second')
  rmSync(file)
  expect(promptOf(load, file)).toContain('second')
  writeFileSync(file, FILE('third'))
  expect(promptOf(load, file)).toContain('third')
})

test('a file that was never good is refused', () => {
  const file = join(folder(), 'n.toml')
  writeFileSync(file, 'not = = toml')
  expect(() => keepLastGood(loadNarrative)(file)).toThrow()
})
