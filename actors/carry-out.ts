// Carry out: sends one command of an act, once.
//
//   C1. The intent is in the journal before anything is sent; a settled one is never sent again (P3).
//   C2. A failure that may pass leaves the intent open: the next attempt goes on with it, under the same key.
//   C3. Of an intent that an earlier attempt left open, the platform is asked before anything is sent again. Where it
//       cannot say, the effect is in doubt and waits for a person. What a person insists on is looked for as well, and
//       sent where nothing is found.
//   C4. The row that a command publishes is held from the intent on, so that no other run publishes it meanwhile.

import { BotticelliError, serializeError } from '../errors.ts'
import type { Json } from '../json.ts'
import type { CommandInput } from '../narratives/narrative.ts'
import { fillInArgs, type Values } from '../narratives/placeholders.ts'
import { commandCaptures } from '../narratives/state-captures.ts'
import type { Command, CommandOutcome } from '../platforms/platform.ts'
import type { Effect, RowRef } from '../store/store.ts'
import type { ActTask } from './act-task.ts'
import { insist } from './insist.ts'
import type { Services } from './services.ts'

interface Sending {
  readonly task: ActTask
  readonly services: Services
  readonly values: Values
  readonly signal: AbortSignal
  /** The one row that the execution handles, if it does. */
  readonly item: RowRef | undefined
}

/**
 * @param index of the input in its act: part of the key under which the command is known
 * @throws BotticelliError of the placeholder, the policy or the platform; `effect-in-doubt`
 */
export async function carryOut(input: CommandInput, index: number, sending: Sending): Promise<Json> {
  const { task, services, values } = sending
  const { effects } = services.store
  const command = { platform: input.platform, command: input.command, args: fillInArgs(input.args, values) }
  const key = effectKey(task, index)
  const earlier = effects.find(key)
  if (earlier?.status === 'done') return earlier.result ?? null
  if (earlier?.status === 'doubtful') throw inDoubt(earlier)

  const effect = effects.intend({
    key,
    executionId: task.executionId,
    act: task.act.name,
    ...command,
    ...(publishes(command, task, services) && sending.item !== undefined && { item: sending.item }),
    at: services.clock.now(),
    ...(task.traceparent !== undefined && { traceparent: task.traceparent }),
  })
  const insisted = earlier?.status === 'insisted'
  const attemptedAt = insisted || earlier?.status === 'intended' ? earlier.at : undefined
  const outcome = await send(effect, { input, command, attemptedAt, insisted, sending })
  return outcome.result
}

/** True of a publication that failed, as long as it is not certain that nothing was published. */
export function mayHavePublished(input: CommandInput, index: number, task: ActTask, services: Services): boolean {
  const status = services.store.effects.find(effectKey(task, index))?.status
  return (
    status !== undefined &&
    status !== 'done' &&
    status !== 'failed' &&
    publishes({ ...input, args: {} }, task, services)
  )
}

function effectKey(task: ActTask, index: number): string {
  return `${task.executionId}/${task.key}/${index}`
}

interface Attempt {
  readonly input: CommandInput
  readonly command: Command
  /** When the attempt began that left the intent open. */
  readonly attemptedAt: number | undefined
  readonly insisted: boolean
  readonly sending: Sending
}

async function send(
  effect: Effect,
  { input, command, attemptedAt, insisted, sending }: Attempt,
): Promise<CommandOutcome> {
  const { task, services, signal } = sending
  const platforms = services.platformsFor(task.file.security)
  const onlyAPersonKnows = platforms.inDoubt(command) === 'ask'
  if (attemptedAt !== undefined && onlyAPersonKnows && !insisted) throw doubt(effect, services)
  try {
    const outcome = await platforms.execute(command, {
      signal,
      idempotencyKey: effect.key,
      ...(task.bot !== undefined && { bot: task.bot }),
      ...(attemptedAt !== undefined && { attemptedAt, insisted }),
      ...(attemptedAt !== undefined && { beforeSending: () => services.store.effects.checkItem(effect.key) }),
      later: () => services.store.effects.later(effect.key),
      claim: (choose) => services.store.effects.claimMade(effect, choose),
      ...(input.cacheSeconds !== undefined && { cacheSeconds: input.cacheSeconds }),
    })
    await insist(() => settle(effect, input, outcome, services), services.clock, signal)
    const told = { executionId: task.executionId, act: task.act.name, dryRun: outcome.dryRun }
    services.onProgress({ type: 'command.done', command: `${effect.platform} ${effect.command}`, ...told })
    return outcome
  } catch (error) {
    if (signal.aborted) throw error
    const mayPass = error instanceof BotticelliError && error.retryable
    if (isUncertain(error, publishes(command, task, services)) && !mayPass) throw doubt(effect, services, error)
    // Where nothing can be looked for, an error that may pass says that nothing was done.
    if (!mayPass || onlyAPersonKnows) {
      services.store.effects.settle(effect.key, { error: serializeError(error), at: services.clock.now() })
    }
    throw error
  }
}

function settle(effect: Effect, input: CommandInput, outcome: CommandOutcome, { store, clock }: Services): void {
  const at = clock.now()
  store.together(() => {
    const { result, dryRun, overtaken = false } = outcome
    store.effects.settle(effect.key, { result, dryRun, overtaken, at })
    for (const [name, value] of commandCaptures(input, outcome.result)) store.state.set(name, value, at)
  })
}

/** A change of our own rows is no publication: it is made together with its record, and never in doubt. */
function publishes(command: Command, { file }: ActTask, services: Services): boolean {
  return command.platform !== 'database' && services.platformsFor(file.security).effectOf(command) === 'write'
}

/** What is no error of ours was not foreseen by whoever sends: of a publication it says nothing at all. */
function isUncertain(error: unknown, publishes: boolean): boolean {
  if (!(error instanceof BotticelliError)) return publishes
  return error.code === 'discord-uncertain' || error.code === 'discord-incomplete'
}

function doubt(effect: Effect, { store, clock }: Services, cause?: unknown): BotticelliError {
  const error = inDoubt(effect, cause)
  store.effects.doubt(effect.key, { error: serializeError(error), at: clock.now() })
  return error
}

function inDoubt({ platform, command, act, executionId, at }: Effect, cause?: unknown): BotticelliError {
  const why = cause instanceof Error ? ` ${cause.message}` : ''
  const message = `Nobody knows whether ${platform} ${command} of act "${act}" was carried out at ${new Date(at).toISOString()}.${why}`
  const root = executionId.split('/', 1)[0]
  return new BotticelliError('effect-in-doubt', message, {
    cause,
    fix: `Look for it on ${platform}. Then, if it is there: botticelli executions resume ${root} --done. If not: botticelli executions resume ${root} --send-again.`,
  })
}
