// Paths: a file's URL is not its path where a folder has a space or a per cent sign in its name.

import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const FILES = globSync('**/*.{ts,mjs}', { cwd: ROOT, exclude: ['node_modules'] })

/** Where a file's URL is made of a path, or its path taken from a URL, by hand. */
function confusions(source: string): readonly string[] {
  const names = [...source.matchAll(/\b(\w+) = new URL\([^\n]*import\.meta\.url\)(?!\.)/g)].map(([, name]) => name)
  const byHand = [
    /import\.meta\.url\)\.pathname/,
    /`file:\/\/\/?\$\{/,
    ...names.map((name) => RegExp(`\\b${name}\\.pathname`)),
  ]
  return byHand.flatMap((pattern) => pattern.exec(source)?.[0] ?? [])
}

test('no URL of a file is taken for its path, nor the other way round', () => {
  expect(FILES.length).toBeGreaterThan(500)
  const found = FILES.flatMap((file) =>
    confusions(readFileSync(resolve(ROOT, file), 'utf8')).map((what) => `${file}: ${what}, use node:url`),
  )
  expect(found).toEqual([])
})

test.for([
  "new URL('./a.ts', import.meta." + 'url).pathname',
  "const PAGE = new URL('./a.md', import.meta." + 'url)\nread(PAGE' + '.pathname)',
  'new URL(`file:' + '//${folder}/`)',
])('%s is one', (source) => expect(confusions(source)).toHaveLength(1))
