// Bot settings: what the bots of a configuration are given, and when they are told to run.

import type { BotSettings } from '../actors/bot-runs.ts'
import { pathOfBot } from '../actors/roster.ts'
import type { Config } from './config.ts'

export function settingsOf({ bots, pipeline }: Config): BotSettings[] {
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

export function schedulesOf({ bots }: Config) {
  return bots.flatMap(({ name, type, timetable, enabled }) =>
    enabled && timetable !== undefined ? [{ ...timetable, bot: name, type, path: pathOfBot(name) }] : [],
  )
}
