// Check bots: whether every bot of a configuration can work, before a server begins to work with it (P7).

import { existsSync } from 'node:fs'
import { inputFaults } from '../config/bot-inputs.ts'
import type { BotConfig } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { diagnosticAt } from '../config/config-file.ts'
import type { Loaded } from '../config/load-config.ts'
import { NarrativeError } from '../narratives/narrative-error.ts'
import { loadWhole, type WholeNarrative } from '../narratives/sources.ts'

export interface CheckedBot {
  readonly name: string
  /** Of its narrative. */
  readonly version: string
  /** The files that its narrative is made of. Absolute. */
  readonly files: readonly string[]
}

/**
 * All enabled bots.
 * @throws ConfigError, NarrativeError with the place of the first fault; a file that a narrative only names may be missing
 */
export function checkBots(loaded: Loaded): CheckedBot[] {
  return loaded.config.bots.filter(({ enabled }) => enabled).map((bot) => checkBot(bot, loaded))
}

function checkBot(bot: BotConfig, loaded: Loaded): CheckedBot {
  const { name, narrative } = bot
  const whole = load(bot, loaded)
  const broken = whole.broken.find(({ code }) => code !== 'file-read')
  if (broken !== undefined) throw broken
  const faults = inputFaults(bot, whole.narrative, loaded.file)
  if (faults.length > 0) throw ConfigError.of(faults)
  return { name, version: whole.sources.version, files: [narrative, ...whole.sources.texts.keys()] }
}

/** That there is no such file or narrative is a fault of whoever named it. */
function load({ name, narrative, narrativeName }: BotConfig, loaded: Loaded): WholeNarrative {
  if (!existsSync(narrative)) {
    const fix = 'Name a file that is there, or make this one: botticelli narratives new FILE'
    throw faultOf('narrative', name, loaded, `The narrative of the bot "${name}" is not there: ${narrative}`, fix)
  }
  try {
    return loadWhole(narrative, narrativeName, { base: loaded.config.root })
  } catch (error) {
    if (!(error instanceof NarrativeError) || error.code !== 'narrative-not-found') throw error
    throw faultOf('narrative_name', name, loaded, error.message, error.fix)
  }
}

function faultOf(
  key: 'narrative' | 'narrative_name',
  name: string,
  { file }: Loaded,
  message: string,
  fix?: string,
): ConfigError {
  const helped = fix === undefined ? {} : { fix }
  const found = file?.values.find((one) => one.key === `bots.*.${key}` && one.name === name)
  if (file === undefined || found === undefined) return new ConfigError('bad-config', message, helped)
  return ConfigError.of([{ ...diagnosticAt('bad-config', file.path, found.span, message, found.path), ...helped }])
}
