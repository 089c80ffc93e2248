// Services: what the actors need of the world, handed in by the composition root. Interfaces only.

import type { BotticelliError } from '../errors.ts'
import type { MediaReader } from '../media/media.ts'
import type { Model } from '../models/model.ts'
import type { LoadedNarrative } from '../narratives/load-file.ts'
import type { Budget, NarrativeFile, NarrativeInput, SecurityPolicy } from '../narratives/narrative.ts'
import type { Sources, Texts } from '../narratives/sources.ts'
import type { Command, Platforms } from '../platforms/platform.ts'
import type { Store } from '../store/store.ts'
import type { Clock } from '../supervisor/index.ts'
import type { CallsInFlight } from './calls-in-flight.ts'
import type { FoundFile } from './find-file.ts'
import type { ProgressListener } from './progress.ts'

export interface Services {
  readonly store: Store
  /** The model that a narrative names; undefined is the configured default. */
  findModel(name: string | undefined): Model
  /** The model with a limit of its own on the wait for an answer. */
  limited(model: Model, timeoutMs: number): Model
  /** The model as often as its limits allow whoever has this budget. */
  paced(model: Model, budget: Budget): Model
  /** All platforms, under the policy of the file that uses them. */
  platformsFor(policy: SecurityPolicy | undefined): Platforms
  /** Why a file's policy forbids a command, as far as its arguments are known before it runs. */
  refusalOf(command: Command, policy: SecurityPolicy | undefined): BotticelliError | undefined
  /**
   * Reads and checks a narrative file. With `texts`, the files are what these say.
   *
   * @returns with its sources, unless it came from no file
   */
  loadNarrative(file: string, narrative?: string, texts?: Texts): LoadedNarrative & { readonly sources?: Sources }
  /** The file and narrative that an input of `from` names. With `texts`, files are what these say. */
  loadNested(from: NarrativeFile, input: NarrativeInput, texts?: Texts): LoadedNarrative
  /** Where a file is that a narrative names, or undefined (narrative format, section 10). */
  findFile(name: string, narrativeFile: string): FoundFile | undefined
  readonly media: MediaReader
  /** Environment variables that `${VAR}` may read. */
  env(name: string): string | undefined
  readonly clock: Clock
  /** Of the process that runs executions. */
  readonly processId: number
  /** A new ULID. */
  newId(): string
  /** How an act is tried again after an error that may pass. */
  readonly retry: { readonly maxRestarts: number; readonly minMs: number; readonly maxMs: number }
  /** An act without a sign of life for so long has failed, and is tried again. Default never. */
  readonly actHungAfterMs?: number
  readonly onProgress: ProgressListener
  /** Models are asked for their answers in pieces, and each is told as progress. */
  readonly streams: boolean
  /** Calls of models that have not ended. */
  readonly calls: CallsInFlight
}
