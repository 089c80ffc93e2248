// Values: where the placeholders of an act look things up.

import type { Values } from '../narratives/placeholders.ts'
import type { ActTask } from './act-task.ts'
import type { Services } from './services.ts'

/** @param rendered tables that earlier inputs of the same act have read */
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
  const tables = { ...knowledge.tables, ...rendered }
  return {
    response: (name) =>
      name === 'previous' ? knowledge.previous : (knowledge.responses[name] ?? tables[name] ?? inputs[name]),
    state: (key) => store.state.get(key),
    env,
    known: [...Object.keys(knowledge.responses), ...Object.keys(tables), ...Object.keys(inputs)],
    stateKeys: () => store.state.keys(),
    ...(callerResponse !== undefined && { callerResponse }),
    ...(narrative.vars !== undefined && { locals: narrative.vars }),
  }
}
