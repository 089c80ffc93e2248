// Overtaken: what of a command of unknown outcome is not done again, since a later one of ours has set the same.
//
//   O1. What a command sets has a name, such as `channel/1/message/2/content`: below what it is a part of. The last
//       command that was meant to set a thing decides what it is.
//   O2. To set all of something and to set a part of it are at odds, as are two that set the same. What a command has
//       ended nobody sets any more; an end is never overtaken.

/** What a command does to lasting things, by their names. */
export interface Touches {
  /** The last part of a name is the argument that it is set from, where the command can set several. */
  readonly sets: readonly string[]
  readonly ends: readonly string[]
}

export const TOUCHES_NOTHING: Touches = { sets: [], ends: [] }

/** Those of the names that later commands have set or ended. */
export function overtaken(names: readonly string[], later: readonly Touches[]): readonly string[] {
  const isWithin = (name: string, whole: string) => name === whole || name.startsWith(`${whole}/`)
  return names.filter((name) =>
    later.some(
      ({ sets, ends }) =>
        sets.some((other) => isWithin(name, other) || isWithin(other, name)) ||
        ends.some((other) => isWithin(name, other)),
    ),
  )
}

/** The arguments but for those that the names end with. */
export function without<V extends object>(values: V, names: readonly string[]): V {
  const gone = new Set(names.map((name) => name.slice(name.lastIndexOf('/') + 1)))
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, gone.has(key) ? undefined : value])) as V
}

/** Names of the arguments that are given, below what they are set of. */
export function fieldsOf(whole: string, values: object): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [`${whole}/${key}`]))
}
