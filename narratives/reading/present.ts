// Present: an object without the members that have no value, so that merging two never overwrites with nothing.

type Present<T> = { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> } & {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K]
}

export function present<T extends object>(object: T): Present<T> {
  const kept: Partial<T> = {}
  for (const key in object) if (object[key] !== undefined) kept[key] = object[key]
  return kept as unknown as Present<T>
}
