// Header dialect: a narrative whose name and settings stand at the root, or in `[metadata]` (format, section 24.2).

import type { TomlTable } from '../toml-tree.ts'
import { stringLike, tableLike, without } from './moved-nodes.ts'

/** Keys of a narrative that may stand at the root instead. */
export const HEADER_KEYS: readonly string[] = [
  'name',
  'description',
  'template',
  'target',
  'target_table',
  'skip_content_generation',
  'preserve_source',
  'model',
  'temperature',
  'max_tokens',
  'budget',
  'processors',
  'system',
  'title',
  'author',
  'version',
  'tags',
]

/** @param stem name of the file without folder and extension: the last resort for a narrative's name */
export function fromRootHeader(root: TomlTable, stem: string): TomlTable {
  const metadata = root.entries.get('metadata')
  const header = new Map([...root.entries].filter(([name]) => HEADER_KEYS.includes(name)))
  if (metadata?.is === 'table') for (const [name, node] of metadata.entries) header.set(name, node)
  const narrative = withName(tableLike(metadata ?? root.entries.get('name')!, header), stem)
  return tableLike(root, without(root.entries, ['metadata', ...HEADER_KEYS]).set('narrative', narrative))
}

/** The name is `name`, else made of `title`, else the file's. */
function withName(header: TomlTable, stem: string): TomlTable {
  if (header.entries.has('name')) return header
  const title = header.entries.get('title')
  const name = nameFrom(title?.is === 'string' ? title.value : undefined, stem)
  return tableLike(header, new Map(header.entries).set('name', stringLike(title ?? header, name)))
}

export function nameFrom(title: string | undefined, stem: string): string {
  return (title !== undefined && slugOf(title)) || stem
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
}
