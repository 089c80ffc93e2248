import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { stackFrame } from '../../telemetry/stack-frame.ts'

test.for<[line: string, frame: ReturnType<typeof stackFrame>]>([
  ['    at file:///a%20b/c.ts:3:7', { called: undefined, file: '/a b/c.ts', line: 3, column: 7 }],
  ['    at /a (b)/c.ts:3:7', { called: undefined, file: '/a (b)/c.ts', line: 3, column: 7 }],
  ['    at async send (file:///a/(b)%25/c.ts:3:7)', { called: 'send', file: '/a/(b)%/c.ts', line: 3, column: 7 }],
  [
    '    at new Box [as make] (/a%20b/c.ts:3:7)',
    { called: 'new Box [as make]', file: '/a%20b/c.ts', line: 3, column: 7 },
  ],
  ['    at node:net:12:1', { called: undefined, file: 'node:net', line: 12, column: 1 }],
  ['    at new Promise (<anonymous>)', undefined],
  ['    at async Promise.all (index 0)', undefined],
  ['Error: at noon', undefined],
])('%s', ([line, frame]) => expect(stackFrame(line)).toEqual(frame))

test('a module is found, whatever its folder is called', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'botticelli-frame-')), 'a (b) 50% off%20 ü [x] #1?')
  onTestFinished(() => rmSync(dirname(folder), { recursive: true }))
  mkdirSync(folder)
  for (const file of ['where.mjs', 'where.cjs']) {
    const path = join(folder, file)
    writeFileSync(path, 'function here() {\n  console.log(new Error().stack)\n}\nhere()\n')
    const { stdout } = spawnSync(process.execPath, [path], { encoding: 'utf8' })
    const [inner, outer] = stdout.split('\n').slice(1)
    expect(stackFrame(inner!)).toEqual({ called: 'here', file: path, line: 2, column: 15 })
    expect(stackFrame(outer!)).toMatchObject({ file: path, line: 4, column: 1 })
  }
})
