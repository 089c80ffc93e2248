// The installer, with an npm that fails the way the real one does. A real installation is what every clone begins with.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
let clone: string
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'botticelli-clone-'))
  mkdirSync(join(clone, 'bin'))
  for (const file of ['bin/install.mjs', 'package.json', 'package-lock.json'])
    cpSync(join(ROOT, file), join(clone, file))
})
afterEach(() => rmSync(clone, { recursive: true }))

test('says nothing in a checkout that has everything', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'bin', 'install.mjs')], {
    encoding: 'utf8',
  })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('installs what the lock file says, development packages too, and does so once', () => {
  const first = install(`${WORKS}; log(process.argv.slice(2).join(' '))`)
  expect(first).toMatchObject({ status: 0, stderr: expect.stringMatching(/^Installing [^\n]*\n$/) })
  expect(calls()).toEqual(['ci --include=dev --no-audit --no-fund --loglevel=error'])
  expect(install('log("again")')).toMatchObject({ status: 0, stderr: '' })
  expect(calls()).toHaveLength(1)
})

test('installs anew when the lock file asks for another version', () => {
  install(`${WORKS}; log('first')`)
  const lock = JSON.parse(readFileSync(join(clone, 'package-lock.json'), 'utf8'))
  lock.packages['node_modules/zod'].version = '0.0.1'
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify(lock))
  install("log('second')")
  expect(calls()).toEqual(['first', 'second'])
})

test('installs what an installation without development packages left out', () => {
  install(`${WORKS}; log('first')`)
  const note = join(clone, 'node_modules', '.package-lock.json')
  const { packages } = JSON.parse(readFileSync(note, 'utf8'))
  delete packages['node_modules/vitest']
  writeFileSync(note, JSON.stringify({ packages }))
  install("log('second')")
  expect(calls()).toEqual(['first', 'second'])
})

test('keeps what the calling npm left in the environment from the inner one', () => {
  const env = {
    npm_lifecycle_event: 'prestart',
    npm_config_omit: 'dev',
    NODE_ENV: 'production',
    npm_config_cache: '/kept',
  }
  install(
    `${WORKS}; log(Object.keys(process.env).filter((name) => /^npm_(life|config)|NODE_ENV/.test(name)).join())`,
    env,
  )
  expect(calls()).toEqual(['npm_config_cache'])
})

describe('says why it failed and what to do', () => {
  test.for<[said: string, cause: string, fix: string]>([
    ['npm error code ENOTFOUND registry', 'could not reach its package registry', 'connect to the internet'],
    ['npm error code EROFS read-only file system', 'may not write to this folder', 'work in a copy of it'],
    ['npm error `npm ci` can only install packages when', 'do not fit', 'npm install'],
    ['npm error ENOSPC', 'the disk is full', 'free about'],
    ['something new', 'what it said stands above', 'npm ci --include=dev'],
  ])('%s', ([said, cause, fix]) => {
    const { status, stderr } = install(`console.error(${JSON.stringify(said)}); process.exit(1)`)
    expect(status).toBe(1)
    expect(stderr).toContain(said)
    expect(stderr).toMatch(
      /error\[install-failed\]: what Botticelli needs could not be installed\ncause {2}.*\nfix {4}.*\n$/,
    )
    expect(stderr).toContain(cause)
    expect(stderr).toContain(fix)
  })

  test('also when npm ran no install scripts, so that there is no Node 24', () => {
    const { status, stderr } = install('process.exit(0)')
    expect(status).toBe(1)
    expect(stderr).toContain('Node 24 is not among them')
  })
})

test('the lock file names every optional package, without which npm 11 refuses to install', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const absent = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  )
  expect(absent).toEqual([])
})

/** What an npm that works leaves behind. */
const WORKS = `
  const node = 'node_modules/node/bin/' + (process.platform === 'win32' ? 'node.exe' : 'node')
  fs.mkdirSync('node_modules/node/bin', { recursive: true }); fs.writeFileSync(node, '')
  fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json')`

function install(script: string, env: Record<string, string> = {}) {
  const npm = join(clone, `npm-${createHash('sha256').update(script).digest('hex').slice(0, 8)}`, 'npm-cli.js')
  mkdirSync(join(npm, '..'), { recursive: true })
  writeFileSync(
    npm,
    `const fs = require('node:fs'); const log = (line) => fs.appendFileSync('calls', line + '\\n'); ${script}`,
  )
  writeFileSync(join(npm, '..', 'package.json'), '{"type":"commonjs"}')
  return spawnSync(process.execPath, [join(clone, 'bin', 'install.mjs')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', npm_execpath: npm, npm_node_execpath: process.execPath, ...env },
  })
}

function calls(): string[] {
  return readFileSync(join(clone, 'calls'), 'utf8').trim().split('\n')
}
