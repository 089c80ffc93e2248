import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askServer, openControl } from '../../console/control.ts'

let stateDir: string
beforeEach(() => {
  stateDir = realpathSync(mkdtempSync(join(tmpdir(), 'botticelli-control-')))
})
afterEach(() => rmSync(stateDir, { recursive: true, force: true }))
const socketIn = (folder: string) => join(folder, 'run', 'control.sock')

test('answers what its routes say', async () => {
  await using _control = await openControl(stateDir, { 'GET /v1/status': () => ({ bots: 3 }) })
  expect(await askServer(stateDir, 'GET', '/v1/status')).toEqual({ bots: 3 })
})

test('is open to its owner alone', async () => {
  await using _control = await openControl(stateDir, {})
  expect(statSync(socketIn(stateDir)).mode & 0o777).toBe(0o600)
  expect(statSync(join(stateDir, 'run')).mode & 0o777).toBe(0o700)
})

test('says nothing when no server runs', async () => {
  expect(await askServer(stateDir, 'GET', '/v1/status')).toBeUndefined()
})

test('refuses a second server, with the process of the first', async () => {
  await using _control = await openControl(stateDir, {})
  await expect(openControl(stateDir, {})).rejects.toMatchObject({
    code: 'server-running',
    message: expect.stringContaining(`process ${process.pid}`),
  })
})

test('says which folder must be made writable', async () => {
  const file = join(stateDir, 'not-a-folder')
  writeFileSync(file, '')
  await expect(openControl(file, {})).rejects.toMatchObject({
    code: 'state-not-writable',
    fix: expect.stringContaining(join(file, 'run')),
  })
})

test('is free again once closed', async () => {
  await (await openControl(stateDir, {}))[Symbol.asyncDispose]()
  await (await openControl(stateDir, {}))[Symbol.asyncDispose]()
  expect(existsSync(socketIn(stateDir))).toBe(false)
})

test('takes over what a killed server left behind', async () => {
  const server = spawn(process.execPath, ['-e', HOLD_SOCKET, stateDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((ready) => server.stdout.once('data', ready))
  server.kill('SIGKILL')
  await new Promise((gone) => server.once('exit', gone))
  expect(existsSync(socketIn(stateDir))).toBe(true)
  await using _control = await openControl(stateDir, { 'GET /v1/status': () => 'mine' })
  expect(await askServer(stateDir, 'GET', '/v1/status')).toBe('mine')
})

const HOLD_SOCKET = `
  const fs = require('node:fs')
  const run = process.argv[1] + '/run'
  fs.mkdirSync(run, { recursive: true, mode: 0o700 })
  require('node:http').createServer().listen(run + '/control.sock', () => console.log('ready'))
`

test('does not wait for the claim of a process that is gone', async () => {
  await (await openControl(stateDir, {}))[Symbol.asyncDispose]()
  writeFileSync(`${socketIn(stateDir)}.claim`, '999999999')
  await (await openControl(stateDir, {}))[Symbol.asyncDispose]()
})

test('does not wait for an old claim, whoever has its process id today', async () => {
  await (await openControl(stateDir, {}))[Symbol.asyncDispose]()
  writeFileSync(`${socketIn(stateDir)}.claim`, String(process.ppid))
  await expect(openControl(stateDir, {})).rejects.toMatchObject({ code: 'server-running' })
  const before = new Date(Date.now() - 60_000)
  utimesSync(`${socketIn(stateDir)}.claim`, before, before)
  await (await openControl(stateDir, {}))[Symbol.asyncDispose]()
})

test('of two that open at once, one is refused', async () => {
  const results = await Promise.allSettled([openControl(stateDir, {}), openControl(stateDir, {})])
  const opened = results.filter((one) => one.status === 'fulfilled')
  expect(opened).toHaveLength(1)
  await opened[0]?.value[Symbol.asyncDispose]()
})

test('works where the path is too long for a socket', async () => {
  const long = join(stateDir, 'a'.repeat(100))
  await using _control = await openControl(long, { 'GET /v1/status': () => 'reached' })
  expect(await askServer(long, 'GET', '/v1/status')).toBe('reached')
})

test('is one, by whatever links a long path is reached', async () => {
  const [long, link] = [join(stateDir, 'a'.repeat(100)), join(stateDir, 'b'.repeat(100))]
  mkdirSync(long)
  symlinkSync(long, link)
  await using _control = await openControl(join(long, 'state'), { 'GET /v1/status': () => 'reached' })
  expect(await askServer(join(link, 'state'), 'GET', '/v1/status')).toBe('reached')
  await expect(openControl(join(link, 'state'), {})).rejects.toMatchObject({ code: 'server-running' })
})

test('what fails in the server is told by whoever asked', async () => {
  const full = () => {
    throw new Error('the disk is full')
  }
  await using _control = await openControl(stateDir, { 'POST /v1/change': full })
  await expect(askServer(stateDir, 'POST', '/v1/change')).rejects.toMatchObject({
    code: 'server-unreachable',
    message: expect.stringContaining('could not do that: Error: the disk is full'),
  })
})

test('tells of a route that it does not know', async () => {
  await using _control = await openControl(stateDir, {})
  await expect(askServer(stateDir, 'GET', '/v1/nothing')).rejects.toMatchObject({ code: 'server-unreachable' })
})

test('a route is given the query', async () => {
  await using _control = await openControl(stateDir, { 'GET /v1/echo': (query) => query.get('path') })
  expect(await askServer(stateDir, 'GET', `/v1/echo?${new URLSearchParams({ path: '/a b&c' })}`)).toBe('/a b&c')
})

test('an address that is none is answered with an error, and the server goes on', async () => {
  await using _control = await openControl(stateDir, { 'GET /v1/status': () => 'fine' })
  await expect(askServer(stateDir, 'GET', '//')).rejects.toMatchObject({ code: 'server-unreachable' })
  expect(await askServer(stateDir, 'GET', '/v1/status')).toBe('fine')
})
