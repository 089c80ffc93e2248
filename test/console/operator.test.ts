import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { operatorName } from '../../console/operator.ts'

test('whoever the system knows has a name', () => {
  expect(operatorName()).toBe(userInfo().username)
})

test.skipIf(process.getuid?.() !== 0)('a number that the system has no name for is one (needs root to try)', () => {
  const program = `import('./console/operator.ts').then(({ operatorName }) => console.log(operatorName()))`
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
    cwd: resolve(import.meta.dirname, '../..'),
    uid: 54_321,
    encoding: 'utf8',
  })
  expect({ stdout, stderr }).toEqual({ stdout: 'uid-54321\n', stderr: '' })
})
