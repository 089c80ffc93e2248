// Replace file: a file's new text, there as a whole or not at all.

import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BotticelliError } from '../errors.ts'

/**
 * Writes beside the file and renames; its mode stays, and a link goes on pointing where it did.
 * @throws BotticelliError `file-write`; the file is then as it was
 */
export function replaceFile(path: string, text: string): void {
  let draft: string | undefined
  try {
    const file = realpathSync(path)
    const wanted = join(dirname(file), `.${basename(file)}.${process.pid}`)
    const { mode } = statSync(file)
    const descriptor = openSync(wanted, 'wx', mode)
    draft = wanted
    try {
      // What it was opened with, the umask has cut.
      fchmodSync(descriptor, mode)
      writeFileSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(wanted, file)
  } catch (cause) {
    if (draft !== undefined) rmSync(draft, { force: true })
    throw new BotticelliError('file-write', `${path} cannot be written; it is as it was.`, { cause })
  }
}
