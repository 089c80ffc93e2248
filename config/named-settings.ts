// Named settings: the bots, servers, prices and limits that the person gives names to.
//
// What makes each of them usable is checked here: keys without which it is nothing, and names of one another.

import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Timetable } from '../actors/timetable.ts'
import { firstShown } from '../actors/wall-clock.ts'
import type { Diagnostic } from '../narratives/diagnostic.ts'
import { nearest } from '../narratives/nearest.ts'
import type { Span } from '../narratives/toml-tree.ts'
import type { BotConfig, LimitsConfig, PriceConfig, ServerConfig } from './config.ts'
import { type ConfigFile, diagnosticAt } from './config-file.ts'
import type { SettingKey } from './settings.ts'
import type { Values } from './values.ts'

interface Made<T> {
  readonly made: T
  readonly faults: readonly Diagnostic[]
}

export function assembleBots(values: Values, file: ConfigFile | undefined): Made<readonly BotConfig[]> {
  const names = namesOf(file, 'bots')
  const faults = names.flatMap(([name, span]) => [
    ...missing(file, 'bots.*.narrative', name, span),
    ...unknownBots(values.get('bots.*.after', name) ?? [], name, names, file),
    ...twoSchedules(values, name, file),
    ...withoutSchedule(values, name, file),
  ])
  const made = names.map(([name]): BotConfig => {
    const [narrativeName, everyMs, model] = [
      values.get('bots.*.narrative_name', name),
      values.get('bots.*.every', name),
      values.get('bots.*.model', name),
    ]
    return {
      name,
      type: values.get('bots.*.type', name),
      narrative: narrativePath(values, name),
      ...(narrativeName !== undefined && { narrativeName }),
      ...(everyMs !== undefined && { everyMs }),
      onStart: values.get('bots.*.on_start', name),
      ...timetableOf(values, name),
      after: values.get('bots.*.after', name),
      ...(model !== undefined && { model }),
      inputs: values.get('bots.*.inputs', name),
      enabled: values.get('bots.*.enabled', name),
      ...patience('hungAfterMs', values.get('bots.*.hung_after', name), values),
      ...threadOf(values, name),
    }
  })
  return { made, faults }
}

/**
 * A limit on silence: 0 is none. A model that is given its time must not look like a hang.
 */
export function patience<K extends string>(key: K, limitMs: number, values: Values): { readonly [P in K]?: number } {
  if (limitMs === 0) return {}
  return { [key]: Math.max(limitMs, 2 * values.get('models.timeout')) } as { [P in K]: number }
}

function threadOf(values: Values, name: string): Pick<BotConfig, 'thread'> {
  if (values.get('bots.*.isolation', name) === 'shared') return {}
  return {
    thread: {
      memoryMb: values.get('bots.*.thread_memory_mb', name),
      blockedAfterMs: values.get('bots.*.thread_blocked_after', name),
    },
  }
}

function timetableOf(values: Values, name: string): { readonly timetable?: Timetable } {
  if (!hasSchedule(values, name)) return {}
  const [everyMs, pattern, at] = scheduleOf(values, name)
  const timeZone = values.get('bots.*.time_zone', name)
  const timetable = {
    onStart: values.get('bots.*.on_start', name),
    ...(everyMs !== undefined && { everyMs }),
    ...(pattern !== undefined && { cron: pattern }),
    ...(at !== undefined && { at: at.isLocal ? firstShown(at.ms, timeZone) : at.ms }),
    timeZone,
    windows: values.get('bots.*.windows', name),
    jitterMs: values.get('bots.*.jitter', name),
    missed: values.get('bots.*.missed', name),
  }
  return { timetable }
}

function scheduleOf(values: Values, name: string) {
  const keys = ['bots.*.every', 'bots.*.cron', 'bots.*.at'] as const
  return [values.get(keys[0], name), values.get(keys[1], name), values.get(keys[2], name)] as const
}

function hasSchedule(values: Values, name: string): boolean {
  return values.get('bots.*.on_start', name) || scheduleOf(values, name).some((value) => value !== undefined)
}

/** Keys that say more of a schedule which is not there: the person may think that they hold for `after` as well. */
function withoutSchedule(values: Values, name: string, file: ConfigFile | undefined): Diagnostic[] {
  if (file === undefined || hasSchedule(values, name)) return []
  // One that is wrong has been told already.
  if (
    file.diagnostics.some(({ path }) => [`bots.${name}.every`, `bots.${name}.cron`, `bots.${name}.at`].includes(path))
  )
    return []
  return file.values
    .filter((one) => one.name === name && /^bots\.\*\.(time_zone|windows|jitter|missed)$/.test(one.key))
    .map(({ span, path }) => {
      const message = `${path} has no effect: the bot has none of "every", "cron", "at" and "on_start".`
      return { ...diagnosticAt('bad-config', file.path, span, message, path), severity: 'warning' as const }
    })
}

function twoSchedules(values: Values, name: string, file: ConfigFile | undefined): Diagnostic[] {
  if (file === undefined || scheduleOf(values, name).filter((value) => value !== undefined).length < 2) return []
  const stands = file.values.find((one) => one.name === name && /^bots\.\*\.(cron|at)$/.test(one.key))
  if (stands === undefined) return []
  const message = `The bot "${name}" has more than one of "every", "cron" and "at".`
  return [diagnosticAt('bad-config', file.path, stands.span, message, stands.path)]
}

/** @param secretOf the content of a variable, or of the file that `NAME_FILE` names */
export function assembleServers(
  values: Values,
  file: ConfigFile | undefined,
  secretOf: (variable: string) => string | undefined,
): Made<Readonly<Record<string, ServerConfig>>> {
  const names = namesOf(file, 'models.servers')
  const made = names.map(([name]): [string, ServerConfig] => {
    const variable = values.get('models.servers.*.api_key_env', name)
    const apiKey = variable === undefined ? undefined : secretOf(variable)
    return [
      name,
      { baseUrl: values.get('models.servers.*.base_url', name) ?? '', ...(apiKey !== undefined && { apiKey }) },
    ]
  })
  const faults = names.flatMap(([name, span]) => missing(file, 'models.servers.*.base_url', name, span))
  return { made: Object.fromEntries(made), faults }
}

export function assemblePrices(
  values: Values,
  file: ConfigFile | undefined,
): Made<Readonly<Record<string, PriceConfig>>> {
  const names = namesOf(file, 'models.prices')
  const made = names.map(([name]): [string, PriceConfig] => [
    name,
    {
      inputPerMillion: values.get('models.prices.*.input_per_million', name) ?? 0,
      outputPerMillion: values.get('models.prices.*.output_per_million', name) ?? 0,
    },
  ])
  const faults = names.flatMap(([name, span]) => [
    ...missing(file, 'models.prices.*.input_per_million', name, span),
    ...missing(file, 'models.prices.*.output_per_million', name, span),
  ])
  return { made: Object.fromEntries(made), faults }
}

export function assembleLimits(values: Values, file: ConfigFile | undefined): Readonly<Record<string, LimitsConfig>> {
  const made = namesOf(file, 'models.limits').map(([name]): [string, LimitsConfig] => [
    name,
    {
      ...given('requestsPerMinute', values.get('models.limits.*.requests_per_minute', name)),
      ...given('tokensPerMinute', values.get('models.limits.*.tokens_per_minute', name)),
      ...given('requestsPerDay', values.get('models.limits.*.requests_per_day', name)),
    },
  ])
  return Object.fromEntries(made)
}

function given<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: T })
}

function namesOf(file: ConfigFile | undefined, prefix: string): [string, Span][] {
  return [...(file?.names.get(`${prefix}.*.`) ?? [])]
}

/** A fault, unless the key is there or is wrong in itself, which has been told already. */
function missing(file: ConfigFile | undefined, key: SettingKey, name: string, span: Span): Diagnostic[] {
  if (file === undefined || file.values.some((one) => one.key === key && one.name === name)) return []
  const path = key.replace('*', name)
  if (file.diagnostics.some((one) => one.severity === 'error' && one.path === path)) return []
  const [, table, last] = /^(.*)\.(\w+)$/.exec(path) ?? []
  return [diagnosticAt('bad-config', file.path, span, `[${table}] needs the key "${last}".`, path)]
}

function unknownBots(
  after: readonly string[],
  name: string,
  names: readonly [string, Span][],
  file: ConfigFile | undefined,
): Diagnostic[] {
  const known = names.map(([bot]) => bot)
  const stands = file?.values.find((one) => one.key === 'bots.*.after' && one.name === name)
  if (file === undefined || stands === undefined) return []
  return after.flatMap((bot) => {
    if (known.includes(bot)) return []
    const meant = nearest(bot, known)
    const message = `The bot "${name}" runs after "${bot}", which is not configured.`
    const hint = meant === undefined ? {} : { hint: `did you mean "${meant}"?` }
    return [{ ...diagnosticAt('bad-config', file.path, stands.span, message, stands.path), ...hint }]
  })
}

/** A path as it stands; a bare name is looked for in the folders of narratives, and belongs into the first of them. */
function narrativePath(values: Values, name: string): string {
  const written = values.get('bots.*.narrative', name) ?? ''
  const path = values.path('bots.*.narrative', name)
  if (isAbsolute(written) || existsSync(path)) return path
  const fileName = written.endsWith('.toml') ? written : `${written}.toml`
  const places = values.paths('narratives.path').map((folder) => join(folder, fileName))
  const found = places.find((one) => existsSync(one))
  return found ?? (/[\\/]|\.toml$/.test(written) ? path : (places[0] ?? path))
}
