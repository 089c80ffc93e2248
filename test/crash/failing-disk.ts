// Failing disk: makes system calls of a process fail, as a broken or a full disk does. By strace, where it may trace.

import { spawnSync } from 'node:child_process'

export interface DiskFault {
  readonly calls: readonly ('fsync' | 'fdatasync' | 'pwrite64' | 'ftruncate')[]
  readonly error: 'EIO' | 'ENOSPC'
  /** The first of these calls that fails, from 1, counted for each thread. */
  readonly first: number
  /** Every so many after the first fail as well; without it, all of them. */
  readonly every?: number
  /** No more of them than up to this one. Default: to the end of the process. */
  readonly last?: number
}

/** Why the disk cannot be made to fail here; undefined where it can. */
export function cannotFail(): string | undefined {
  if (process.platform !== 'linux') return 'this needs strace, which is a tool of Linux'
  const { status, error, stderr } = spawnSync('strace', [...TRACE, '-e', 'trace=fsync', 'true'], { encoding: 'utf8' })
  if (error !== undefined) return 'strace is not installed'
  return status === 0 ? undefined : `strace may not trace here: ${stderr.trim()}`
}

/** Words to put before a command. What they start has the same process id as the command would have. */
export function withDiskFault({ calls, error, first, every, last }: DiskFault): string[] {
  const names = calls.join(',')
  const when = `${first}${last === undefined ? '' : `..${last}`}+${every ?? ''}`
  return ['strace', ...TRACE, '-e', `trace=${names}`, '-e', `inject=${names}:error=${error}:when=${when}`]
}

// The tracer is a grandchild, and only these calls cost anything.
const TRACE = ['-D', '-f', '--seccomp-bpf', '-qqq', '-o', '/dev/null']
