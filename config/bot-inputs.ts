// Bot inputs: whether what a bot gives its narrative is what the narrative declares in its `vars`.

import type { Diagnostic } from '../narratives/diagnostic.ts'
import type { Narrative } from '../narratives/narrative.ts'
import { didYouMean } from '../narratives/nearest.ts'
import type { BotConfig } from './config.ts'
import { type ConfigFile, diagnosticAt } from './config-file.ts'

/** @param file where the bot is configured, for the places; bots come from nowhere else */
export function inputFaults(
  { name: bot, inputs }: Pick<BotConfig, 'name' | 'inputs'>,
  { key, variables = {} }: Pick<Narrative, 'key' | 'variables'>,
  file: ConfigFile | undefined,
): readonly Diagnostic[] {
  if (file === undefined) return []
  const given = file.values.find((one) => one.key === 'bots.*.inputs' && one.name === bot)
  const start = { line: 1, column: 1 }
  const ofBot = file.names.get('bots.*.')?.get(bot) ?? { start, end: start }
  const known = Object.keys(variables)
  const fault = (
    name: string,
    span = ofBot,
    message: string,
    advice: Pick<Diagnostic, 'hint' | 'fix'>,
  ): Diagnostic => ({
    ...diagnosticAt('bad-config', file.path, span, message, `bots.${bot}.inputs.${name}`),
    ...advice,
  })

  const unknown = Object.keys(inputs).filter((name) => !Object.hasOwn(variables, name))
  const missing = known.filter((name) => variables[name]?.default === undefined && !Object.hasOwn(inputs, name))
  return [
    ...unknown.map((name) => {
      const hint = didYouMean(name, known)
      return fault(name, given?.keys?.get(name), `The narrative "${key}" has no variable "${name}".`, {
        fix: known.length === 0 ? 'Declare it in [narrative.vars].' : `It has ${known.join(', ')}.`,
        ...(hint !== undefined && { hint }),
      })
    }),
    ...missing.map((name) =>
      fault(name, given?.span, `The bot "${bot}" gives no value for "${name}", which "${key}" needs.`, {
        fix: `Add ${name} = "…" to [bots.${bot}.inputs].`,
      }),
    ),
  ]
}
