// Adapters: what runs are given to work with. Models, platforms, files and media are known here by name, and nowhere else.

import { findFile, isThere } from '../actors/find-file.ts'
import { keepLastGood } from '../actors/last-good.ts'
import { warnOfNarratives } from '../actors/narrative-warnings.ts'
import { newId } from '../actors/new-id.ts'
import type { Services } from '../actors/services.ts'
import type { Config } from '../config/config.ts'
import { openMedia } from '../media/open-media.ts'
import type { Budget } from '../models/budget-book.ts'
import type { Models } from '../models/model.ts'
import { createModels } from '../models/models.ts'
import { createPacing } from '../models/pacing.ts'
import { withTimeLimit } from '../models/time-limit.ts'
import { loadNarrative, loadNested } from '../narratives/load-file.ts'
import { loadWhole } from '../narratives/sources.ts'
import { createDatabasePlatform } from '../platforms/database.ts'
import { createDiscord } from '../platforms/discord/discord.ts'
import type { Platforms } from '../platforms/platform.ts'
import { createPlatforms } from '../platforms/platforms.ts'
import { applyPolicy, refusalOf } from '../platforms/policy.ts'
import { filterProblem } from '../store/filter/filter-problem.ts'
import { type Clock, systemClock } from '../supervisor/index.ts'

/** What stands in the place of the world outside, for tests of narratives. */
export interface Outside {
  readonly clock: Clock
  models(real: Models): Models
  platforms(real: Platforms): Platforms
}

export const OUTSIDE: Outside = { clock: systemClock, models: (real) => real, platforms: (real) => real }

export function createServices(
  config: Config,
  {
    store,
    outside = OUTSIDE,
    onProgress,
    budget,
    calls,
  }: Pick<Services, 'store' | 'onProgress' | 'calls'> & { readonly outside?: Outside; readonly budget: Budget },
): Services {
  const { clock } = outside
  const { captureContent } = config.telemetry
  const models = outside.models(createModels(config.models, { clock, captureContent, budget }))
  const configured = createPlatforms({
    platforms: [
      createDiscord({ ...config.discord, posting: config.posting, now: clock.now }),
      createDatabasePlatform({
        allowed: config.updatableTables,
        tables: {
          update: (change) => store.content.update(change, clock.now()),
          once: (key, work) => store.effects.perform(key, work, clock.now()),
        },
      }),
    ],
    now: clock.now,
  })
  const platforms = outside.platforms(configured)
  const bases = [...config.contextPaths, config.root]
  const env = (name: string) => config.environment[name]
  const reading = {
    base: config.root,
    checkFilter: filterProblem,
    fileExists: (name: string, narrativeFile: string) => isThere(findFile(name, narrativeFile, bases)),
    isEnvSet: (name: string) => env(name) !== undefined,
  }
  const warn = warnOfNarratives()
  const loadNow = keepLastGood((file, narrative) => warn(loadWhole(file, narrative, reading)))
  return {
    store,
    findModel: (name) => models.find(name),
    limited: (model, timeoutMs) => withTimeLimit(model, { clock, timeoutMs }),
    paced: createPacing({ limits: config.models.limits, recentUse: store.ledger.recentUse, clock }),
    platformsFor: (policy) => applyPolicy(platforms, policy, config.posting),
    refusalOf: (command, policy) =>
      refusalOf(command, { effect: platforms.effectOf(command), policy, posting: config.posting }),
    loadNarrative: (file, narrative, texts) =>
      texts === undefined ? loadNow(file, narrative) : loadNarrative(file, narrative, { ...reading, texts }),
    loadNested: (file, input, texts) => warn(loadNested(file, input, texts ? { ...reading, texts } : reading)),
    findFile: (name, narrativeFile) => findFile(name, narrativeFile, bases),
    media: openMedia(config.media),
    env,
    clock,
    processId: process.pid,
    newId,
    retry: { maxRestarts: config.models.retries, minMs: 1_000, maxMs: 60_000 },
    ...(config.supervision.actHungAfterMs !== undefined && { actHungAfterMs: config.supervision.actHungAfterMs }),
    onProgress,
    streams: config.models.stream ?? false,
    calls,
  }
}

/** True if runs of both would be given the same models, platforms and files. */
export function isSameWork(one: Config, other: Config): boolean {
  const [first, second] = [one, other].map((config) => {
    const { models, media, discord, posting, contextPaths, narrativePaths, environment } = config
    return JSON.stringify([models, media, discord, posting, contextPaths, narrativePaths, environment])
  })
  return first === second
}
