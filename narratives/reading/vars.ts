// Vars: the variables of a narrative, which whoever runs it may set.

import type { Variable } from '../narrative.ts'
import type { TomlNode } from '../toml-tree.ts'
import { jsonOf, Keys } from './keys.ts'
import { present } from './present.ts'

/** `topic = "bread"` is a default; `topic = {}` must be given; `{ default, description }` in full. */
export function readVariables(narrative: Keys): Readonly<Record<string, Variable>> | undefined {
  const table = narrative.tableAt('vars')
  if (table === undefined) return undefined
  return Object.fromEntries([...table.entries].map(([name, node]) => [name, readVariable(node, narrative)]))
}

function readVariable(node: TomlNode, { report }: Keys): Variable {
  if (node.is !== 'table') return { default: textOf(node) }
  const keys = new Keys(node, report, `[${node.path}]`)
  const value = keys.node('default')
  const variable = { default: value && textOf(value), description: keys.string('description') }
  keys.warnOfRest()
  return present(variable)
}

function textOf(node: TomlNode): string {
  const value = jsonOf(node)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
