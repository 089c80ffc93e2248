// Terminal: the one that a command was begun on, and whether it is still there.
//
// SIGHUP says two things: the terminal is gone, or read your files again. Where a terminal was there and is not any more, it
// is the first one, wherever stdout and stderr lead. Whoever is to outlive its terminal is begun with nohup or setsid: none
// of its descriptors is one then, or it has none to lose.

import { closeSync, openSync } from 'node:fs'
import { isatty } from 'node:tty'

interface Terminal {
  /** True of one that was there at the beginning, and is not any more. */
  isGone(): boolean
}

const STDIO = [0, 1, 2] as const

/** To be called at the beginning. */
export function ownTerminal(): Terminal {
  const hadOne = STDIO.some((fd) => isatty(fd)) && hasOne()
  return { isGone: () => hadOne && !hasOne() }
}

/** What has no controlling terminal cannot open it. */
function hasOne(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
