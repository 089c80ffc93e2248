// Project: a folder of its own with a real `botticelli` run in it, for tests from the outside.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'

const LAUNCHER = resolve(import.meta.dirname, '../../bin/botticelli')

/** Real narrative files of others, beside the checkout; tests that need them are skipped where they are not. */
export const CORPUS = resolve(import.meta.dirname, '../../../shared/corpus/narratives')
export const hasCorpus = existsSync(CORPUS)

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Project extends Disposable {
  readonly folder: string
  write(file: string, text: string): string
  /** Runs to the end; killed after two minutes. */
  botticelli(args: readonly string[], env?: Record<string, string>): Promise<Finished>
  /** Starts and leaves running. */
  start(args: readonly string[], env?: Record<string, string>): Running
  /** Opens the project's database, for a look. */
  look<T>(at: (store: Store) => T): T
}

export interface Running {
  readonly process: ChildProcess
  output(): string
  /** Waits until the output of either stream contains the text. */
  says(text: string, limitMs?: number): Promise<void>
  kill(signal: NodeJS.Signals): Promise<Finished>
}

/** @param launcher of the checkout without it */
export function makeProject(launcher = LAUNCHER): Project {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-project-'))
  const running = new Set<ChildProcess>()

  function launch(args: readonly string[], env: Record<string, string> = {}) {
    const child = spawn(launcher, args, {
      cwd: folder,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    const ended = new Promise<Finished>((done) => {
      child.once('close', (code) => {
        running.delete(child)
        done({ code, stdout, stderr })
      })
    })
    return { child, ended, output: () => stdout + stderr }
  }

  return {
    folder,
    write(file, text) {
      const path = join(folder, file)
      writeFileSync(path, text)
      return path
    },
    async botticelli(args, env) {
      const { child, ended } = launch(args, env)
      const timer = setTimeout(() => child.kill('SIGKILL'), 120_000)
      try {
        return await ended
      } finally {
        clearTimeout(timer)
      }
    },
    start(args, env) {
      const { child, ended, output } = launch(args, env)
      return {
        process: child,
        output,
        says: (text, limitMs = 50_000) =>
          until(
            () => output().includes(text),
            limitMs,
            () => `"${text}" was not said:\n${output()}`,
          ),
        kill: (signal) => {
          child.kill(signal)
          return ended
        },
      }
    },
    look(at) {
      const store = openStore(join(folder, '.botticelli', 'botticelli.db'))
      try {
        return at(store)
      } finally {
        store.close()
      }
    },
    [Symbol.dispose]() {
      for (const child of running) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Polls a condition that only another process can make true. */
export async function until(condition: () => boolean, limitMs: number, complaint: () => string): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(complaint())
    await new Promise((resume) => setTimeout(resume, 25))
  }
}

/** Keys and settings of whoever runs the tests must not leak into them. */
function cleanEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  return { PATH, HOME, ...(TMPDIR !== undefined && { TMPDIR }) }
}
