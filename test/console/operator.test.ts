import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { operatorName } from '../../console/operator.ts'
import { whyAlone } from '../another-user.ts'

test('whoever the system knows has a name', () => {
  expect(operatorName()).toBe(userInfo().username)
})

test('a number that the system has no name for is one', ({ skip }) => {
  const reason = whyAlone()
  if (reason !== undefined) skip(reason)
  const program = `import('./console/operator.ts').then(({ operatorName }) => console.log(operatorName()))`
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
    cwd: resolve(import.meta.dirname, '../..'),
    uid: 54_321,
    encoding: 'utf8',
  })
  expect({ stdout, stderr }).toEqual({ stdout: 'uid-54321\n', stderr: '' })
})
