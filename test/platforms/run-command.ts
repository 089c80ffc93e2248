// Runs one command on a platform as the actors do, with a key of its own unless one is given.

import type { JsonObject } from '../../json.ts'
import type { CommandOptions, CommandOutcome, Platform } from '../../platforms/platform.ts'

let keys = 0

export function runCommand(
  platform: Platform,
  command: string,
  args: JsonObject,
  options: Partial<CommandOptions> = {},
): Promise<CommandOutcome> {
  keys += 1
  const signal = options.signal ?? new AbortController().signal
  return platform.execute(
    { platform: platform.name, command, args },
    { idempotencyKey: `test/${keys}`, ...options, signal },
  )
}

/** The result alone. */
export async function resultOf(...args: Parameters<typeof runCommand>): Promise<JsonObject> {
  return (await runCommand(...args)).result as JsonObject
}

/** The code of the error that a promise ends with; the promise must end with one. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await errorOf(promise)).code
}

export async function errorOf(promise: Promise<unknown>) {
  const outcome = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(outcome instanceof Error)) throw new Error('The promise was fulfilled, but should not have been.')
  return outcome as Error & { code: string; fix: string; retryable: boolean; retryAfterMs?: number }
}
