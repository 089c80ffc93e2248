// Actor look: everything that can be seen of a running server's actors, in one place.

import type { ActorRecord, ActorSystem } from '../supervisor/index.ts'
import type { EventHistory } from './event-history.ts'
import type { InspectionFeed } from './inspector/inspection-feed.ts'
import type { InspectorServer } from './inspector/inspector-server.ts'

export interface ActorLook {
  readonly system: Pick<ActorSystem, 'actors'>
  /** A parent before its children. */
  readonly records: () => readonly ActorRecord[]
  readonly events: EventHistory
  readonly inspection: InspectionFeed
  /** The inspector that the server has opened by itself. */
  readonly inspector?: InspectorServer | undefined
}
