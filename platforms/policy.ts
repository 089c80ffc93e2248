// Policy: what a narrative may do on the platforms.
//
//   S1. Reads need no permission; a constraint on the server holds for them too.
//   S2. A narrative that lists `allowed_commands` may write by these alone, in a dry run as well.
//   S3. Without a list, live, it may publish; what destroys, or touches people and their rights, has to be named. In a
//       dry run, where nothing leaves, it may do everything.

import { inSpan } from '../telemetry/spans.ts'
import { canonicalCommand } from './command-aliases.ts'
import { DISCORD_COMMANDS } from './discord/commands.ts'
import type { Command, Platforms } from './platform.ts'
import { PlatformError } from './platform-error.ts'

/** As `[security.policy]` and `[security.constraints]` of a narrative file say. */
export interface Policy {
  /** Write commands that may be used; undefined leaves it to the server (S3). */
  readonly allowedCommands?: readonly string[]
  readonly requireConfirmation: readonly string[]
  /** Every `guild_id` has to be this one. */
  readonly guildId?: string
  /** Names of new channels have to begin so. */
  readonly channelPrefix?: string
}

const NO_POLICY: Policy = { requireConfirmation: [] }
const CREATES_CHANNEL: readonly string[] = ['channels.create', 'channels.get_or_create']

/** The platforms under a policy: what it forbids throws before anything is sent. */
export function applyPolicy(platforms: Platforms, policy: Policy | undefined, posting: 'live' | 'dry-run'): Platforms {
  return {
    effectOf: (command) => platforms.effectOf(command),
    inDoubt: (command) => platforms.inDoubt(command),
    async execute(command, options) {
      authorize(command, { effect: platforms.effectOf(command), policy, posting })
      return platforms.execute(command, options)
    },
  }
}

/** In a span of its own, so that a refusal is seen where it happened. @throws PlatformError when it is refused */
function authorize(command: Command, given: Parameters<typeof refusalOf>[1]): void {
  const attributes = { 'botticelli.platform': command.platform, 'botticelli.command': command.command }
  inSpan(`authorize ${command.platform} ${command.command}`, { attributes }, (span) => {
    const refusal = refusalOf(command, given)
    span.setAttribute('botticelli.allowed', refusal === undefined)
    if (refusal !== undefined) throw refusal
  })
}

/**
 * Why the command may not be carried out, as far as its arguments are known. A placeholder in an argument that is
 * constrained is not judged; it is once it is filled in.
 */
export function refusalOf(
  written: Command,
  given: { effect: 'read' | 'write' | undefined; policy: Policy | undefined; posting: 'live' | 'dry-run' },
): PlatformError | undefined {
  const command = { ...written, command: canonicalCommand(written.platform, written.command) }
  const policy = given.policy ?? NO_POLICY
  return (
    beyondConstraints(command, policy) ??
    (given.effect === 'write'
      ? (notAllowed(command, policy, given.posting) ?? unconfirmed(command, policy))
      : undefined)
  )
}

function beyondConstraints({ command, args }: Command, { guildId, channelPrefix }: Policy): PlatformError | undefined {
  const guild = args.guild_id
  if (guildId !== undefined && guild !== undefined && guild !== null && isFilledIn(guild)) {
    const message = `${command} names the server ${guild}, but [security.constraints] allows ${guildId} only.`
    if (String(guild) !== guildId) return new PlatformError('constraint-violated', message)
  }
  if (channelPrefix === undefined || !CREATES_CHANNEL.includes(command)) return undefined
  const { name } = args
  if (typeof name !== 'string' || !isFilledIn(name) || name.startsWith(channelPrefix)) return undefined
  const message = `${command} names the channel '${name}', but [security.constraints] wants it to begin with '${channelPrefix}'.`
  return new PlatformError('constraint-violated', message)
}

function notAllowed(command: Command, { allowedCommands }: Policy, posting: 'live' | 'dry-run') {
  if (allowedCommands !== undefined) {
    if (names(allowedCommands, command)) return undefined
    const message = `${command.command} is not among the allowed_commands of the narrative: ${allowedCommands.join(', ')}.`
    return new PlatformError('command-not-allowed', message, { fix: fixNaming(command, allowedCommands) })
  }
  if (posting === 'dry-run' || !isAdministrative(command)) return undefined
  const message = `${command.command} destroys something, or touches people and their rights. With live posting a narrative has to name it.`
  return new PlatformError('command-not-allowed', message, { fix: fixNaming(command, []) })
}

function fixNaming({ command }: Command, allowed: readonly string[]): string {
  const list = [...allowed, command].map((name) => JSON.stringify(name)).join(', ')
  const others = allowed.length === 0 ? ' with every other write command that the narrative uses' : ''
  return `Write \`allowed_commands = [${list}]\`${others} under [security.policy] of the narrative, if it may do that.`
}

function unconfirmed(command: Command, { requireConfirmation }: Policy): PlatformError | undefined {
  if (!names(requireConfirmation, command)) return undefined
  const message = `${command.command} needs a person's confirmation, as require_confirmation of the narrative says.`
  return new PlatformError('confirmation-required', message)
}

function names(list: readonly string[], { platform, command }: Command): boolean {
  return list.some((name) => canonicalCommand(platform, name) === command || name === `${platform}.${command}`)
}

function isAdministrative({ platform, command }: Command): boolean {
  return platform === 'discord' && DISCORD_COMMANDS.get(command)?.access === 'administer'
}

function isFilledIn(value: unknown): boolean {
  return typeof value !== 'string' || !/[$]\{|\{\{/.test(value)
}
