// Narrative warnings: tells the log what is odd in the narratives that run, each once for each text of a file.

import type { LoadedNarrative } from '../narratives/load-file.ts'
import { log } from '../telemetry/log.ts'

/** What a bot loads again and again is told of once. Gives back what it was given. */
export function warnOfNarratives(): <Loaded extends LoadedNarrative>(loaded: Loaded) => Loaded {
  const told = new Set<string>()
  return (loaded) => {
    const { path, hash, diagnostics } = loaded.file
    const id = `${path}#${hash}`
    if (told.has(id)) return loaded
    told.add(id)
    for (const { code, message, place } of diagnostics) {
      log('narrative.warning', {
        narrative: loaded.narrative.key,
        code,
        warning: message,
        file: path,
        line: place.line,
      })
    }
    return loaded
  }
}
