// Check placeholders: warns, before anything runs, of placeholders that will have no value.
//
//   Only a warning: in prompts such a placeholder stays as it is written, which some files rely on.

import { namesIn } from '../condition.ts'
import { type Narrative, placeholderNames } from '../narrative.ts'
import { didYouMean } from '../nearest.ts'
import { type PlaceholderName, placeholdersIn } from '../placeholders.ts'
import { stringsIn, type TomlNode } from '../toml-tree.ts'
import type { ActDefinition } from './acts.ts'
import { namesMadeBy } from './check-groups.ts'
import type { Ports } from './ports.ts'

// Anything else in double braces is more likely a sample of some template language in a prompt.
const NAME = /^[\w-]+$/

/** @param definitions the acts of the narrative's toc */
export function checkPlaceholders(narrative: Narrative, definitions: Iterable<ActDefinition>, ports: Ports): void {
  for (const definition of definitions) {
    const last = narrative.acts.findLastIndex((act) => act.name === definition.name)
    const names = namesBefore(narrative, last)
    warnOfCondition(definition, names)
    const nodes = [definition.node, ...[...definition.uses].map((resource) => resource.node)]
    for (const node of nodes.flatMap(stringsIn)) {
      for (const placeholder of placeholdersIn(node.value)) {
        warnIfUnknown(placeholder, node, names, definition)
        warnIfUnset(placeholder, node, names, definition, ports)
      }
    }
  }
}

interface Names {
  readonly known: ReadonlySet<string>
  /** Acts of the narrative that run only afterwards. */
  readonly later: ReadonlySet<string>
  /** What acts make that run at the same time: reading it is an error, told elsewhere. */
  readonly meanwhile: ReadonlySet<string>
}

/** What has a value when the act at `index` runs. */
function namesBefore(narrative: Narrative, index: number): Names {
  const { group } = narrative.acts[index] ?? {}
  const start = group === undefined ? index : narrative.acts.findIndex((act) => act.group === group)
  const before = narrative.acts.slice(0, start)
  const inputs = [...before, ...narrative.acts.slice(index, index + 1)].flatMap((act) => act.inputs)
  const known = new Set([
    ...before.map((act) => act.name),
    ...before.flatMap((act) => Object.keys(act.stateCapture)),
    ...inputs.flatMap((input) => (input.kind === 'table' ? placeholderNames(input) : [])),
    ...inputs.flatMap((input) => (input.kind === 'command' && input.capture ? [input.capture.key] : [])),
    ...(start > 0 ? ['previous', 'prev'] : []),
    ...Object.keys(narrative.variables ?? {}),
  ])
  const later = new Set(narrative.acts.slice(start).map((act) => act.name))
  const meanwhile = narrative.acts.filter((act) => group !== undefined && act.group === group).flatMap(namesMadeBy)
  return { known, later, meanwhile: new Set(meanwhile) }
}

function warnIfUnknown(
  placeholder: PlaceholderName,
  node: TomlNode,
  { known, later, meanwhile }: Names,
  act: ActDefinition,
): void {
  const { name, kind, hasFallback, inner, written } = placeholder
  if (kind !== 'response' || hasFallback || !NAME.test(name) || name === 'caller') return
  if (known.has(name) || meanwhile.has(name)) return
  const reason = later.has(name)
    ? `the act "${name}" has not run yet when "${act.name}" does`
    : name === 'previous' || name === 'prev'
      ? `"${act.name}" is the first act`
      : `no act or table before "${act.name}" is called "${name}"`
  const message = `The placeholder "${inner}" has no value: ${reason}.`
  if (act.report.diagnostics.some((one) => one.message === message)) return
  act.report.warn('unknown-placeholder', act.report.within(node, written), message, {
    hint: didYouMean(name, known),
    fix: known.size === 0 ? undefined : `Known here: ${[...known].join(', ')}.`,
  })
}

function warnOfCondition(act: ActDefinition, { known, later, meanwhile }: Names): void {
  const node = act.node.is === 'table' ? act.node.entries.get('when') : undefined
  if (act.when === undefined || node === undefined) return
  for (const name of new Set(namesIn(act.when))) {
    if (known.has(name) || meanwhile.has(name)) continue
    const reason = later.has(name) ? 'it has not run yet' : 'nothing before it is called so'
    act.report.warn('unknown-placeholder', act.report.within(node, name), `"${name}" has no value here: ${reason}.`, {
      hint: didYouMean(name, known),
      fix: known.size === 0 ? undefined : `Known here: ${[...known].join(', ')}.`,
    })
  }
}

function warnIfUnset(
  { name, kind, hasFallback, written }: PlaceholderName,
  node: TomlNode,
  { known }: Names,
  act: ActDefinition,
  { isEnvSet }: Ports,
): void {
  const isVariable = kind === 'env' || (kind === 'either' && !known.has(name))
  if (isEnvSet === undefined || !isVariable || hasFallback || isEnvSet(name)) return
  act.report.warn('unset-env', act.report.within(node, written), `The environment variable ${name} is not set.`)
}
