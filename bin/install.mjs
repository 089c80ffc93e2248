// Installer: `npm start`, `npm test`, `npm run check` and `npm run build` call it first, so that each works on a fresh clone.
//
//   I1. Says nothing and changes nothing when everything is there.
//   I2. Installs exactly what the lock file says, development packages included.
//   I3. A failure is told in words: what npm could not do, and what to do about it.
//
// Plain JavaScript without packages: it runs on Node 20 and before there is any.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')
const node24 = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

if (!isInstalled()) install()

/** What npm noted of its last installation holds every package of the lock file, in the same version. */
function isInstalled() {
  if (!existsSync(node24)) return false
  const installed = packagesIn(join(modules, '.package-lock.json'))
  const wanted = Object.entries(packagesIn(join(root, 'package-lock.json')))
  return wanted.every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  )
}

/** By path; none where there is no such file. */
function packagesIn(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {}
}

function install() {
  console.error('Installing what Botticelli needs into node_modules (once, usually under a minute) ...')
  const npm = npmCommand()
  const result = spawnSync(
    npm.file,
    [...npm.args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      env: cleanEnvironment(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm is a script on Windows, which only a shell starts.
      shell: process.platform === 'win32' && npm.args.length === 0,
    },
  )
  if (result.status !== 0)
    fail(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error ? String(result.error) : ''}`)
  if (!existsSync(node24)) {
    giveUp(
      'the packages are installed, but Node 24 is not among them',
      'npm did not run the install script of the package "node" (ignore-scripts, or a policy of npm)',
      'allow it and try again:  npm ci --include=dev --ignore-scripts=false    or install Node 24 yourself',
    )
  }
}

/** The npm that called us, run by the Node that runs it; else the one in PATH. */
function npmCommand() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  if (script !== undefined && basename(script) === 'npm-cli.js' && existsSync(script)) {
    // Never by the Node in node_modules: `npm ci` begins by deleting it.
    const runner = [node, process.execPath].find((path) => path && !path.startsWith(modules) && existsSync(path))
    if (runner !== undefined) return { file: runner, args: [script] }
  }
  return { file: 'npm', args: [] }
}

/** Without what the calling npm left for its scripts, which an inner npm would take for its own settings. */
function cleanEnvironment() {
  const inherited =
    /^(npm_(lifecycle|package|command|config_(global|omit|include|only|production|dry_run|json|workspaces?))|INIT_CWD$|NODE_ENV$|NODE_OPTIONS$)/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)))
}

/** Most frequent causes, by what npm prints. */
function fail(output) {
  process.stderr.write(output.trim() === '' ? '' : `${output.trim()}\n\n`)
  const known = [
    [
      /EROFS|EACCES|EPERM|ENOENT: no such file or directory, mkdir/,
      'npm may not write to this folder',
      `make ${root} writable, or work in a copy of it`,
    ],
    [/ENOSPC/, 'the disk is full', 'free about 500 MB'],
    [
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|EHOSTUNREACH|network/i,
      'npm could not reach its package registry',
      'connect to the internet (only this first start needs it) and try again; "npm config get registry" shows where npm looks',
    ],
    [/EUSAGE|can only install packages when/, 'package.json and package-lock.json do not fit', 'run  npm install'],
    [/EBADENGINE/, 'a package refuses this version of Node', `update Node (this is ${process.versions.node})`],
    [/ENOENT.*npm|spawn npm/, 'npm was not found', 'install npm, or put it into PATH'],
  ]
  const [, cause, fix] = known.find(([pattern]) => pattern.test(output)) ?? [
    undefined,
    'npm ci failed; what it said stands above',
    'run  npm ci --include=dev  and look at its answer',
  ]
  giveUp('what Botticelli needs could not be installed', cause, fix)
}

function giveUp(what, cause, fix) {
  const code = 'install-failed'
  process.stderr.write(`error[${code}]: ${what}\ncause  ${cause}\nfix    ${fix}\n`)
  process.exit(1)
}
