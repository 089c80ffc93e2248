// Find tests: the test files that words on the command line mean, read and checked.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from '../../config/config.ts'
import { BotticelliError } from '../../errors.ts'
import type { Diagnostic } from '../../narratives/diagnostic.ts'
import { NarrativeError } from '../../narratives/narrative-error.ts'
import { isTestFile, parseTestFile, type TestFile, testFileOf } from '../../narratives/testing/test-file.ts'
import { readText } from '../narrative-files.ts'
import { findNarrative } from '../project.ts'

/**
 * @param words tests, narratives that have one, or folders; all of the project without
 * @throws BotticelliError `not-found`; NarrativeError with everything that is wrong in any of them
 */
export function findTests(words: readonly string[], cwd: string, config: Config): readonly TestFile[] {
  const paths =
    words.length > 0 ? words.flatMap((word) => pathsOf(word, cwd, config)) : config.narrativePaths.flatMap(below)
  const results = [...new Set(paths)].map((path) => parseTestFile(readText(path), path))
  const diagnostics: readonly Diagnostic[] = results.flatMap((result) => result.diagnostics)
  if (diagnostics.length > 0) throw NarrativeError.of(diagnostics)
  return results.flatMap(({ file }) => file ?? [])
}

function pathsOf(word: string, cwd: string, config: Config): readonly string[] {
  const path = resolve(cwd, word)
  if (existsSync(path) && statSync(path).isDirectory()) return below(path)
  if (isTestFile(path) && existsSync(path)) return [path]
  const { file } = findNarrative(word.replace(/\.test(\.toml)?$/, ''), cwd, config)
  const test = testFileOf(file)
  if (existsSync(test)) return [test]
  throw new BotticelliError('not-found', `The narrative ${file} has no test.`, {
    fix: `Write ${test}, as docs/narrative-tests.md shows, and record it: botticelli narratives test ${word} --record`,
  })
}

function below(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isTestFile(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
