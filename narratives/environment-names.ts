// Environment names: which environment variables a file reads when it runs, for `validate --env`.

import type { Json } from '../json.ts'
import type { Input, NarrativeFile } from './narrative.ts'
import { placeholdersIn } from './placeholders.ts'

/**
 * Variables without a fallback that the acts of the file's narratives read. A name in capitals that is also that of
 * an act or a captured key is not counted.
 */
export function environmentNames(file: NarrativeFile): readonly string[] {
  const acts = [...file.narratives.values()].flatMap((narrative) => narrative.acts)
  const inputs = acts.flatMap((act) => act.inputs)
  const other = new Set([
    ...acts.flatMap((act) => [act.name, ...Object.keys(act.stateCapture)]),
    ...inputs.flatMap((input) => (input.kind === 'command' && input.capture ? [input.capture.key] : [])),
  ])
  const names = inputs
    .flatMap(textsOf)
    .flatMap(placeholdersIn)
    .filter(
      ({ kind, hasFallback, name }) => !hasFallback && (kind === 'env' || (kind === 'either' && !other.has(name))),
    )
  return [...new Set(names.map(({ name }) => name))].toSorted()
}

function textsOf(input: Input): readonly string[] {
  switch (input.kind) {
    case 'text':
    case 'media':
      return Object.values(input.source)
    case 'command':
      return stringsIn(input.args)
    default:
      return []
  }
}

function stringsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(stringsIn)
}
