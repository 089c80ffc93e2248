// Load config: from folder, flags and environment to the configuration in effect.
//
// The one place that knows both the keys of botticelli.toml and the shape of Config.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseScript, type ScriptedReply } from '../models/scripted/script.ts'
import type { Diagnostic } from '../narratives/diagnostic.ts'
import type { Config, ModelsConfig, ProviderConfig, TelemetryConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { readConfigFile } from './config-file.ts'
import { type Environment, type Flags, lookUp, type Resolved, readDotEnv, resolveSettings } from './layers.ts'
import { assembleBots, assemblePrices, assembleServers } from './named-settings.ts'
import { Values } from './values.ts'

const CONFIG_FILE = 'botticelli.toml'

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
}

/** @throws ConfigError with every fault of the file, or the first one of the environment */
export function loadConfig({ cwd, environment, file: named, flags = {}, onTerminal = false }: LoadOptions): Loaded {
  const path = named === undefined ? findUp(cwd) : resolve(cwd, named)
  const root = path === undefined ? cwd : dirname(path)
  const file = path === undefined ? undefined : readConfigFile(readText(path), path)
  const dotEnv = readDotEnv(join(root, '.env'))
  const settings = resolveSettings({ flags, environment, dotEnv, file, cwd })
  const values = new Values(settings, { root, cwd })
  const variables = { ...dotEnv?.values, ...environment }
  const secretOf = (variable: string) =>
    lookUp(environment, variable, true, cwd) ?? lookUp(dotEnv?.values ?? {}, variable, true, root)

  const bots = assembleBots(values, file)
  const servers = assembleServers(values, file, secretOf)
  const prices = assemblePrices(values, file)
  const diagnostics = [...(file?.diagnostics ?? []), ...bots.faults, ...servers.faults, ...prices.faults].sort(
    (a, b) => a.place.line - b.place.line || a.place.column - b.place.column,
  )
  if (diagnostics.some((one) => one.severity === 'error')) throw ConfigError.of(diagnostics)

  const config: Config = {
    root,
    ...(path !== undefined && { file: path }),
    stateDir: values.path('state_dir'),
    database:
      values.get('database') === undefined ? join(values.path('state_dir'), 'botticelli.db') : values.path('database'),
    posting: values.get('posting'),
    contextPaths: values.paths('context.path'),
    narrativePaths: values.paths('narratives.path'),
    models: assembleModels(values, servers.made, prices.made),
    discord: {
      ...optional('token', values.get('discord.token')),
      ...optional('apiUrl', values.get('discord.api_url')),
      ...optional('guildId', values.get('discord.guild_id')),
      ...optional('channelId', values.get('discord.channel_id')),
    },
    bots: bots.made,
    pipeline: { drafts: values.get('pipeline.drafts'), approved: values.get('pipeline.approved') },
    updatableTables: values.get('pipeline.updatable_tables'),
    inspector: { enabled: values.get('inspector.enabled'), port: values.get('inspector.port') },
    telemetry: assembleTelemetry(values, variables, onTerminal),
    drainMs: values.get('drain'),
    environment: { ...variables, ...forNarratives(values) },
  }
  return { config, settings, warnings: diagnostics }
}

/** Settings that narratives name as variables, wherever they were set. */
function forNarratives(values: Values): Environment {
  return {
    ...optional('DISCORD_GUILD_ID', values.get('discord.guild_id')),
    ...optional('DISCORD_CHANNEL_ID', values.get('discord.channel_id')),
  }
}

function findUp(folder: string): string | undefined {
  const path = join(folder, CONFIG_FILE)
  if (existsSync(path)) return path
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
): ModelsConfig {
  return {
    default: values.get('models.default'),
    timeoutMs: values.get('models.timeout'),
    retries: values.get('models.retries'),
    providers: {
      gemini: provider(values.get('models.gemini.api_key'), values.get('models.gemini.base_url')),
      openai: provider(values.get('models.openai.api_key'), values.get('models.openai.base_url')),
      anthropic: provider(values.get('models.anthropic.api_key'), values.get('models.anthropic.base_url')),
      ollama: provider(values.get('models.ollama.api_key'), values.get('models.ollama.base_url')),
    },
    servers,
    prices,
    ...(values.get('models.script') !== undefined && {
      scripted: { replies: readScript(values.path('models.script')) },
    }),
  }
}

/** @throws ModelError `script-invalid` with its place */
function readScript(path: string): readonly ScriptedReply[] {
  return parseScript(readText(path), path)
}

function provider(apiKey: string | undefined, baseUrl: string | undefined): ProviderConfig {
  return { ...optional('apiKey', apiKey), ...optional('baseUrl', baseUrl) }
}

/** OTEL_SDK_DISABLED is the standard's word for `telemetry.enabled = false`, turned round. */
function assembleTelemetry(values: Values, variables: Environment, onTerminal: boolean): TelemetryConfig {
  const on = values.get('telemetry.enabled') && variables.OTEL_SDK_DISABLED?.toLowerCase() !== 'true'
  return {
    serviceName: values.get('telemetry.service_name'),
    ...(on && optional('otlpEndpoint', values.get('telemetry.otlp_endpoint'))),
    sampleRatio: values.get('telemetry.sample_ratio'),
    prometheus:
      on && values.get('telemetry.metrics')
        ? { host: values.get('telemetry.metrics_host'), port: values.get('telemetry.metrics_port') }
        : undefined,
    log: {
      level: values.get('telemetry.log_level'),
      format: values.get('telemetry.log_format') ?? (onTerminal ? 'pretty' : 'json'),
    },
  }
}

function optional<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: T })
}
