import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { enterNested, loadNarrative, loadNarrativeFile, loadNested } from '../../narratives/load-file.ts'
import type { NarrativeInput } from '../../narratives/narrative.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'narratives-'))
afterAll(() => rmSync(dir, { recursive: true }))

function write(name: string, text: string): string {
  const file = path.join(dir, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

const place = { file: 'x', line: 1, column: 1 }
const nested = (target: NarrativeInput['target']): NarrativeInput => ({
  kind: 'narrative',
  name: 'x',
  target,
  retention: 'full',
  place,
})

write('b.toml', '[narrative]\nname = "b"\ntoc = ["a"]\n[acts]\na = "from b"')
write('below/many.toml', '[narrative.one]\ntoc = ["a"]\n[narrative.two]\ntoc = ["a"]\n[acts]\na = "x"')
write('ring.toml', '[narratives.next]\nnarrative = "ring2"')
write('ring2.toml', '[narratives.next]\nnarrative = "ring.toml"')
const a = write(
  'a.toml',
  '[narrative]\nname = "a"\ntoc = ["go"]\n[narratives.l]\nnarrative = "b"\n[narratives.many]\nnarrative = "below/many"\n[acts]\ngo = "narratives.l"',
)

describe('links', () => {
  test('a link is followed, .toml or not', () => {
    expect(loadNarrative(a).narrative.key).toBe('a')
    expect(loadNarrative(a, 'l')).toMatchObject({ file: { path: path.join(dir, 'b.toml') }, narrative: { key: 'b' } })
  })

  test('a link to a file of several is ambiguous', () => {
    expect(() => loadNarrative(a, 'many')).toThrow(expect.objectContaining({ code: 'narrative-ambiguous' }))
  })

  test('links that lead back to themselves are refused', () => {
    expect(() => loadNarrative(path.join(dir, 'ring.toml'))).toThrow(
      expect.objectContaining({ code: 'narrative-cycle' }),
    )
  })
})

describe('nested narratives', () => {
  const file = loadNarrativeFile(a)

  test('of the same file, and of others', () => {
    expect(loadNested(file, nested({ key: 'a' })).file).toBe(file)
    expect(loadNested(file, nested({ path: 'b' })).narrative.key).toBe('b')
    expect(loadNested(file, nested({ path: 'below/many', narrative: 'two' })).narrative.key).toBe('two')
    expect(loadNested(file, nested({ path: 'b.toml', narrative: 'a label' })).narrative.key).toBe('b')
  })

  test('what is not beside the file is looked for at the base', () => {
    const deep = loadNarrativeFile(write('deep/c.toml', '[narrative]\nname = "c"\ntoc = ["a"]\n[acts]\na = "x"'))
    expect(() => loadNested(deep, nested({ path: 'b' }))).toThrow(expect.objectContaining({ code: 'file-read', place }))
    expect(loadNested(deep, nested({ path: 'b' }), { base: dir }).narrative.key).toBe('b')
  })
})

describe('the chain of running narratives', () => {
  const one = (key: string) => ({ key, place })

  test('grows by one', () => {
    const chain = enterNested(enterNested([], { path: 'x.toml' }, one('a')), { path: 'x.toml' }, one('b'))
    expect(chain).toEqual([`${path.resolve('x.toml')}#a`, `${path.resolve('x.toml')}#b`])
  })

  test('never comes back to one of its own', () => {
    const chain = enterNested(enterNested([], { path: 'x.toml' }, one('a')), { path: 'y.toml' }, one('b'))
    expect(() => enterNested(chain, { path: './x.toml' }, one('a'))).toThrow(/circle: a → b → a/)
    expect(enterNested(chain, { path: 'y.toml' }, one('a'))).toHaveLength(3)
  })

  test('has at most eight', () => {
    let chain: readonly string[] = []
    for (let depth = 0; depth < 8; depth += 1) chain = enterNested(chain, { path: 'x.toml' }, one(`n${depth}`))
    expect(() => enterNested(chain, { path: 'x.toml' }, one('n8'))).toThrow(
      expect.objectContaining({ code: 'narrative-cycle' }),
    )
  })
})
