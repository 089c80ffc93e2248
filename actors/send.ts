// Send: tells a bot something, in a producer span that what the bot does about it is a child of.

import { inSpan } from '../telemetry/spans.ts'
import type { BotMessage } from './bot.ts'

/** @param tell of whoever sends: an actor's scope, or the system for a person */
export function sendToBot<T>(path: string, message: BotMessage, tell: (path: string, message: BotMessage) => T): T {
  const attributes = {
    'messaging.system': 'botticelli',
    'messaging.operation.type': 'send',
    'messaging.destination.name': path,
  }
  return inSpan(`send bot ${message.type}`, { attributes }, () => tell(path, message))
}
