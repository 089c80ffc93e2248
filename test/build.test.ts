// Build: the package runs as the checkout does, from few files, and names all that it depends on.

import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from '../build.ts'
import { makeProject } from './end-to-end/project.ts'

const ROOT = resolve(import.meta.dirname, '..')
const NARRATIVE =
  '[narrative]\nname = "say"\nskip_content_generation = true\n[toc]\norder = ["a"]\n[acts]\na = "Hello"\n'

let folder: string
let dist: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'botticelli package '))
  dist = join(folder, 'dist')
  await build(dist)
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('its package.json names every package that its files import', () => {
  const { dependencies } = JSON.parse(readFileSync(join(dist, 'package.json'), 'utf8'))
  const imports = globSync('**/*.js', { cwd: dist }).flatMap((file) =>
    [
      ...readFileSync(join(dist, file), 'utf8').matchAll(
        /^(?:import|export) .*?"([^".][^"]*)";$|\bimport\("([^".][^"]*)"\)/gm,
      ),
    ].map(([, named, lazy]) => named ?? lazy ?? ''),
  )
  const packages = imports.filter((name) => !isBuiltin(name)).map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)![0])
  expect(packages).toContain('xstate')
  expect(packages.filter((name) => !(name in dependencies))).toEqual([])
})

test('a run answers, and a store of the checkout is its store', async () => {
  using project = makeProject(join(dist, 'bin/botticelli'))
  project.write('botticelli.toml', '[models]\ndefault = "scripted"\n')
  project.write('say.toml', NARRATIVE)
  const { code, stderr } = await project.botticelli(['run', 'say.toml'])
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('say completed') })
  expect(project.look(({ executions }) => executions.list()[0]?.status)).toBe('completed')
}, 60_000)

test('a server starts its watching thread and the thread of a bot', async () => {
  using project = makeProject(join(dist, 'bin/botticelli'))
  project.write('say.toml', NARRATIVE)
  project.write(
    'botticelli.toml',
    `[telemetry]
log_format = "json"
metrics = false
[models]
default = "scripted"
[bots.sayer]
type = "custom"
narrative = "say.toml"
isolation = "thread"
on_start = true
`,
  )
  const server = project.start(['serve'])
  await server.says('"event":"bot.run_completed"', 60_000)
  expect((await server.kill('SIGTERM')).code).toBe(0)
}, 90_000)

test('the library of narratives comes along', async () => {
  using project = makeProject(join(dist, 'bin/botticelli'))
  const { code, stdout } = await project.botticelli(['narratives', 'library'])
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('welcome') })
}, 60_000)
