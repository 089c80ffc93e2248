// Answers: what a server tells the commands of its project on its control socket, from before it is ready until it ends.

import { ulid } from 'ulid'
import type { Botticelli } from '../botticelli.ts'
import type { BotConfig } from '../config/config.ts'
import type { ActorLook } from '../console/actor-look.ts'
import { actorRoutes, actorStreams, framesOf } from '../console/actor-routes.ts'
import { openControl } from '../console/control.ts'
import { createEventHistory } from '../console/event-history.ts'
import type { Follow } from '../console/follow.ts'
import { createInspectionFeed } from '../console/inspector/inspection-feed.ts'
import type { InspectorServer } from '../console/inspector/inspector-server.ts'
import { createLogHistory, logStreams } from '../console/log-history.ts'
import type { SupervisionEvent } from '../supervisor/index.ts'
import { addLogSink } from '../telemetry/log.ts'
import { engineRoutes } from './engine-routes.ts'
import type { HotReload } from './hot-reload.ts'
import { serverRoutes } from './server-routes.ts'

export interface Answers extends AsyncDisposable {
  /** For `openBotticelli`: what happens to the actors, their start included. */
  readonly onSupervision: (event: SupervisionEvent) => void
  /** From now on questions are answered from this server; until then the answer is that it starts. */
  tellOf(app: Botticelli, inspector?: InspectorServer, hot?: HotReload): void
  /** The inspector's frames, as soon as there are any. */
  readonly frames: Follow
}

/**
 * Holds the lock of the project until it is disposed of.
 * @throws BotticelliError `server-running`, `state-not-writable`
 */
export async function openAnswers(
  stateDir: string,
  bots: () => readonly BotConfig[],
  now: () => number,
): Promise<Answers> {
  const logs = createLogHistory(now)
  const events = createEventHistory()
  let app: Botticelli | undefined
  let look: ActorLook | undefined
  let reload: HotReload | undefined
  const control = await openControl(
    stateDir,
    {
      ...serverRoutes(
        () => app,
        bots,
        () => reload,
      ),
      ...engineRoutes(() => app),
      ...actorRoutes(() => look, now),
    },
    { ...actorStreams(() => look), ...logStreams(logs) },
  )
  const endOfLogs = addLogSink(logs.record)
  return {
    onSupervision: events.record,
    frames: (sink) => framesOf(look, 'types')(sink),
    tellOf(opened, inspector, hot) {
      reload = hot
      app = opened
      const { system, records } = opened
      look = { system, records, events, inspection: createInspectionFeed(system, { boot: ulid(), now }), inspector }
    },
    async [Symbol.asyncDispose]() {
      endOfLogs()
      await control[Symbol.asyncDispose]()
    },
  }
}
