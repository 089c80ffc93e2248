// What a person sees of a broken file: the place, the code, exit code 3, and nothing run.

import { afterAll, expect, test } from 'vitest'
import { broken } from '../narratives/broken.ts'
import { makeProject } from './project.ts'

const project = makeProject()
afterAll(() => project[Symbol.dispose]())

/** Every third of them: each costs a process. The others are tested without one. */
const chosen = broken.filter((_, index) => index % 3 === 0)

test('there are enough of them', () => {
  expect(chosen.length).toBeGreaterThanOrEqual(40)
})

test.concurrent.for(chosen.map((file, index) => [...file, index] as const))(
  'botticelli run refuses %s',
  async ([, code, marked, index], { expect }) => {
    const file = `broken-${index}.toml`
    project.write(file, marked.replace('▶', ''))
    const { line, column } = placeOf(marked)

    const { code: exitCode, stdout, stderr } = await project.botticelli(['run', file, '--model', 'scripted'])

    expect(stderr).toContain(`[${code}]`)
    expect(stderr).toContain(`${file}:${line}:${column}`)
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' })
  },
)

test('no run was begun', () => {
  expect(project.look((store) => store.executions.list())).toEqual([])
})

function placeOf(marked: string) {
  const before = marked.slice(0, marked.indexOf('▶')).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
