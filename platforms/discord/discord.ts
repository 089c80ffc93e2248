// Discord: the platform.
//
//   P1. Nothing is sent to Discord that changes anything unless posting is live.
//   P2. An attempt that failed after it had begun to write is remembered by its key: the next attempt with that key
//       looks for its effect before it sends anything (C2).

import { canonicalCommand } from '../command-aliases.ts'
import { forgetOldest } from '../forget-oldest.ts'
import type { Command, CommandOptions, Platform } from '../platform.ts'
import { PlatformError } from '../platform-error.ts'
import type { Call, DiscordCommand } from './command.ts'
import { DISCORD_COMMANDS } from './commands.ts'
import { createDryRun } from './dry-run.ts'
import { overtaken, TOUCHES_NOTHING, type Touches } from './overtaken.ts'
import type { DiscordRequest } from './request.ts'
import { isRead } from './request.ts'
import { createRestApi } from './rest-api.ts'

export interface DiscordOptions {
  /** The bot's token. Without it a dry run answers reads by imagination too. */
  readonly token?: string | undefined
  /** Base of the API, with or without its version. Default https://discord.com/api. */
  readonly apiUrl?: string | undefined
  readonly posting: 'live' | 'dry-run'
  /** Time for one answer of Discord, in ms. Default 15,000. */
  readonly timeoutMs?: number | undefined
  /** What carries requests out of the process. Default that of Node. */
  readonly fetch?: typeof fetch
  /** Epoch ms. */
  now(): number
}

const MAX_FAILED = 1_000

/** @throws PlatformError `discord-no-token` when posting is live and there is none */
export function createDiscord({ token, apiUrl, posting, timeoutMs, fetch: carry, now }: DiscordOptions): Platform {
  if (posting === 'live' && !token) {
    throw new PlatformError('discord-no-token', 'Posting is live, but no Discord token is configured.')
  }
  const real = token
    ? createRestApi({
        token,
        ...(apiUrl && { apiUrl }),
        ...(timeoutMs && { timeoutMs }),
        ...(carry && { fetch: carry }),
        now,
      })
    : undefined
  const dryRun = posting === 'dry-run' ? createDryRun(real, now) : undefined
  /** When the first of the failed attempts began, by key. */
  const failed = new Map<string, number>()

  return {
    name: 'discord',
    commands: [...DISCORD_COMMANDS.keys()],
    effectOf: (name) => effectOf(DISCORD_COMMANDS.get(name)),
    inDoubt: (name) => DISCORD_COMMANDS.get(name)?.inDoubt,
    async execute({ command: name, args }, options) {
      const command = DISCORD_COMMANDS.get(name)
      if (command === undefined) throw new PlatformError('unknown-command', `Discord has no command '${name}'.`)
      const { warnings, execute } = command.prepare(args)
      const startedAt = now()
      const attemptedAt = earliest(options.attemptedAt, failed.get(options.idempotencyKey))
      const { call, wasImagined, hasWritten, wasOvertaken } = openCall(
        command,
        options,
        dryRun === undefined ? attemptedAt : undefined,
      )
      try {
        const result = await execute(call)
        failed.delete(options.idempotencyKey)
        const isDry = dryRun !== undefined && (command.access !== 'read' || wasImagined())
        return {
          result,
          dryRun: isDry,
          ...(wasOvertaken() && { overtaken: true }),
          ...(warnings.length > 0 && { warnings }),
        }
      } catch (thrown) {
        if (hasWritten()) failed.set(options.idempotencyKey, attemptedAt ?? startedAt)
        forgetOldest(failed, MAX_FAILED)
        throw thrown
      }
    },
  }

  function openCall(command: DiscordCommand, options: CommandOptions, attemptedAt?: number) {
    const { idempotencyKey, signal, insisted = false } = options
    let imagined = false
    let written = false
    let isOvertaken = false
    const dry = dryRun?.forKey(idempotencyKey)
    const call: Call = {
      idempotencyKey,
      now: now(),
      attemptedAt,
      signal,
      insisted,
      // What is imagined has ids of its own for each key.
      claim: (choose) => (dry === undefined && options.claim ? options.claim(choose) : choose(() => true)),
      overtaken(names) {
        const gone = overtaken(names, (options.later?.() ?? []).map(touchesOf))
        isOvertaken ||= gone.length > 0
        return gone
      },
      async send(route, params, parts = {}) {
        const request: DiscordRequest = {
          route,
          params: params as DiscordRequest['params'],
          parts,
          signal,
          permission: parts.permission ?? command.permission,
          mayBeDone: attemptedAt !== undefined,
          findable: command.findable,
        }
        if (!written && !isRead(request)) options.beforeSending?.()
        written ||= !isRead(request)
        if (dry === undefined) return real!.request(request)
        const answered = await dry.request(request)
        imagined ||= answered.imagined
        return answered.answer
      },
    }
    return { call, wasImagined: () => imagined, hasWritten: () => written, wasOvertaken: () => isOvertaken }
  }
}

/** What cannot be carried out touches nothing. */
function touchesOf({ platform, command, args }: Command): Touches {
  try {
    return DISCORD_COMMANDS.get(canonicalCommand(platform, command))?.touches(args) ?? TOUCHES_NOTHING
  } catch (thrown) {
    if (thrown instanceof PlatformError) return TOUCHES_NOTHING
    throw thrown
  }
}

function effectOf(command: DiscordCommand | undefined): 'read' | 'write' | undefined {
  if (command === undefined) return undefined
  return command.access === 'read' ? 'read' : 'write'
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
