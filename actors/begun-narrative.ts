// Begun narrative: the narrative of an execution as it was when the execution began, whatever became of its file since.

import type { LoadedNarrative } from '../narratives/load-file.ts'
import { keptSources, type Sources } from '../narratives/sources.ts'
import type { Execution } from '../store/store.ts'
import type { Services } from './services.ts'

/** Of an execution of before texts were kept, the file as it is now. @throws NarrativeError */
export function begunNarrative(
  { file, narrative, version }: Pick<Execution, 'file' | 'narrative' | 'version'>,
  services: Pick<Services, 'store' | 'loadNarrative'>,
): LoadedNarrative & { readonly sources?: Sources } {
  const files = version === undefined ? [] : services.store.versions.files(version)
  if (version === undefined || files.length === 0) return services.loadNarrative(file, narrative)
  const sources = keptSources(version, files, file)
  return { ...services.loadNarrative(file, narrative, sources.texts), sources }
}
