// Serve banner: what a person wants to know at the moment the server is ready. Pure. It is written where the log is, so
// that no password of an address may be in it (P8).

import { basename, relative } from 'node:path'
import type { BotStatus, ServerStatus } from '../actors/server-status.ts'
import type { BotConfig, Config } from '../config/config.ts'
import { duration as durationAsSet } from '../config/kinds.ts'
import { VERSION } from '../config/version.ts'
import { redact } from '../redact.ts'
import { duration } from './figures.ts'
import type { Paint } from './io.ts'

interface Facts {
  readonly config: Config
  readonly status: ServerStatus
  readonly metricsUrl: string | undefined
  readonly now: number
  readonly paint: Paint
}

export function banner({ config, status, metricsUrl, now, paint }: Facts): string[] {
  const { root, database, telemetry } = config
  const title = `${paint('bold', `botticelli ${VERSION}`)} · project ${basename(root)}`
  const facts: [string, string | undefined][] = [
    ['metrics', metricsUrl],
    ['traces', telemetry.otlpEndpoint === undefined ? undefined : `OTLP to ${telemetry.otlpEndpoint}`],
    ['models', modelsLine(config)],
    ['discord', discordLine(config, paint)],
    ...botLines(config.bots, status, now).map((line, index): [string, string] => [index === 0 ? 'bots' : '', line]),
  ]
  return [
    `${title} · ${relative(root, database) || database} · node ${process.versions.node} · pid ${status.pid}`,
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(9)} ${redact(value)}`])),
  ]
}

function modelsLine({ models }: Config): string {
  const keyed = Object.entries(models.providers).flatMap(([name, { apiKey }]) => (apiKey === undefined ? [] : [name]))
  const available = [...keyed, ...Object.keys(models.servers), 'ollama', 'scripted']
  return `${models.default} by default · available: ${[...new Set(available)].join(', ')}`
}

function discordLine({ posting, discord }: Config, paint: Paint): string {
  if (posting === 'live') return `${paint(['red', 'bold'], 'LIVE')}: posts are sent to ${discord.apiUrl ?? 'Discord'}`
  return 'dry run: posts are rendered and recorded, not sent'
}

function botLines(bots: readonly BotConfig[], status: ServerStatus, now: number): string[] {
  if (status.bots.length === 0) return ['none: add [bots.NAME] to botticelli.toml ("botticelli help config")']
  const width = Math.max(...status.bots.map(({ bot }) => bot.length))
  return status.bots.map((one) => {
    const config = bots.find(({ name }) => name === one.bot)
    return `${one.bot.padEnd(width)}  ${trigger(config, one, now)}`
  })
}

function trigger(config: BotConfig | undefined, { nextRunAt }: BotStatus, now: number): string {
  const after = config !== undefined && config.after.length > 0 ? `after ${config.after.join(', ')}` : ''
  const every = config?.everyMs === undefined ? '' : `every ${durationAsSet.show?.(config.everyMs)}`
  const next = nextRunAt === undefined ? '' : nextRunAt <= now ? 'next now' : `next in ${duration(nextRunAt - now)}`
  return [every, next, after].filter((part) => part !== '').join('   ') || 'when told'
}
