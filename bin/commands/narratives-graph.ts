// narratives graph: one narrative as a drawing.

import { drawNarrative, type GraphFormat } from '../../narratives/graph.ts'
import { loadNarrative } from '../../narratives/load-file.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { findNarrative } from '../project.ts'

export const narrativesGraph: Run = async (options, io) => {
  const { config } = io.config()
  const ref = findNarrative(options.args[0] ?? '', io.cwd, config)
  const { file, narrative } = loadNarrative(ref.file, options.text('narrative-name') ?? ref.narrative, {
    base: config.root,
  })
  const format = (options.text('format') ?? 'ascii') as GraphFormat
  const drawing = drawNarrative(file, narrative, format)
  if (io.json) io.printJson({ file: file.path, narrative: narrative.key, format, drawing })
  else io.print(drawing)
  return EXIT.ok
}
