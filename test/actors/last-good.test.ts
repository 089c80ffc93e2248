import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keepLastGood } from '../../actors/last-good.ts'
import { loadWhole } from '../../narratives/sources.ts'

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
  const load = keepLastGood(loadWhole)
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
  expect(() => keepLastGood(loadWhole)(file)).toThrow()
})

test('a file that a narrative takes another one from changes nothing either once it has become wrong', () => {
  const at = folder()
  const file = join(at, 'n.toml')
  const other = join(at, 'other.toml')
  writeFileSync(file, FILE('narrative:other'))
  writeFileSync(other, FILE('first'))
  const load = keepLastGood(loadWhole)
  const { version } = load(file).sources
  writeFileSync(other, 'not = = toml')
  expect(load(file).sources.version).toBe(version)
  writeFileSync(other, FILE('second'))
  expect(load(file).sources.version).not.toBe(version)
})
