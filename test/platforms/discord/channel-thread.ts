// Asks for a channel from a thread of its own.

import { parentPort, workerData } from 'node:worker_threads'
import { createDiscord } from '../../../platforms/discord/discord.ts'
import { resultOf } from '../run-command.ts'

const { url, token, args } = workerData
const discord = createDiscord({ token, apiUrl: url, posting: 'live', now: Date.now })
parentPort!.postMessage(await resultOf(discord, 'channels.get_or_create', args))
