import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { findFile } from '../../actors/find-file.ts'

const root = mkdtempSync(join(tmpdir(), 'botticelli-files-'))
const narrative = join(root, 'project', 'narratives', 'post.toml')

beforeAll(() => {
  for (const path of [
    'outside.md',
    'project/narratives/near.md',
    'context/far.md',
    'context/a/b/deep.md',
    'context/node_modules/hidden.md',
  ]) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), path)
  }
})

test.for<[title: string, name: string, found: string | undefined]>([
  ['beside the narrative', 'near.md', 'project/narratives/near.md'],
  ['in a context folder', 'far.md', 'context/far.md'],
  ['by its path in a context folder', 'a/b/deep.md', 'context/a/b/deep.md'],
  ['deep below a context folder, by its bare name', 'deep.md', 'context/a/b/deep.md'],
  ['not in folders of packages', 'hidden.md', undefined],
  ['not outside of the bases', '../../outside.md', undefined],
  ['not where there is none', 'none.md', undefined],
])('a file is found %s', ([, name, found]) => {
  expect(pathOf(findFile(name, narrative, [join(root, 'context')]))).toBe(found && join(root, found))
})

test('an absolute path is taken where it lies in one of the bases, and refused elsewhere', () => {
  const path = join(root, 'outside.md')
  expect(findFile(path, narrative, [root])).toEqual({ path })
  expect(findFile(path, narrative, [])).toEqual({ refused: path })
})

test('a link that leads out of the bases is refused', () => {
  const link = join(root, 'project', 'narratives', 'link.md')
  symlinkSync(join(root, 'outside.md'), link)
  expect(findFile('link.md', narrative, [])).toEqual({ refused: link })
})

function pathOf(found: ReturnType<typeof findFile>): string | undefined {
  return found !== undefined && 'path' in found ? found.path : undefined
}
