// At work: whether anybody runs what the database calls running. Who is killed takes nothing back.

import { isAlive } from '../actors/is-alive.ts'
import type { Config } from '../config/config.ts'
import { askServer } from '../console/control.ts'
import { BotticelliError } from '../errors.ts'
import type { ExecutionSummary } from '../store/store.ts'

/** Says of each of them whether somebody is at work on it; false of one that has ended. */
export async function whoIsAtWork(
  executions: readonly ExecutionSummary[],
  config: Config,
): Promise<(execution: ExecutionSummary) => boolean> {
  const isOfABot = executions.some(({ status, bot }) => status === 'running' && bot !== undefined)
  const isServing = isOfABot && (await isServed(config))
  return ({ status, bot, owner }) => {
    if (status !== 'running') return false
    // A person may go on with a bot's run where no server is.
    return (bot !== undefined && isServing) || (owner !== undefined && isAlive(owner))
  }
}

/** One that does not answer is a server, too. */
async function isServed({ stateDir }: Config): Promise<boolean> {
  try {
    return (await askServer(stateDir, 'GET', '/v1/status')) !== undefined
  } catch (error) {
    if (error instanceof BotticelliError) return true
    throw error
  }
}
