// Last good: narratives that go on as they were while their file cannot be used.
//
// A file is read again for each run, so that a change takes effect with the next one. One that has become wrong, or that
// takes narratives from a file which has, changes nothing: the narrative as it was read last goes on, and the log says
// so, once for each fault.

import { BotticelliError } from '../errors.ts'
import type { WholeNarrative } from '../narratives/sources.ts'
import { log } from '../telemetry/log.ts'

type Load = (file: string, narrative?: string) => WholeNarrative

/** @throws what `load` throws, for a narrative that it has never loaded */
export function keepLastGood(load: Load): Load {
  const good = new Map<string, WholeNarrative>()
  const told = new Map<string, string>()
  return (file, narrative) => {
    const key = `${file}\n${narrative ?? ''}`
    const known = good.get(key)
    try {
      const loaded = load(file, narrative)
      const [broken] = loaded.broken
      if (known !== undefined && known.broken.length === 0 && broken !== undefined) throw broken
      good.set(key, loaded)
      told.delete(key)
      return loaded
    } catch (error) {
      if (known === undefined || !(error instanceof BotticelliError)) throw error
      if (told.get(key) !== error.message)
        log('narrative.reload_failed', { narrative: known.narrative.key, file, err: error })
      told.set(key, error.message)
      return known
    }
  }
}
