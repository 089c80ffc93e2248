// Answers while they come: on a terminal, in the running server, and when somebody has had enough of one.

import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { main } from '../../bin/main.ts'
import { startProviderServer } from '../models/provider-server.ts'
import { makeProject, type Project, until } from './project.ts'

const TEXT = 'Bread is baked from flour, water, salt and time. '.repeat(40)
const NARRATIVE = `[narrative]
name = "bread"
skip_content_generation = true
[toc]
order = ["idea", "write"]
[acts]
idea = "Give an idea."
write = "Write about it."
`
const SCRIPT = `[[reply]]
when = { act = "idea" }
text = "Sour\\u001b[31mdough"
delay = "60ms"
[[reply]]
text = "Flour and water."
delay = "60ms"
`

/** A stream that a program takes for a terminal, and all that was written to it. */
function screen(isTTY: boolean) {
  const written: string[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      written.push(String(chunk))
      done()
    },
  })
  const output = Object.assign(stream, { isTTY, ...(isTTY && { columns: 80 }) }) as unknown as NodeJS.WriteStream
  return { output, text: () => written.join('') }
}

async function runHere(project: Project, args: readonly string[], terminals: { stdout: boolean; stderr: boolean }) {
  const [stdout, stderr] = [screen(terminals.stdout), screen(terminals.stderr)]
  const code = await main(['-C', project.folder, '--color', 'never', 'run', ...args], {
    stdin: process.stdin,
    stdout: stdout.output,
    stderr: stderr.output,
    environment: { HOME: project.folder },
    now: Date.now,
    exit: () => {},
    outliveReaders: () => {},
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

function scripted(): Project {
  const project = makeProject()
  project.write('bread.toml', NARRATIVE)
  project.write('script.toml', SCRIPT)
  project.write('botticelli.toml', '[models]\ndefault = "scripted"\nscript = "script.toml"\n')
  return project
}

test('a person at a terminal reads each answer below the name of its act, and the last one once', async () => {
  using project = scripted()
  const { code, stdout, stderr } = await runHere(project, ['bread.toml'], { stdout: true, stderr: true })
  expect(code).toBe(0)
  expect(stderr).toContain(' ▸ idea\nSourdough\n')
  expect(stderr).toContain(' ▸ write\nFlour and water.\n')
  expect(stderr.indexOf(' ▸ write')).toBeGreaterThan(stderr.indexOf('✓ idea'))
  expect(stdout).toBe('')
})

test.for([
  ['the result goes to a file', [], { stdout: false, stderr: true }],
  ['the progress goes to a file', [], { stdout: true, stderr: false }],
  ['nothing is a terminal', [], { stdout: false, stderr: false }],
  ['--no-stream was given', ['--no-stream'], { stdout: true, stderr: true }],
] as const)('where %s, answers come whole and the last one is the result', async ([, args, terminals]) => {
  using project = scripted()
  const { stdout, stderr } = await runHere(project, ['bread.toml', ...args], terminals)
  expect(stdout).toBe('Flour and water.\n')
  expect(stderr).not.toContain('▸')
  expect(stderr).not.toContain('Sourdough')
})

test('with --json there is the report alone', async () => {
  using project = scripted()
  const { stdout, stderr } = await runHere(project, ['bread.toml', '--json'], { stdout: true, stderr: true })
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', response: 'Flour and water.', lost: 0 })
  expect(stderr).toBe('')
})

test('with --events a program reads along, each piece of an answer a line', async () => {
  using project = scripted()
  const { stdout, stderr } = await runHere(project, ['bread.toml', '--json', '--events'], {
    stdout: true,
    stderr: true,
  })
  const events = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' })
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['execution.started', 'act.started', 'act.completed', 'execution.completed']),
  )
  const pieces = events.filter(({ type, act }) => type === 'answer.text' && act === 'write')
  expect(pieces.length).toBeGreaterThan(1)
  expect(pieces.map(({ text }) => text).join('')).toBe('Flour and water.')
  expect(pieces[0]).toMatchObject({ at: expect.stringMatching(/Z$/), narrative: 'bread', key: 'write' })
})

test('in the server, what a model says is seen before it has ended, and a run that is cancelled ends its call', async () => {
  await using provider = await startProviderServer({ text: TEXT })
  provider.stallAfter(3_000)
  using project = makeProject()
  project.write('bread.toml', NARRATIVE)
  project.write(
    'botticelli.toml',
    `[models]
default = "openai:gpt-4o-mini"
stream = true
[telemetry]
metrics = false
[bots.baker]
narrative = "bread.toml"
on_start = true
every = "24h"
`,
  )
  const server = project.start(['serve'], { OPENAI_API_KEY: 'a-test-key', OPENAI_BASE_URL: provider.urls.openai })
  await server.says('ready in')
  await until(
    () => provider.requests.length === 1,
    10_000,
    () => `nobody asked:\n${server.output()}`,
  )
  const shown = async () => {
    const { stdout } = await project.botticelli(['actors', 'show', 'idea', '--sanitize', 'full', '--json'])
    return JSON.parse(stdout).context.soFar
  }
  let soFar = await shown()
  for (let tries = 0; tries < 10 && soFar === undefined; tries++) soFar = await shown()
  expect(TEXT).toContain(soFar.latest)
  expect(soFar.characters).toBeGreaterThan(0)

  const [execution] = project.look((store) => store.executions.list({}))
  expect(await project.botticelli(['executions', 'cancel', execution!.id, '--yes'])).toMatchObject({ code: 0 })
  await until(
    () => provider.givenUp.length === 1,
    5_000,
    () => 'the connection is still open',
  )
  const lost = () => project.look((store) => store.ledger.totals({ executionId: execution!.id }))
  await until(
    () => lost().lost === 1,
    5_000,
    () => 'the ledger knows nothing of the call',
  )
  expect(lost().costUsd).toBeGreaterThan(0)
  await server.kill('SIGTERM')
})

test('Ctrl-C ends the call, and the report says so', async () => {
  await using provider = await startProviderServer({ text: TEXT })
  provider.stallAfter(3_000)
  using project = makeProject()
  project.write('bread.toml', NARRATIVE)
  const env = { OPENAI_API_KEY: 'a-test-key', OPENAI_BASE_URL: provider.urls.openai }
  const running = project.start(['run', 'bread.toml', '--model', 'openai:gpt-4o-mini'], env)
  await until(
    () => provider.requests.length === 1,
    10_000,
    () => `nobody asked:\n${running.output()}`,
  )
  const { code, stderr } = await running.kill('SIGINT')
  expect(code).toBe(130)
  expect(stderr).toContain('1 call without an answer')
  expect(provider.givenUp).toHaveLength(1)
})
