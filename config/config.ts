// Config: everything the server needs to know, resolved.
//
// Past this file nothing is optional that has a default, no path is relative and nobody looks into the environment.

import type { Timetable } from '../actors/timetable.ts'
import type { ScriptedReply } from '../models/scripted/script.ts'
import type { BotType } from '../telemetry/instrument-table.ts'
import type { LogExtra } from '../telemetry/log-context.ts'
import type { ConditionName } from '../telemetry/notification.ts'
import type { NotifyChannel } from '../telemetry/notify-channel.ts'
import type { OtlpReceiver } from '../telemetry/otlp-endpoint.ts'

/** The configuration in effect. What is optional here may really be absent. */
export interface Config {
  /** Folder of botticelli.toml, or the working directory where there is none. Absolute, like every path here. */
  readonly root: string
  /** The file that was read. */
  readonly file?: string
  /** What the server keeps: database, socket, lock. */
  readonly stateDir: string
  readonly database: string
  /** Only `live` lets anything leave this machine. */
  readonly posting: Posting
  /** Where files that narratives name are looked for, after the narrative's own folder. */
  readonly contextPaths: readonly string[]
  /** Where narratives are looked for by name. */
  readonly narrativePaths: readonly string[]
  /** Rules that are not looked at when narratives are linted. */
  readonly lintOff: readonly string[]
  readonly media: MediaConfig
  readonly models: ModelsConfig
  readonly discord: DiscordConfig
  readonly bots: readonly BotConfig[]
  readonly pipeline: PipelineConfig
  /** Tables that `database.update_table` may change. */
  readonly updatableTables: readonly string[]
  readonly supervision: SupervisionConfig
  readonly inspector: InspectorConfig
  readonly telemetry: TelemetryConfig
  /** Undefined: nobody is notified. */
  readonly notify?: NotifyConfig
  /** Time that work in progress gets to finish after SIGTERM. */
  readonly drainMs: number
  readonly retention: RetentionConfig
  /** What narratives may name as `${NAME}`: the environment over `.env`, and the ids of `discord` as set anywhere. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** After how long records are forgotten. */
interface RetentionConfig {
  /** Executions, dead letters, events and the like. */
  readonly recordsMs: number
  /** Ledger, reviews, audit. */
  readonly ledgerMs: number
  /** Content that was posted or rejected; undefined: never. */
  readonly contentMs?: number
}

export const POSTINGS = ['dry-run', 'live'] as const
type Posting = (typeof POSTINGS)[number]

interface MediaConfig {
  /** Of one picture, sound, film or document. */
  readonly maxBytes: number
  /** Longest wait for one from the web. */
  readonly timeoutMs: number
  /** May be fetched from though they are on this machine or in a private network. */
  readonly privateHosts: readonly string[]
  /** Nothing is fetched. */
  readonly offline?: boolean
}

export interface ModelsConfig {
  /** The model of an act that names none. */
  readonly default: string
  /** Longest wait for one answer. */
  readonly timeoutMs: number
  /** Answers come in pieces; undefined: where somebody reads along. */
  readonly stream?: boolean
  /** How often a failed question is asked again. */
  readonly retries: number
  /** When a provider that is down is left alone, and for how long; undefined: never. */
  readonly breaker?: { readonly maxFailures: number; readonly pauseMs: number }
  readonly providers: Readonly<Record<ProviderName, ProviderConfig>>
  /** Further servers that speak OpenAI's protocol, by the name that stands before the colon. */
  readonly servers: Readonly<Record<string, ServerConfig>>
  /** Most that calls may cost, in US dollars; undefined: any amount. */
  readonly budgets: { readonly dailyUsd?: number; readonly monthlyUsd?: number }
  /** False: what calls cost is not looked up. */
  readonly costTracking: boolean
  /** Prices that are not in the built-in list, by model. */
  readonly prices: Readonly<Record<string, PriceConfig>>
  /** How often models may be asked, by model. */
  readonly limits: Readonly<Record<string, LimitsConfig>>
  /** What a person wrote for the scripted model to say. */
  readonly scripted?: { readonly replies: readonly ScriptedReply[] }
}

export interface LimitsConfig {
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly requestsPerDay?: number
}

type ProviderName = 'gemini' | 'openai' | 'anthropic' | 'ollama'

export interface ProviderConfig {
  readonly apiKey?: string
  readonly baseUrl?: string
}

export interface ServerConfig {
  readonly baseUrl: string
  readonly apiKey?: string
}

/** US dollars per million tokens. */
export interface PriceConfig {
  readonly inputPerMillion: number
  readonly outputPerMillion: number
}

interface DiscordConfig {
  readonly token?: string
  readonly apiUrl?: string
  readonly guildId?: string
  readonly channelId?: string
}

export interface BotConfig {
  readonly name: string
  readonly type: BotType
  /** Path of the narrative file. */
  readonly narrative: string
  readonly narrativeName?: string
  readonly everyMs?: number
  /** Run once as soon as the server runs. */
  readonly onStart: boolean
  /** When it is due by itself; undefined for a bot that only others tell to run. */
  readonly timetable?: Timetable
  /** Run when one of these bots has finished something. */
  readonly after: readonly string[]
  /** Overrides the model of every act. */
  readonly model?: string
  /** Values for variables of the narrative. */
  readonly inputs: Readonly<Record<string, string>>
  readonly enabled: boolean
  /** At work without a sign of life for so long, it is restarted; undefined: never. */
  readonly hungAfterMs?: number
  /** The limits of the thread that it works in; undefined: it works with the others. */
  readonly thread?: { readonly memoryMb: number; readonly blockedAfterMs: number }
}

export const ISOLATIONS = ['shared', 'thread'] as const

interface PipelineConfig {
  /** Table of what was generated and waits for a decision. */
  readonly drafts: string
  /** Table that the posting bot reads; an approved draft is copied there. */
  readonly approved: string
}

interface SupervisionConfig {
  /** Watches the event loop of `serve`; undefined: nobody does. A block past the hard limit ends the process. */
  readonly watchdog?: { readonly limitMs: number; readonly hardLimitMs?: number }
  /** An act without a sign of life for so long has failed; undefined: it never has. */
  readonly actHungAfterMs?: number
}

interface InspectorConfig {
  /** Whether the server opens it by itself. */
  readonly enabled: boolean
  /** 0 takes a free one. */
  readonly port: number
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export const LOG_FORMATS = ['pretty', 'json'] as const
type LogFormat = (typeof LOG_FORMATS)[number]

export interface TelemetryConfig {
  readonly serviceName: string
  /** `development`, `production` */
  readonly environment?: string
  /** Base URL of an OTLP/HTTP receiver. */
  readonly otlpEndpoint?: string
  /** Whole URLs of single signals, where they go elsewhere. */
  readonly otlpSignals: OtlpReceiver['signals']
  /** Limit of one request to a receiver, its retries included. */
  readonly otlpTimeoutMs: number
  readonly otlpCompression: 'none' | 'gzip'
  /** Further attributes of the resource. */
  readonly resource: Readonly<Record<string, string>>
  /** Write ended spans to the log as well. */
  readonly exportConsole: boolean
  /** Share of traces that are kept, 0 to 1. */
  readonly sampleRatio: number
  /** Other shares, by the key of a narrative. */
  readonly narrativeRatios: Readonly<Record<string, number>>
  /** Most new traces a second that are kept; more are sampled out. Undefined: no limit. */
  readonly maxTracesPerSecond?: number
  /** False where there is an endpoint, but no traces are wanted. */
  readonly tracing: boolean
  readonly batch: { readonly size: number; readonly delayMs: number }
  /** Most spans that wait for the receiver. */
  readonly spanQueueSize: number
  /** Time between two pushes of the metrics to the endpoint; undefined: they are not pushed. */
  readonly pushMetricsEveryMs?: number
  readonly pushLogs: boolean
  /** Prompts and answers in spans. */
  /** A call of the store that takes longer is a span. */
  readonly storeSpansFromMs: number
  readonly captureContent: boolean
  /** Sent to the endpoint with every request; a secret. */
  readonly otlpHeaders: Readonly<Record<string, string>>
  /** Bounds of histograms that differ from those of the instrument table, by instrument. */
  readonly buckets: Readonly<Record<string, readonly number[]>>
  /** Metrics are served under the names of other documents as well. */
  readonly otherNames: boolean
  /** Figures of the database are read for the metrics at most so often. */
  readonly collectEveryMs: number
  /** Undefined: no metrics are served. */
  readonly prometheus?: { readonly host: string; readonly port: number; readonly path: string }
  /** Undefined: no pages under /health. Without a port they are beside the metrics. */
  readonly health?: { readonly host: string; readonly port?: number }
  /** Errors go there; undefined: nowhere. */
  readonly sentryDsn?: string
  readonly log: {
    readonly level: LogLevel
    readonly format: LogFormat
    /** By part of the program. */
    readonly levels: Readonly<Record<string, LogLevel>>
    readonly detailRatio: number
    readonly extras: readonly LogExtra[]
  }
}

export interface NotifyConfig {
  /** At least one. Their URLs are secrets. */
  readonly channels: readonly NotifyChannel[]
  readonly afterFailures: number
  readonly noPostAfterMs?: number
  /** When the report of the last day is told. */
  readonly report?: Timetable
  readonly repeatMs: number
  readonly mostPerHour: number
  readonly mute: readonly ConditionName[]
}
