// Ports: what a narrative file cannot know by itself. Without a port its check is left out.

import type { Report, Spot } from './report.ts'

export interface Ports {
  /** What is wrong with a filter expression, if anything. */
  readonly checkFilter?: (where: string) => string | undefined
  /**
   * Whether a file that an input or link of `narrativeFile` names can be found; the name is given as it is written.
   * `outside` for one that is where no input may read.
   */
  readonly fileExists?: (name: string, narrativeFile: string) => boolean | 'outside'
  /** Whether an environment variable has a value. */
  readonly isEnvSet?: (name: string) => boolean
}

/** As below, for a file whose content a model is to read. */
export function warnOfUnreadableFile(name: string, spot: Spot, report: Report, ports: Ports): void {
  if (!name.includes('$') && ports.fileExists?.(name, report.file) === 'outside') {
    report.warn('file-outside', spot, `The file "${name}" lies outside of the project; what needs it will fail.`)
    return
  }
  warnOfMissingFile(name, spot, report, ports)
}

/** A file whose name is made of environment variables is looked for when the act runs. */
export function warnOfMissingFile(name: string, spot: Spot, report: Report, { fileExists }: Ports): void {
  if (fileExists === undefined || name.includes('$') || fileExists(name, report.file)) return
  report.warn('missing-file', spot, `The file "${name}" was not found; what needs it will fail.`)
}
