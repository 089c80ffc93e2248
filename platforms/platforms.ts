// Platforms: every configured platform behind one call.
//
// Owns aliases, the read cache, and the spans and metrics of commands. What a command does is its platform's.

import type { Json } from '../json.ts'
import { errorTypeOf } from '../telemetry/error-type.ts'
import { count, record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import type { SpanName } from '../telemetry/span-table.ts'
import { inSpan } from '../telemetry/spans.ts'
import { canonicalCommand } from './command-aliases.ts'
import { didYouMean } from './nearest-name.ts'
import type { Command, CommandOptions, CommandOutcome, Platform, Platforms } from './platform.ts'
import { PlatformError } from './platform-error.ts'
import { createReadCache } from './read-cache.ts'

const DEFAULT_CACHE_SECONDS = 300
const CACHE_CAPACITY = 1_000
const PUBLISHING = new Set(['messages.send', 'forum.create_post'])

export interface PlatformsOptions {
  readonly platforms: readonly Platform[]
  /** Answers of reads kept at most. Default 1,000. */
  readonly cacheCapacity?: number
  /** Epoch ms. */
  now(): number
}

/** `execute` throws PlatformError `unknown-platform` and `unknown-command`, and what the platform throws. */
export function createPlatforms({ platforms, cacheCapacity = CACHE_CAPACITY, now }: PlatformsOptions): Platforms {
  const byName = new Map(platforms.map((platform) => [platform.name, platform]))
  const cache = createReadCache(cacheCapacity, now)

  return {
    effectOf: ({ platform, command }) => byName.get(platform)?.effectOf(canonicalCommand(platform, command)),
    inDoubt: ({ platform, command }) => byName.get(platform)?.inDoubt(canonicalCommand(platform, command)),
    async execute(written, { cacheSeconds = DEFAULT_CACHE_SECONDS, ...options }) {
      const command = { ...written, command: canonicalCommand(written.platform, written.command) }
      const { platform, effect } = find(command)
      if (effect === 'write') return observed(platform, command, effect, options)
      const cached = cacheSeconds > 0 ? cache.get(command, cacheSeconds * 1_000) : undefined
      count('botticelli.cache.requests', { cache: 'platform_reads', result: cached === undefined ? 'miss' : 'hit' })
      record('botticelli.act.input_age', (cached?.ageMs ?? 0) / 1_000, { source: 'platform' })
      if (cached !== undefined) return cached.outcome
      const outcome = await observed(platform, command, effect, options)
      cache.set(command, outcome)
      return outcome
    },
  }

  function find({ platform: name, command }: Command): { platform: Platform; effect: 'read' | 'write' } {
    const platform = byName.get(name)
    if (platform === undefined) {
      const known = [...byName.keys()]
      const message = `There is no platform '${name}'.${didYouMean(name, known)} Known: ${known.join(', ')}.`
      throw new PlatformError('unknown-platform', message)
    }
    const effect = platform.effectOf(command)
    if (effect === undefined) {
      const message = `${name} has no command '${command}'.${didYouMean(command, platform.commands)}`
      throw new PlatformError('unknown-command', message)
    }
    return { platform, effect }
  }

  /** Carries the command out in its span, and counts it. */
  function observed(
    platform: Platform,
    command: Command,
    effect: 'read' | 'write',
    options: CommandOptions,
  ): Promise<CommandOutcome> {
    const { name } = platform
    const attributes = {
      'botticelli.platform': name,
      'botticelli.command': command.command,
      'botticelli.effect': effect,
    }
    const startedAt = now()
    return inSpan(spanName(name, command.command), { attributes }, async (span) => {
      try {
        const outcome = await platform.execute(command, options)
        span.setAttribute('botticelli.dry_run', outcome.dryRun)
        for (const warning of outcome.warnings ?? []) span.addEvent('warning', { message: warning })
        succeeded(command, outcome, options, (now() - startedAt) / 1_000)
        return outcome
      } catch (thrown) {
        failed(command, thrown, (now() - startedAt) / 1_000)
        throw thrown
      }
    })
  }
}

/** True of a command that publishes content, in any spelling. */
export function isPublishing({ platform, command }: Pick<Command, 'platform' | 'command'>): boolean {
  return PUBLISHING.has(canonicalCommand(platform, command))
}

function spanName(platform: string, command: string): SpanName {
  return platform === 'discord' || platform === 'database'
    ? `${platform} ${command}`
    : `execute_tool ${platform} ${command}`
}

function succeeded(
  { platform, command }: Command,
  { dryRun, result }: CommandOutcome,
  { bot = 'none' }: CommandOptions,
  seconds: number,
): void {
  record('gen_ai.execute_tool.duration', seconds, { 'gen_ai.tool.name': `${platform}.${command}` })
  record('botticelli.source.duration', seconds, { source: platform, operation: command })
  count('botticelli.source.requests', { source: platform, operation: command, outcome: 'ok' })
  if (PUBLISHING.has(command)) {
    if (!dryRun) count('botticelli.content.published', { platform, bot })
    log('content.published', { platform, bot, dry_run: dryRun, ...placeOf(result) })
  }
  log('platform.command', { platform, command, dry_run: dryRun, duration_ms: Math.round(seconds * 1_000) })
}

/** Where a post is, as far as the platform's answer says. */
function placeOf(result: Json) {
  const { id, channel_id } = (result ?? {}) as { readonly id?: Json; readonly channel_id?: Json }
  return {
    ...(typeof id === 'string' && { post_id: id }),
    ...(typeof channel_id === 'string' && { channel_id }),
  }
}

function failed({ platform, command }: Command, thrown: unknown, seconds: number): void {
  const errorType = errorTypeOf(thrown)
  record('gen_ai.execute_tool.duration', seconds, {
    'gen_ai.tool.name': `${platform}.${command}`,
    'error.type': errorType,
  })
  count('botticelli.source.requests', { source: platform, operation: command, outcome: 'error' })
  count('botticelli.source.errors', { source: platform, error_type: errorType })
  if (PUBLISHING.has(command)) count('botticelli.content.publish_failures', { platform, error_type: errorType })
  log('platform.failed', { platform, command, err: thrown })
}
