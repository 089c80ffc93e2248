// Watch: a viewer of the inspection feed that keeps what it is told, and can be slow.

import type { Follow, Following } from '../../../console/follow.ts'

interface Frame {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot'
  readonly sessionId: string
  readonly rootId: string
  readonly parentId?: string
  readonly sourceId?: string
  readonly name?: string
  readonly definition?: string
  readonly createdAt: string
  readonly event?: { readonly type: string; readonly [field: string]: unknown }
  readonly snapshot?: { readonly status: string; readonly value?: unknown; readonly [field: string]: unknown }
}

export interface Watched {
  readonly texts: string[]
  frames(): readonly Frame[]
  /** Session ids of actors by that name, in the order of their births. */
  sessions(name: string): readonly string[]
  /** The last snapshot of the newest actor by that name. */
  last(name: string): Frame['snapshot']
  /** How many frames it takes at once. */
  room: number
  readonly following: Following
}

export function watch(follow: Follow, room = Number.POSITIVE_INFINITY): Watched {
  const texts: string[] = []
  const frames = () => texts.map((text): Frame => JSON.parse(text))
  const sessions = (name: string) =>
    frames()
      .filter((frame) => frame.type === '@xstate.actor' && frame.name === name)
      .map(({ sessionId }) => sessionId)
  const watched = {
    texts,
    frames,
    sessions,
    last: (name: string) => {
      const session = sessions(name).at(-1)
      return frames().findLast((frame) => frame.type === '@xstate.snapshot' && frame.sessionId === session)?.snapshot
    },
    room,
  }
  const following = follow({
    write(text) {
      texts.push(text)
      watched.room -= 1
      return watched.room > 0
    },
    end: () => {},
  })
  return Object.assign(watched, { following })
}
