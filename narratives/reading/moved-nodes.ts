// Moved nodes: the tree of an older dialect, put together anew. Each node keeps its place in the file.

import type { Span, TomlNode, TomlTable } from '../toml-tree.ts'

/** A table in the place of another node. */
export function tableLike(source: TomlNode, entries: ReadonlyMap<string, TomlNode>): TomlTable {
  const { path, span, keySpan } = source
  return { is: 'table', path, span, ...(keySpan !== undefined && { keySpan }), entries }
}

export function stringLike(source: { path: string; span: Span; keySpan?: Span }, value: string): TomlNode {
  return {
    is: 'string',
    value,
    path: source.path,
    span: source.span,
    ...(source.keySpan && { keySpan: source.keySpan }),
  }
}

export function without(entries: ReadonlyMap<string, TomlNode>, names: readonly string[]): Map<string, TomlNode> {
  return new Map([...entries].filter(([name]) => !names.includes(name)))
}

export function mapStrings(node: TomlNode, change: (text: string) => string): TomlNode {
  if (node.is === 'string') return { ...node, value: change(node.value) }
  if (node.is === 'array') return { ...node, items: node.items.map((item) => mapStrings(item, change)) }
  if (node.is !== 'table') return node
  return { ...node, entries: new Map([...node.entries].map(([name, value]) => [name, mapStrings(value, change)])) }
}
