// Topics: what `botticelli help TOPIC` tells beside the commands, printed from the tables that the code itself uses.

import { SETTINGS, type Setting, type SettingKey, showValue } from '../config/settings.ts'
import { EXIT_MEANINGS } from './exit-codes.ts'
import { rows } from './two-columns.ts'

interface Topic {
  readonly summary: string
  text(): string
}

export const TOPICS: Readonly<Record<string, Topic>> = {
  config: { summary: 'the keys of botticelli.toml', text: configTopic },
  environment: { summary: 'the variables that are read', text: environmentTopic },
  'exit-codes': { summary: 'what a command tells the shell', text: exitCodesTopic },
  json: { summary: 'what --json prints', text: jsonTopic },
  offline: { summary: 'working without keys and without a network', text: offlineTopic },
}

function configTopic(): string {
  return `botticelli.toml is looked for in the working directory and in every folder above
it. A flag wins over the environment, that over .env beside the file, that over
the file, that over the default. "botticelli config show --origin" tells what is
in effect and why. Durations are written with their unit: 90s, 30m, 12h, 1d.

${rows(
  entries()
    .filter(([, setting]) => !setting.secret)
    .map(([key]) => [key, helpOf(key)]),
)}

Example

  [bots.writer]
  type = "generation"
  narrative = "narratives/write.toml"
  every = "24h"

  [bots.curator]
  type = "curation"
  narrative = "narratives/curate.toml"
  after = ["writer"]`
}

function environmentTopic(): string {
  const lines = entries().flatMap(([key, setting]) => {
    const meaning = setting.secret ? setting.help : `Sets ${key}.`
    return setting.env.map((name) => [setting.secret ? `${name}, ${name}_FILE` : name, meaning] as const)
  })
  return `Variables come from the environment, or from .env beside botticelli.toml. Of a
secret, NAME_FILE may name a file that holds it.

${rows([...lines, ['OTEL_SDK_DISABLED', 'true: no traces and no metrics.'], ['NO_COLOR', 'Not empty: no colours.']])}`
}

function exitCodesTopic(): string {
  return rows(EXIT_MEANINGS.map(([code, meaning]) => [String(code), meaning]))
}

function jsonTopic(): string {
  return `Every command takes --json. A list prints an array, everything else one
object, on one line of stdout. Nothing is cut off. Times are ISO 8601 in UTC,
fields that end in "Ms" are milliseconds, "costUsd" is US dollars. An error is
one object on stderr: {"error":{"code","message","fix","place","exitCode"}}.
Keys may be added; none will change its meaning.

  botticelli content list --json | jq '.[].values'`
}

function offlineTopic(): string {
  return `"botticelli demo" needs no key and no network: a scripted model answers, and a
Discord double on this machine takes the posts.

"--model scripted" runs any narrative the same way. Posts are dry runs unless
posting is "live" (--live, BOTTICELLI_POSTING=live): they are rendered, recorded
and not sent.`
}

function entries(): [SettingKey, Setting<unknown>][] {
  return Object.entries(SETTINGS) as [SettingKey, Setting<unknown>][]
}

function helpOf(key: SettingKey): string {
  const { help, default: fallback }: Setting<unknown> = SETTINGS[key]
  const shown = showValue(key, fallback)
  return shown === '-' ? help : `${help} Default: ${shown}.`
}
