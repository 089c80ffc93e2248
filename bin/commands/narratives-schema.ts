// narratives schema: the narrative language for editors, as a JSON Schema.

import { editorSchema } from '../../narratives/editor-schema.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const narrativesSchema: Run = async (_, io) => {
  if (io.json) io.printJson(editorSchema())
  else {
    io.print(JSON.stringify(editorSchema(), null, 2))
    io.remark('\nSave it beside your narratives and begin them with: #:schema ./narrative.schema.json')
  }
  return EXIT.ok
}
