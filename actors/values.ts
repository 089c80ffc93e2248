// Values: where the placeholders of an act look things up.

import type { Values } from '../narratives/placeholders.ts'
import type { ActTask } from './act-task.ts'
import type { Services } from './services.ts'

/** @param rendered tables that earlier inputs of the same act have read; more may come */
export function valuesFor(
  {
    knowledge,
    narrative,
    inputs,
    callerResponse,
  }: Pick<ActTask, 'knowledge' | 'narrative' | 'inputs' | 'callerResponse'>,
  { store, env }: Pick<Services, 'store' | 'env'>,
  rendered: Readonly<Record<string, string>>,
): Values {
  const named = [knowledge.responses, rendered, knowledge.tables, inputs]
  return {
    response: (name) =>
      name === 'previous' ? knowledge.previous : named.find((texts) => Object.hasOwn(texts, name))?.[name],
    state: (key) => store.state.get(key),
    env,
    known: () => named.flatMap(Object.keys),
    stateKeys: () => store.state.keys(),
    ...(callerResponse !== undefined && { callerResponse }),
    ...(narrative.vars !== undefined && { locals: narrative.vars }),
  }
}
