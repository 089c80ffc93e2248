import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
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
  expect(findFile(name, narrative, [join(root, 'context')])).toBe(found && join(root, found))
})

test('an absolute path is taken as it is', () => {
  expect(findFile(join(root, 'outside.md'), narrative, [])).toBe(join(root, 'outside.md'))
})
