// Dry run: Discord as it would be if everything that was asked of it had been done.
//
//   D1. A write never leaves the process. It is carried out in an imaginary Discord, under ids derived from the
//       idempotency key: the same key gives the same ids, in every process.
//   D2. A read goes to the real Discord when there is a token and every id in it is real. Lists of channels and
//       messages then show what was imagined as well.
//   D3. A read about what only the dry run knows is answered by the imaginary Discord.

import type { Json } from '../../json.ts'
import { PlatformError } from '../platform-error.ts'
import { at, listIn } from './answer.ts'
import type { DiscordApi, DiscordRequest } from './request.ts'
import { definedOnly, idsIn, isRead, textsOf } from './request.ts'
import { imaginedId, isImagined } from './snowflake.ts'
import { answer } from './world/routes.ts'
import { World, WorldError } from './world/world.ts'

export interface DryRun {
  /** One for each command: it numbers what the command creates. */
  forKey(idempotencyKey: string): {
    /** `imagined` is false when the real Discord answered. @throws PlatformError */
    request(request: DiscordRequest): Promise<{ answer: Json; imagined: boolean }>
  }
}

export function createDryRun(real: DiscordApi | undefined, now: () => number): DryRun {
  const world = new World({ adopts: true, furnishes: real === undefined, now })
  return {
    forKey(idempotencyKey) {
      let created = 0
      const newId = () => {
        created += 1
        return imaginedId(`${idempotencyKey}#${created}`)
      }
      return {
        async request(request) {
          const isReal = real !== undefined && isRead(request) && !idsIn(request).some((id) => isKnownHereOnly(id))
          if (!isReal) return { answer: imagine(request, newId), imagined: true }
          return { answer: withImagined(await real.request(request), request), imagined: false }
        },
      }
    },
  }

  function isKnownHereOnly(id: string): boolean {
    return isImagined(id) || world.isGone(id)
  }

  function imagine(request: DiscordRequest, newId: () => string): Json {
    const { query, body } = request.parts
    try {
      return answer(world, request.route, idsIn(request), { query: textsOf(query), body: definedOnly(body), newId })
    } catch (thrown) {
      if (thrown instanceof WorldError) throw asPlatformError(thrown, request)
      throw thrown
    }
  }

  /** D2. */
  function withImagined(answer: Json, request: DiscordRequest): Json {
    const [id] = idsIn(request)
    const known = listIn(answer).filter((one) => !world.isGone(String(at(one, 'id'))))
    if (request.route === 'GET /guilds/{guild_id}/channels') return [...known, ...world.imaginedChannels(id!)]
    if (request.route !== 'GET /channels/{channel_id}/messages') return answer
    const limit = Number(request.parts.query?.limit ?? 50)
    return [...world.imaginedMessages(id!), ...known].slice(0, limit)
  }
}

function asPlatformError(error: WorldError, request: DiscordRequest): PlatformError {
  const code = error.status === 404 ? 'discord-not-found' : 'discord-rejected'
  return new PlatformError(code, `In the dry run, ${request.route} gave ${error.status}: ${error.message}.`)
}
