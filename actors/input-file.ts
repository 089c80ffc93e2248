// Input file: the file that an input of an act names.

import { BotticelliError, type Place } from '../errors.ts'
import { fillInEnv } from '../narratives/placeholders.ts'
import type { ActTask } from './act-task.ts'
import type { Services } from './services.ts'

/**
 * @param written as in the narrative, with variables of the environment
 * @returns an absolute path
 * @throws BotticelliError `missing-file`, `file-outside`
 */
export function inputFile(
  written: string,
  place: Place,
  { act, file }: ActTask,
  services: Pick<Services, 'env' | 'findFile'>,
): string {
  const name = fillInEnv(written, services.env)
  const found = services.findFile(name, file.path)
  if (found === undefined) {
    throw new BotticelliError('missing-file', `The file "${name}" of act "${act.name}" was not found.`, {
      place,
      fix: `Put it beside ${file.path}, or name its folder in BOTTICELLI_CONTEXT_PATH.`,
    })
  }
  if ('path' in found) return found.path
  throw new BotticelliError('file-outside', `The file "${name}" of act "${act.name}" lies outside of the project.`, {
    place,
  })
}

/** What fails without a place has failed where the narrative names the input. */
export async function withPlace<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof BotticelliError) || error.place !== undefined) throw error
    const { code, message, cause, fix, retryable } = error
    throw new BotticelliError(code, message, { cause, fix, retryable, place })
  }
}
