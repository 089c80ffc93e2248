// Load config: from folder, flags and environment to the configuration in effect.
//
// The one place that knows both the keys of botticelli.toml and the shape of Config.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseScript } from '../models/scripted/script.ts'
import type { Diagnostic } from '../narratives/diagnostic.ts'
import type { Config, ModelsConfig, ProviderConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { type ConfigFile, readConfigFile, readMendedFile, WHEREABOUTS } from './config-file.ts'
import { type Environment, type Flags, lookUp, type Resolved, readDotEnv, resolveSettings } from './layers.ts'
import { assembleBots, assembleLimits, assemblePrices, assembleServers, patience } from './named-settings.ts'
import { assembleNotify } from './notify-config.ts'
import { SETTINGS } from './settings.ts'
import { assembleTelemetry } from './telemetry-config.ts'
import { Values } from './values.ts'

/** The second name is that of earlier projects. */
export const CONFIG_FILES: readonly string[] = ['botticelli.toml', 'bot_server.toml']

export interface LoadOptions {
  /** Where the search begins; paths in flags and variables are relative to it. Absolute. */
  readonly cwd: string
  readonly environment: Environment
  /** Use this file and search none. */
  readonly file?: string
  readonly flags?: Flags
  /** True if a person reads the log. */
  readonly onTerminal?: boolean
}

export interface Loaded {
  readonly config: Config
  /** Every key with its value and where that came from. */
  readonly settings: readonly Resolved[]
  readonly warnings: readonly Diagnostic[]
  /** What was read, with its places; undefined where there is no file. */
  readonly file: ConfigFile | undefined
}

/** @throws ConfigError with every fault of the file, or the first one of the environment */
export function loadConfig(options: LoadOptions): Loaded {
  const { fault, ...loaded } = load(options, 'whole')
  if (fault !== undefined) throw fault
  return loaded
}

interface LoadedInPart extends Loaded {
  /** Of the file; what it concerns has its default. */
  readonly fault?: ConfigError
}

/**
 * The same as far as the file can be read, for whoever wants to know where the server and the database are, and not much
 * more. A script of the scripted model is not read.
 *
 * @throws ConfigError when that is what cannot be read, or for a fault of the environment
 */
export function loadInPart(options: LoadOptions): LoadedInPart {
  const loaded = load(options, 'in part')
  if (loaded.fault?.diagnostics.some(({ severity, path }) => severity === 'error' && WHEREABOUTS.includes(path)))
    throw loaded.fault
  return loaded
}

function load(
  { cwd, environment, file: named, flags = {}, onTerminal = false }: LoadOptions,
  how: 'whole' | 'in part',
): LoadedInPart {
  const path = named === undefined ? findUp(cwd) : resolve(cwd, named)
  const root = path === undefined ? cwd : dirname(path)
  const file =
    path === undefined ? undefined : (how === 'whole' ? readConfigFile : readMendedFile)(readText(path), path)
  const dotEnv = readDotEnv(join(root, '.env'))
  const settings = resolveSettings({ flags, environment, dotEnv, file, cwd })
  const values = new Values(settings, { root, cwd })
  const variables = { ...dotEnv?.values, ...environment }
  const secretOf = (variable: string) =>
    lookUp(environment, variable, true, cwd) ?? lookUp(dotEnv?.values ?? {}, variable, true, root)

  const bots = assembleBots(values, file)
  const servers = assembleServers(values, file, secretOf)
  const prices = assemblePrices(values, file)
  const telemetry = assembleTelemetry(values, file, variables, onTerminal)
  const diagnostics = [file?.diagnostics ?? [], bots.faults, servers.faults, prices.faults, telemetry.faults]
    .flat()
    .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
  const fault = diagnostics.some((one) => one.severity === 'error') ? ConfigError.of(diagnostics) : undefined

  const config: Config = {
    root,
    ...(path !== undefined && { file: path }),
    stateDir: values.path('state_dir'),
    database:
      values.get('database') === undefined ? join(values.path('state_dir'), 'botticelli.db') : values.path('database'),
    posting: values.get('posting'),
    contextPaths: values.paths('context.path'),
    narrativePaths: values.paths('narratives.path'),
    lintOff: values.get('lint.off'),
    media: {
      maxBytes: values.get('media.max_size'),
      timeoutMs: values.get('media.timeout'),
      privateHosts: values.get('media.private_hosts'),
    },
    models: assembleModels(
      values,
      servers.made,
      prices.made,
      assembleLimits(values, file),
      how === 'whole' ? scriptOf(values) : {},
    ),
    discord: {
      ...optional('token', values.get('discord.token')),
      ...optional('apiUrl', values.get('discord.api_url')),
      ...optional('guildId', values.get('discord.guild_id')),
      ...optional('channelId', values.get('discord.channel_id')),
    },
    bots: bots.made,
    pipeline: { drafts: values.get('pipeline.drafts'), approved: values.get('pipeline.approved') },
    updatableTables: values.get('pipeline.updatable_tables'),
    supervision: assembleSupervision(values),
    inspector: { enabled: values.get('inspector.enabled'), port: values.get('inspector.port') },
    telemetry: telemetry.made,
    ...optional('notify', assembleNotify(values)),
    drainMs: values.get('drain'),
    retention: {
      recordsMs: values.get('retention'),
      ledgerMs: Math.max(values.get('ledger_retention'), values.get('retention')),
      ...optional('contentMs', values.get('content_retention')),
    },
    environment: { ...withoutOwnSecrets(variables, settings), ...forNarratives(values) },
  }
  return { config, settings, warnings: diagnostics, file, ...optional('fault', fault) }
}

/** A narrative could send them to a model, to a channel and into the database. */
function withoutOwnSecrets(variables: Environment, settings: readonly Resolved[]): Environment {
  const own = new Set<unknown>([
    ...Object.values(SETTINGS).flatMap(({ env, secret }) => (secret ? env : [])),
    ...settings.flatMap(({ key, value }) => (key === 'models.servers.*.api_key_env' ? [value] : [])),
    ...['', '_TRACES', '_METRICS', '_LOGS'].map((signal) => `OTEL_EXPORTER_OTLP${signal}_HEADERS`),
    'SENTRY_DSN',
  ])
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !own.has(name)))
}

/** Settings that narratives name as variables, wherever they were set. */
function forNarratives(values: Values): Environment {
  return {
    ...optional('DISCORD_GUILD_ID', values.get('discord.guild_id')),
    ...optional('DISCORD_CHANNEL_ID', values.get('discord.channel_id')),
  }
}

/** A limit of 0 asks for no watchdog, a hard limit asks for one all the same. */
function assembleSupervision(values: Values): Config['supervision'] {
  const limitMs = values.get('supervision.watchdog')
  const hardLimitMs = values.get('supervision.watchdog_hard_limit')
  const acts = patience('actHungAfterMs', values.get('supervision.act_hung_after'), values)
  if (limitMs === 0 && hardLimitMs === undefined) return acts
  return { ...acts, watchdog: { limitMs: limitMs || hardLimitMs!, ...optional('hardLimitMs', hardLimitMs) } }
}

function findUp(folder: string): string | undefined {
  const path = CONFIG_FILES.map((name) => join(folder, name)).find((one) => existsSync(one))
  if (path !== undefined) return path
  const parent = dirname(folder)
  return parent === folder ? undefined : findUp(parent)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ConfigError('file-read', `${path} cannot be read.`, { cause })
  }
}

function assembleModels(
  values: Values,
  servers: ModelsConfig['servers'],
  prices: ModelsConfig['prices'],
  limits: ModelsConfig['limits'],
  script: Pick<ModelsConfig, 'scripted'>,
): ModelsConfig {
  return {
    default: values.get('models.default'),
    timeoutMs: values.get('models.timeout'),
    ...optional('stream', values.get('models.stream')),
    retries: values.get('models.retries'),
    ...optional('breaker', breakerOf(values)),
    providers: {
      gemini: provider(values.get('models.gemini.api_key'), values.get('models.gemini.base_url')),
      openai: provider(values.get('models.openai.api_key'), values.get('models.openai.base_url')),
      anthropic: provider(values.get('models.anthropic.api_key'), values.get('models.anthropic.base_url')),
      ollama: provider(values.get('models.ollama.api_key'), values.get('models.ollama.base_url')),
    },
    servers,
    prices,
    limits,
    budgets: {
      ...optional('dailyUsd', values.get('models.daily_budget_usd')),
      ...optional('monthlyUsd', values.get('models.monthly_budget_usd')),
    },
    costTracking: values.get('models.cost_tracking'),
    ...script,
  }
}

function breakerOf(values: Values): ModelsConfig['breaker'] {
  const maxFailures = values.get('models.breaker_failures')
  return maxFailures === 0 ? undefined : { maxFailures, pauseMs: values.get('models.breaker_pause') }
}

/** @throws ModelError `script-invalid` with its place */
function scriptOf(values: Values): Pick<ModelsConfig, 'scripted'> {
  if (values.get('models.script') === undefined) return {}
  const path = values.path('models.script')
  return { scripted: { replies: parseScript(readText(path), path) } }
}

function provider(apiKey: string | undefined, baseUrl: string | undefined): ProviderConfig {
  return { ...optional('apiKey', apiKey), ...optional('baseUrl', baseUrl) }
}

function optional<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: T })
}
