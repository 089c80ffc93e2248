// Media on its way from a narrative to the wire of a provider.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SAMPLES } from '../media/samples.ts'
import { startProviderServer } from '../models/provider-server.ts'
import { makeProject } from './project.ts'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const narrative = (input: string) =>
  `[narrative]\nname = "look"\nskip_content_generation = true\ntoc = ["see"]\n[[acts.see.input]]\n${input}\n[[acts.see.input]]\ncontent = "What is it?"\n`

test('files reach providers as what they are; what cannot be sent is refused with its place', async () => {
  await using server = await startProviderServer()
  using project = makeProject()
  const env = {
    OPENAI_API_KEY: 'test-key-of-openai',
    OPENAI_BASE_URL: server.urls.openai,
    GEMINI_API_KEY: 'test-key-of-gemini',
    GEMINI_BASE_URL: server.urls.gemini,
    ANTHROPIC_API_KEY: 'test-key-of-anthropic',
    ANTHROPIC_BASE_URL: server.urls.anthropic,
    OLLAMA_HOST: server.urls.ollama,
  }
  const run = async (input: string, model: string) => {
    project.write('look.toml', narrative(input))
    return project.botticelli(['run', 'look.toml', '--model', model, '--json'], env)
  }
  writeFileSync(join(project.folder, 'picture.jpg'), Buffer.from(PNG, 'base64'))
  writeFileSync(join(project.folder, 'notes.md'), '# Seven loaves')
  mkdirSync(join(project.folder, '.git'))

  for (const model of ['openai:gpt-4o', 'gemini:gemini-2.5-flash', 'anthropic:claude-sonnet-4-5', 'ollama:llava']) {
    expect(await run('type = "image"\nfile = "picture.jpg"', model)).toMatchObject({ code: 0 })
    const { body } = server.requests.at(-1)!
    expect(body).toContain(PNG)
    // By content: the name lies.
    expect(body).toContain('image/png')
    expect(body).not.toContain('image/jpeg')
  }
  expect(await run('type = "document"\nfile = "notes.md"', 'openai:gpt-4o')).toMatchObject({ code: 0 })
  expect(server.requests.at(-1)!.body).toContain('# Seven loaves')

  const calls = server.calls.length
  writeFileSync(
    join(project.folder, 'clip.mp4'),
    Buffer.from('000000186674797069736f6d0000020069736f6d6d703432', 'hex'),
  )
  const outside = mkdtempSync(join(tmpdir(), 'botticelli-outside-'))
  writeFileSync(join(outside, 'secret.txt'), 'secret')
  symlinkSync(join(outside, 'secret.txt'), join(project.folder, 'link.txt'))
  for (const [input, code] of [
    ['type = "video"\nfile = "clip.mp4"', 'media-unsupported'],
    ['type = "audio"\nfile = "picture.jpg"', 'media-mismatch'],
    ['type = "document"\nfile = "link.txt"', 'file-outside'],
    [`type = "document"\nfile = "${join(outside, 'secret.txt')}"`, 'file-outside'],
    ['type = "image"\nfile = "none.png"', 'missing-file'],
    ['type = "image"\nurl = "http://127.0.0.1:9/a.png"', 'media-refused'],
  ] as const) {
    const { code: exit, stderr, stdout } = await run(input, 'openai:gpt-4o')
    expect([input, exit]).toEqual([input, 1])
    expect(stdout + stderr).toContain(code)
    expect(stdout + stderr).toMatch(/"line":[56]/)
  }
  expect(server.calls.length).toBe(calls)
}, 60_000)

test('a dry run says what a provider does not take, and sends and fetches nothing', async () => {
  using project = makeProject()
  writeFileSync(join(project.folder, 'clip.mp4'), SAMPLES.mp4)
  const rehearse = (input: string, model: string) => {
    project.write('look.toml', narrative(input))
    return project.botticelli(['run', 'look.toml', '--model', model, '--dry-run', '--json'])
  }
  const film = 'type = "video"\nfile = "clip.mp4"'
  const refused = await rehearse(film, 'openai:gpt-4o')
  expect(refused.code).toBe(1)
  expect(refused.stdout + refused.stderr).toMatch(
    /media-unsupported.*openai takes no video|openai takes no video.*media-unsupported/,
  )
  expect(await rehearse(film, 'gemini:gemini-2.5-flash')).toMatchObject({ code: 0 })
  expect(
    await rehearse('type = "audio"\nurl = "https://example.org/talk"', 'anthropic:claude-sonnet-4-5'),
  ).toMatchObject({ code: 1 })
  expect(await rehearse('type = "image"\nurl = "https://example.org/a"', 'anthropic:claude-sonnet-4-5')).toMatchObject({
    code: 0,
  })
}, 60_000)

test('an address is fetched where its host is allowed, and a run that goes on sends what it began with', async () => {
  await using server = await startProviderServer()
  let fetched = 0
  const files = createServer((_, response) => {
    fetched += 1
    response.end(Buffer.from(PNG, 'base64'))
  })
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
  using project = makeProject()
  const host = `127.0.0.1:${(files.address() as AddressInfo).port}`
  project.write('botticelli.toml', `[media]\nprivate_hosts = ["${host}"]\n`)
  project.write('look.toml', narrative(`type = "image"\nurl = "http://${host}/a?size=1"`))
  const env = { OPENAI_API_KEY: 'test-key-of-openai', OPENAI_BASE_URL: server.urls.openai }
  try {
    expect(await project.botticelli(['run', 'look.toml', '--model', 'openai:gpt-4o', '--dry-run'], env)).toMatchObject({
      code: 0,
    })
    expect(fetched).toBe(0)
    expect(await project.botticelli(['run', 'look.toml', '--model', 'openai:gpt-4o'], env)).toMatchObject({ code: 0 })
    expect(server.requests.at(-1)!.body).toContain(PNG)
    expect(fetched).toBe(1)
    project.look((store) => {
      const [execution] = store.executions.list()
      expect(store.journal.acts(execution!.id)).toHaveLength(1)
      store.maintenance.prune({ at: Date.now() + 1_000, now: Date.now() + 1_000 })
      expect(store.executions.list()).toEqual([])
    })
  } finally {
    await new Promise((resolve) => files.close(resolve))
  }
}, 60_000)

test('a run that is resumed shows what it began with, though the file is gone', async () => {
  await using server = await startProviderServer(({ call }) => (call === 2 ? { status: 401 } : 'A dot.'))
  using project = makeProject()
  const env = { OPENAI_API_KEY: 'test-key-of-openai', OPENAI_BASE_URL: server.urls.openai }
  const picture = join(project.folder, 'a.png')
  writeFileSync(picture, SAMPLES.png)
  const first = narrative('type = "image"\nfile = "a.png"').replace('["see"]', '["see", "tell"]')
  project.write('look.toml', `${first}[[acts.tell.input]]\ncontent = "And where is it?"\n`)
  const failed = await project.botticelli(['run', 'look.toml', '--model', 'openai:gpt-4o', '--json'], env)
  expect([failed.code, JSON.parse(failed.stdout).status]).toEqual([1, 'failed'])

  rmSync(picture)
  const id = JSON.parse(failed.stdout).executionId
  expect(await project.botticelli(['run', '--resume', id], env)).toMatchObject({ code: 0 })
  expect(server.requests).toHaveLength(3)
  expect(server.requests[2]!.body).toContain(SAMPLES.png.toString('base64'))
  expect(server.requests[2]!.body).toContain('And where is it?')
}, 60_000)
