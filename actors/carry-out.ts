// Carry out: sends one command of an act, once.
//
//   C1. The intent is in the journal before anything is sent; a settled one is never sent again (P3).
//   C2. A failure that may pass leaves the intent open: the next attempt sends it again, under the same key.

import { BotticelliError, serializeError } from '../errors.ts'
import type { Json } from '../json.ts'
import type { CommandInput } from '../narratives/narrative.ts'
import { fillInArgs, type Values } from '../narratives/placeholders.ts'
import { commandCaptures } from '../narratives/state-captures.ts'
import type { ActTask } from './act-task.ts'
import type { Services } from './services.ts'

/**
 * @param index of the input in its act: part of the key under which the command is known
 * @throws BotticelliError of the placeholder, the policy or the platform
 */
export async function carryOut(
  input: CommandInput,
  index: number,
  {
    task,
    services,
    values,
    signal,
  }: {
    readonly task: ActTask
    readonly services: Services
    readonly values: Values
    readonly signal: AbortSignal
  },
): Promise<Json> {
  const { effects, state } = services.store
  const command = { platform: input.platform, command: input.command, args: fillInArgs(input.args, values) }
  const key = `${task.executionId}/${task.key}/${index}`
  const effect = effects.intend({
    key,
    executionId: task.executionId,
    act: task.act.name,
    ...command,
    at: services.clock.now(),
    ...(task.traceparent !== undefined && { traceparent: task.traceparent }),
  })
  if (effect.status === 'done') return effect.result ?? null

  try {
    const outcome = await services.platformsFor(task.file.security).execute(command, {
      signal,
      idempotencyKey: key,
      ...(input.cacheSeconds !== undefined && { cacheSeconds: input.cacheSeconds }),
    })
    const at = services.clock.now()
    effects.settle(key, { ...outcome, at })
    for (const [name, value] of commandCaptures(input, outcome.result)) state.set(name, value, at)
    services.onProgress({
      type: 'command.done',
      executionId: task.executionId,
      act: task.act.name,
      command: `${input.platform} ${input.command}`,
      dryRun: outcome.dryRun,
    })
    return outcome.result
  } catch (error) {
    const mayPass = error instanceof BotticelliError && error.retryable
    if (!mayPass && !signal.aborted) effects.settle(key, { error: serializeError(error), at: services.clock.now() })
    throw error
  }
}
