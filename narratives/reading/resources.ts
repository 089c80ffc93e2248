// Resources: `[bots.*]`, `[tables.*]` and `[media.*]`, read once for all acts that refer to them.
//
//   A value of the wrong type is an error of the file. Anything else that is wrong with a resource matters only when
//   a running act uses it, so it goes into the resource's own report.

import type { CommandInput, MediaInput, TableInput } from '../narrative.ts'
import type { TomlTable } from '../toml-tree.ts'
import { readBot } from './command-input.ts'
import { Keys, reportType } from './keys.ts'
import { readMedia } from './media-input.ts'
import type { Ports } from './ports.ts'
import type { Report } from './report.ts'
import { readTableQuery } from './table-input.ts'

export interface Resource<T> {
  readonly node: TomlTable
  /** Undefined when the resource is broken; its report then says why. */
  readonly input: T | undefined
  readonly report: Report
}

export interface ResourceIndex {
  readonly bots: ReadonlyMap<string, Resource<CommandInput>>
  readonly tables: ReadonlyMap<string, Resource<TableInput>>
  readonly media: ReadonlyMap<string, Resource<MediaInput>>
}

export function readResources(
  root: { bots?: TomlTable | undefined; tables?: TomlTable | undefined; media?: TomlTable | undefined },
  report: Report,
  ports: Ports,
): ResourceIndex {
  return {
    bots: readEach(root.bots, report, (name, keys, own) => readBot(name, keys, own)),
    tables: readEach(root.tables, report, (name, keys, own) => readTableQuery(keys, own, ports, name)),
    media: readEach(root.media, report, (_name, keys, own) => readMedia(keys, own, ports)),
  }
}

function readEach<T>(
  section: TomlTable | undefined,
  report: Report,
  read: (name: string, keys: Keys, own: Report) => T | undefined,
): ReadonlyMap<string, Resource<T>> {
  const resources = new Map<string, Resource<T>>()
  for (const [name, node] of section?.entries ?? []) {
    if (node.is !== 'table') {
      reportType(report, node, 'a table')
      continue
    }
    const own = report.apart()
    resources.set(name, { node, input: read(name, new Keys(node, report, `[${node.path}]`), own), report: own })
  }
  return resources
}
