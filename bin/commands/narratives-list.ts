// narratives list: every narrative that a file of the project holds, and files that hold none that can be read.

import { relative } from 'node:path'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../figures.ts'
import { narrativeFiles, readText } from '../narrative-files.ts'
import { oneLine } from '../plain-text.ts'
import { table } from '../table.ts'

interface Entry {
  readonly file: string
  readonly narrative: string
  readonly acts: number
  readonly description: string
  readonly errors: number
}

export const narrativesList: Run = async (_, io) => {
  const { config } = io.config()
  const entries = narrativeFiles(config.narrativePaths).flatMap((file): Entry[] => {
    const { file: parsed, diagnostics } = parseNarrativeFile(readText(file), file)
    const shown = relative(io.cwd, file)
    if (parsed === undefined) {
      const errors = diagnostics.filter((one) => one.severity === 'error').length
      return [{ file: shown, narrative: '', acts: 0, description: '', errors }]
    }
    return [...parsed.narratives.values()].map(({ key, acts, description }) => {
      return { file: shown, narrative: key, acts: acts.length, description, errors: 0 }
    })
  })
  if (io.json) io.printJson(entries)
  else if (entries.length === 0) io.remark(`No narratives in ${config.narrativePaths.join(', ')}.`)
  else {
    const cells = entries.map((one) => {
      const about = one.errors > 0 ? `does not load: ${plural(one.errors, 'error')}` : oneLine(one.description, 200)
      return [one.file, one.narrative || '-', one.errors > 0 ? '-' : String(one.acts), about]
    })
    for (const line of table(['FILE', 'NARRATIVE', 'ACTS', 'ABOUT'], cells, io)) io.print(line)
    if (entries.some((one) => one.errors > 0)) io.remark('\nSee what is wrong: botticelli narratives validate')
  }
  return EXIT.ok
}
