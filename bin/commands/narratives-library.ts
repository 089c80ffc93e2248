// narratives library: what comes with Botticelli to start from.

import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { shippedNarratives } from '../library.ts'
import { readText } from '../narrative-files.ts'
import { table } from '../table.ts'

export const narrativesLibrary: Run = async (_, io) => {
  const entries = shippedNarratives().flatMap(({ name, file }) => {
    const narratives = [...(parseNarrativeFile(readText(file), file).file?.narratives.values() ?? [])]
    return narratives.map(({ key, acts, description, variables = {} }) => {
      return { name, narrative: key, acts: acts.length, description, inputs: Object.keys(variables), file }
    })
  })
  if (io.json) io.printJson(entries)
  else {
    const cells = entries.map(({ name, narrative, acts, description }, index) => {
      const isFirst = entries[index - 1]?.name !== name
      return [isFirst ? name : '', narrative, String(acts), description]
    })
    for (const line of table(['NAME', 'NARRATIVE', 'ACTS', 'ABOUT'], cells, io)) io.print(line)
    io.remark('\nStart from one: botticelli narratives new FILE --from NAME')
  }
  return EXIT.ok
}
