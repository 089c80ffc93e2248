// Last good: narratives that go on as they were while their file cannot be used.
//
// A file is read again for each run, so that a change takes effect with the next one. One that has become wrong changes
// nothing: the narrative as it was read last goes on, and the log says so.

import { BotticelliError } from '../errors.ts'
import type { LoadedNarrative } from '../narratives/load-file.ts'
import { log } from '../telemetry/log.ts'

type Load = (file: string, narrative?: string) => LoadedNarrative

/** @throws what `load` throws, for a narrative that it has never loaded */
export function keepLastGood(load: Load): Load {
  const good = new Map<string, LoadedNarrative>()
  return (file, narrative) => {
    const key = `${file}\n${narrative ?? ''}`
    try {
      const loaded = load(file, narrative)
      good.set(key, loaded)
      return loaded
    } catch (error) {
      const known = good.get(key)
      if (known === undefined || !(error instanceof BotticelliError)) throw error
      log('narrative.reload_failed', { narrative: known.narrative.key, file, err: error })
      return known
    }
  }
}
