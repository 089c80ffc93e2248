import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadNarrative, loadNested } from '../../narratives/load-file.ts'
import type { NarrativeInput } from '../../narratives/narrative.ts'
import { hashOf, keptSources, loadWhole } from '../../narratives/sources.ts'

const FILES = {
  'main.toml': `
[narrative.go]
toc = ["own", "other", "inner"]
[narrative.inner]
toc = ["deep"]
[acts]
own = "Say it."
other = "narrative:below/links"
inner = "narrative.inner"
deep = "narrative:leaf"
`,
  'below/links.toml': '[narratives.leaf]\nnarrative = "../leaf"',
  'leaf.toml': '[narrative]\nname = "leaf"\ntoc = ["a"]\n[acts]\na = "from the leaf"',
}

function project(files: Record<string, string> = FILES): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'botticelli-sources-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  return folder
}

test('are the file and all that it takes narratives from, through links and narratives of the same file', () => {
  const { sources, broken } = loadWhole(path.join(project(), 'main.toml'), 'go')
  expect(sources.files.map((each) => each.path)).toEqual(['', 'below/links.toml', 'leaf.toml'])
  expect(sources.files.map(({ text }) => text)).toEqual(Object.values(FILES))
  expect(broken).toEqual([])
})

test('have the same version wherever the project lies, and another one when any text changes', () => {
  const folder = project()
  const version = (at: string) => loadWhole(path.join(at, 'main.toml'), 'go').sources.version
  const first = version(folder)
  expect(version(project())).toBe(first)
  writeFileSync(path.join(folder, 'leaf.toml'), FILES['leaf.toml'].replace('from', 'out of'))
  expect(version(folder)).not.toBe(first)
})

test('have the hash of its text as version where a narrative is one file, however it was reached', () => {
  const folder = project()
  const { version } = loadWhole(path.join(folder, 'below/links.toml')).sources
  expect(version).toBe(hashOf(FILES['leaf.toml']))
})

test('leave out what cannot be used, and say why', () => {
  const folder = project({ ...FILES, 'leaf.toml': 'not = = toml' })
  const { sources, broken } = loadWhole(path.join(folder, 'main.toml'), 'go')
  expect(sources.files.map((each) => each.path)).toEqual([''])
  expect(broken.map(({ code }) => code)).toEqual(['toml-syntax', 'toml-syntax'])
})

test('make a narrative whole again after its files were removed', () => {
  const folder = project()
  const file = path.join(folder, 'main.toml')
  const { sources } = loadWhole(file, 'go')
  const { texts } = keptSources(sources.version, sources.files, file)
  rmSync(folder, { recursive: true })
  const again = loadNarrative(file, 'go', { texts })
  const input = again.narrative.acts[1]?.inputs[0] as NarrativeInput
  const leaf = loadNested(again.file, input, { texts })
  expect(leaf).toMatchObject({ file: { path: path.join(folder, 'leaf.toml') }, narrative: { key: 'leaf' } })
})

test('end in a circle of narratives as in a line', () => {
  const toml = (name: string, other: string) =>
    `[narrative]\nname = "${name}"\ntoc = ["a"]\n[acts]\na = "narrative:${other}"`
  const folder = project({ 'one.toml': toml('one', 'two'), 'two.toml': toml('two', 'one') })
  expect(loadWhole(path.join(folder, 'one.toml')).sources.files).toHaveLength(2)
})
