// World: an imaginary Discord in memory, with the semantics of the real one that our commands meet.
//
// Stands behind the dry run (called directly) and behind the Discord double (called over HTTP).
//
//   W1. Answers have the shape of Discord's; errors have its status, code and message.
//   W2. A message with a nonce that is enforced exists once; sending it again answers the first.
//   W3. What is created with an id that exists already is not created again; the existing thing is answered.
//   W4. A world that adopts makes up whatever it is asked about and has not seen; but what was deleted stays deleted.

import type { Json, JsonObject } from '../../../json.ts'
import { forgetOldest } from '../../forget-oldest.ts'
import { imaginedId, isImagined } from '../snowflake.ts'

export interface WorldOptions {
  /** W4. */
  readonly adopts: boolean
  /** A server that is made up has a channel `general`. */
  readonly furnishes: boolean
  /** Epoch ms. */
  now(): number
}

export interface WorldRequest {
  readonly query: Readonly<Record<string, string>>
  readonly body: JsonObject
  /** The id of the next thing that this request creates. */
  newId(): string
}

/** How one route is answered. `ids` are what stands in its braces, in order. */
export type Handler = (world: World, ids: readonly string[], request: WorldRequest) => Json

export class WorldError extends Error {
  readonly status: number
  /** Discord's own number for the error. */
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export type Entity = { id: string; [key: string]: Json }

export interface Guild {
  readonly json: Entity
  readonly roles: Map<string, Entity>
  readonly members: Map<string, Entity>
  readonly bans: Map<string, Entity>
  readonly events: Map<string, Entity>
  readonly invites: Map<string, Entity>
}

export interface Channel {
  readonly json: Entity
  /** Oldest first. */
  readonly messages: Map<string, Message>
  /** What was sent with a nonce, and when in epoch ms. */
  readonly nonces: Map<string, { readonly messageId: string; readonly at: number }>
}

export interface Message {
  readonly json: Entity
  /** Users by emoji. */
  readonly reactions: Map<string, Set<string>>
}

/** A dry run may last for months: the oldest is forgotten. */
const MAX_CHANNELS = 2_000
export const MAX_MESSAGES = 1_000
const MAX_GONE = 10_000

export class World {
  readonly guilds = new Map<string, Guild>()
  /** Threads too. */
  readonly channels = new Map<string, Channel>()
  readonly bot: Entity
  readonly #options: WorldOptions
  readonly #gone = new Set<string>()

  constructor(options: WorldOptions) {
    this.#options = options
    this.bot = { id: imaginedId('bot'), username: 'botticelli', discriminator: '0000', bot: true }
  }

  now(): number {
    return this.#options.now()
  }

  timestamp(): string {
    return new Date(this.now()).toISOString()
  }

  guild(id: string): Guild {
    const known = this.guilds.get(id)
    if (known !== undefined) return known
    if (!this.adopts(id)) throw new WorldError(404, 10_004, 'Unknown Guild')
    return this.addGuild(id, 'Dry run server', this.#options.furnishes ? imaginedId(`general of ${id}`) : undefined)
  }

  /** Adds a server with its role for everyone, the bot as a member, and a channel `general` if that has an id. */
  addGuild(id: string, name: string, generalId: string | undefined): Guild {
    const json: Entity = {
      id,
      name,
      description: null,
      icon: null,
      banner: null,
      owner_id: this.bot.id,
      verification_level: 0,
      premium_tier: 0,
      premium_subscription_count: 0,
      approximate_member_count: 1,
      emojis: [],
      stickers: [],
    }
    const guild: Guild = {
      json,
      roles: new Map([[id, role(id, '@everyone', {})]]),
      members: new Map(),
      bans: new Map(),
      events: new Map(),
      invites: new Map(),
    }
    this.guilds.set(id, guild)
    guild.members.set(this.bot.id, member(this.bot, this.timestamp()))
    if (generalId !== undefined) {
      this.addChannel({ id: generalId, guild_id: id, name: 'general', type: 0, position: 0 })
    }
    return guild
  }

  channel(id: string): Channel {
    const known = this.channels.get(id)
    if (known !== undefined) return known
    if (!this.adopts(id)) throw new WorldError(404, 10_003, 'Unknown Channel')
    return this.addChannel({ id, guild_id: imaginedId(`guild of ${id}`), name: `channel-${id}`, type: 0, position: 0 })
  }

  addChannel(json: Entity): Channel {
    const known = this.channels.get(json.id)
    if (known !== undefined) return known
    const defaults = { topic: null, nsfw: false, parent_id: null, rate_limit_per_user: 0, last_message_id: null }
    const channel: Channel = { json: { ...defaults, ...json }, messages: new Map(), nonces: new Map() }
    this.channels.set(json.id, channel)
    forgetOldest(this.channels, MAX_CHANNELS)
    return channel
  }

  message(channel: Channel, id: string): Message {
    const known = channel.messages.get(id)
    if (known !== undefined) return known
    if (!this.adopts(id)) throw new WorldError(404, 10_008, 'Unknown Message')
    return this.addMessage(channel, id, { content: '' })
  }

  addMessage(channel: Channel, id: string, content: JsonObject): Message {
    const known = channel.messages.get(id)
    if (known !== undefined) return known
    const json: Entity = {
      id,
      channel_id: channel.json.id,
      author: this.bot,
      timestamp: this.timestamp(),
      edited_timestamp: null,
      tts: false,
      mention_everyone: false,
      mentions: [],
      attachments: [],
      embeds: [],
      reactions: [],
      pinned: false,
      type: 0,
      ...content,
    }
    const message: Message = { json, reactions: new Map() }
    channel.messages.set(id, message)
    forgetOldest(channel.messages, MAX_MESSAGES)
    return message
  }

  role(guild: Guild, id: string): Entity {
    return this.found(guild.roles, id, 10_011, 'Unknown Role', () => role(id, `role-${id}`, {}))
  }

  member(guild: Guild, id: string): Entity {
    const user = { id, username: `user-${id}`, discriminator: '0000' }
    return this.found(guild.members, id, 10_007, 'Unknown Member', () => member(user, this.timestamp()))
  }

  event(guild: Guild, id: string): Entity {
    return this.found(guild.events, id, 10_070, 'Unknown Guild Scheduled Event', () => ({ id, name: `event-${id}` }))
  }

  /** W4: from here on the id is unknown, also to a world that adopts. */
  remove(from: Map<string, unknown>, id: string): void {
    from.delete(id)
    this.#gone.add(id)
    forgetOldest(this.#gone, MAX_GONE)
  }

  isGone(id: string): boolean {
    return this.#gone.has(id)
  }

  /** Channels of a server that were created here, threads not among them. */
  imaginedChannels(guildId: string): Json[] {
    return [...this.channels.values()]
      .map((channel) => channel.json)
      .filter((json) => json.guild_id === guildId && isImagined(json.id) && json.archived === undefined)
  }

  /** Messages of a channel that were created here, newest first. */
  imaginedMessages(channelId: string): Json[] {
    const messages = [...(this.channels.get(channelId)?.messages.values() ?? [])]
    return messages
      .map((message) => message.json)
      .filter((json) => isImagined(json.id))
      .toReversed()
  }

  private adopts(id: string): boolean {
    return this.#options.adopts && !this.#gone.has(id)
  }

  private found(all: Map<string, Entity>, id: string, code: number, message: string, make: () => Entity): Entity {
    const known = all.get(id)
    if (known !== undefined) return known
    if (!this.adopts(id)) throw new WorldError(404, code, message)
    const made = make()
    all.set(id, made)
    return made
  }
}

export function role(id: string, name: string, settings: JsonObject): Entity {
  const defaults = { color: 0, hoist: false, position: 0, permissions: '0', managed: false, mentionable: false }
  return { ...defaults, icon: null, unicode_emoji: null, ...settings, id, name }
}

function member(user: JsonObject, joinedAt: string): Entity {
  return {
    id: String(user.id),
    user,
    nick: null,
    roles: [],
    joined_at: joinedAt,
    premium_since: null,
    avatar: null,
    pending: false,
    deaf: false,
    mute: false,
    communication_disabled_until: null,
  }
}

/** Takes over the fields of a PATCH that are named in it. */
export function change(entity: Entity, body: JsonObject, keys: readonly string[]): Entity {
  for (const key of keys) if (body[key] !== undefined) entity[key] = body[key]
  return entity
}

export function formError(field: string, message: string): WorldError {
  return new WorldError(400, 50_035, `Invalid Form Body ${field}: ${message}`)
}
