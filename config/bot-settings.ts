// Bot settings: what the bots of a configuration are given, and when they are told to run.

import type { BotSettings } from '../actors/bot-runs.ts'
import { type Bots, pathOfBot } from '../actors/roster.ts'
import type { Services } from '../actors/services.ts'
import type { Config } from './config.ts'

/**
 * Each narrative is loaded: from now on there is a good one to go on with, whatever becomes of the file.
 * @throws BotticelliError for one that cannot be used
 */
export function botsOf(config: Config, services: Services): Bots {
  const bots = settingsOf(config)
  for (const { narrative, narrativeName } of bots) services.loadNarrative(narrative, narrativeName)
  const disabled = config.bots.filter(({ enabled }) => !enabled).map(({ name }) => name)
  return { bots, schedules: schedulesOf(config), disabled, services }
}

function settingsOf({ bots, pipeline }: Config): BotSettings[] {
  return bots
    .filter(({ enabled }) => enabled)
    .map((bot) => ({
      name: bot.name,
      type: bot.type,
      narrative: bot.narrative,
      inputs: bot.inputs,
      followers: bots
        .filter(({ enabled, after }) => enabled && after.includes(bot.name))
        .map(({ name }) => pathOfBot(name)),
      ...(bot.narrativeName !== undefined && { narrativeName: bot.narrativeName }),
      ...(bot.model !== undefined && { model: bot.model }),
      ...(bot.hungAfterMs !== undefined && { hungAfterMs: bot.hungAfterMs }),
      ...(bot.thread !== undefined && { thread: bot.thread }),
      ...(bot.type === 'curation' && { worksOn: pipeline.drafts }),
      ...(bot.type === 'posting' && { worksOn: pipeline.approved }),
    }))
}

function schedulesOf({ bots }: Config) {
  return bots.flatMap(({ name, type, timetable, enabled }) =>
    enabled && timetable !== undefined ? [{ ...timetable, bot: name, type, path: pathOfBot(name) }] : [],
  )
}
