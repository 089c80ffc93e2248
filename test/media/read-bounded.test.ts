import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readBounded } from '../../media/read-bounded.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'botticelli-bounded-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

test('a file is read whole, up to the limit and not one byte beyond', async () => {
  const path = join(folder(), 'a.bin')
  const bytes = Buffer.alloc(600_000, 'abc')
  writeFileSync(path, bytes)
  expect(await readBounded(path, 600_000)).toEqual(bytes)
  await expect(readBounded(path, 599_999)).rejects.toMatchObject({
    code: 'media-too-large',
    message: 'The file a.bin is larger than 599999 bytes.',
  })
})

test('a huge file is refused by its size, without being read', async () => {
  const path = join(folder(), 'huge.bin')
  writeFileSync(path, '')
  truncateSync(path, 2 ** 40) // a hole: nothing of it is on the disk
  await expect(readBounded(path, 1_000)).rejects.toMatchObject({ code: 'media-too-large' })
})

test('a file whose size says nothing is read to its end, within the limit', async () => {
  expect((await readBounded('/proc/self/status', 100_000)).length).toBeGreaterThan(100)
  await expect(readBounded('/proc/self/status', 10)).rejects.toMatchObject({ code: 'media-too-large' })
})

test('what is written to a file meanwhile does not lift the limit', async () => {
  const path = join(folder(), 'log.txt')
  writeFileSync(path, 'a'.repeat(900))
  const asked = readBounded(path, 1_000)
  appendFileSync(path, 'a'.repeat(10_000))
  await expect(asked).rejects.toMatchObject({ code: 'media-too-large' })
})

test('a pipe that nobody writes to, a device, a folder and nothing at all are no files', async () => {
  const pipe = join(folder(), 'pipe')
  execFileSync('mkfifo', [pipe])
  const sub = join(folder(), 'sub')
  mkdirSync(sub)
  for (const path of [pipe, '/dev/zero', sub]) {
    await expect(readBounded(path, 1_000)).rejects.toMatchObject({
      code: 'media-unreadable',
      message: `${path} is not a file.`,
    })
  }
  await expect(readBounded(join(sub, 'none'), 1_000)).rejects.toMatchObject({
    code: 'media-unreadable',
    message: expect.stringContaining('(ENOENT)'),
  })
})
