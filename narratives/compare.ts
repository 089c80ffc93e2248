// Compare: how two versions of a narrative differ in what they do. Pure.
//
//   Places, and how the file is written, do not count: two spellings of the same narrative do not differ.

import type { Json } from '../json.ts'
import type { Act, Input, Narrative } from './narrative.ts'

export type Change =
  | { readonly is: 'added' | 'removed'; readonly act: string }
  /** The act comes earlier or later among those that are in both. */
  | { readonly is: 'moved'; readonly act: string; readonly after: string | null }
  | { readonly is: 'changed'; readonly act?: string; readonly key: string; readonly before: Json; readonly now: Json }

/** In the order of the narrative as it is now; what was removed comes last. */
export function compareNarratives(before: Narrative, now: Narrative): readonly Change[] {
  const [old, acts] = [byKey(before), byKey(now)]
  const changes: Change[] = differences(ownFields(before), ownFields(now)).map((one) => ({ is: 'changed', ...one }))
  const kept = [...acts.keys()].filter((key) => old.has(key))
  const moved = movedAmong(
    [...old.keys()].filter((key) => acts.has(key)),
    kept,
  )
  for (const [key, act] of acts) {
    const was = old.get(key)
    if (was === undefined) {
      changes.push({ is: 'added', act: key })
      continue
    }
    if (moved.has(key)) changes.push({ is: 'moved', act: key, after: kept[kept.indexOf(key) - 1] ?? null })
    changes.push(
      ...differences(fieldsOf(was), fieldsOf(act)).map((one) => ({ is: 'changed' as const, act: key, ...one })),
    )
  }
  for (const key of old.keys()) if (!acts.has(key)) changes.push({ is: 'removed', act: key })
  return changes
}

/** By name; the second turn of an act is `name#2`, as in an execution. */
function byKey({ acts }: Narrative): Map<string, Act> {
  const keyed = new Map<string, Act>()
  for (const act of acts) {
    let key = act.name
    for (let turn = 2; keyed.has(key); turn += 1) key = `${act.name}#${turn}`
    keyed.set(key, act)
  }
  return keyed
}

/** Those that are not in the longest part that kept its order. */
function movedAmong(before: readonly string[], now: readonly string[]): ReadonlySet<string> {
  const places = now.map((key) => before.indexOf(key))
  const longest: number[][] = []
  for (const [index, place] of places.entries()) {
    const reachable = longest.filter((_, other) => places[other]! < place)
    const best = reachable.reduce<number[]>((a, b) => (b.length > a.length ? b : a), [])
    longest.push([...best, index])
  }
  const stayed = new Set(longest.reduce<number[]>((a, b) => (b.length > a.length ? b : a), []))
  return new Set(now.filter((_, index) => !stayed.has(index)))
}

type Fields = Readonly<Record<string, Json>>

function ownFields({ acts: _, place: __, settings, info, ...rest }: Narrative): Fields {
  return plain({ ...rest, ...settings, ...info })
}

function fieldsOf({ name: _, place: __, settings, inputs, ...rest }: Act): Fields {
  return { ...plain({ ...rest, ...settings }), ...inputFields(inputs) }
}

/** Each input by itself, so that a changed prompt does not show those around it. */
function inputFields(inputs: readonly Input[]): Fields {
  return Object.fromEntries(
    inputs.map((input, index) => {
      const { place: _, ref: __, ...rest } = input
      const isText = input.kind === 'text' && 'text' in input.source
      return [isText ? `text ${index + 1}` : `input ${index + 1}`, isText ? input.source.text : plain(rest)]
    }),
  )
}

function plain(value: object): Fields {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === 'place' ? undefined : inner)))
}

function differences(before: Fields, now: Fields): readonly { key: string; before: Json; now: Json }[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...keys].flatMap((key) => {
    const [old, value] = [before[key] ?? null, now[key] ?? null]
    return JSON.stringify(old) === JSON.stringify(value) ? [] : [{ key, before: old, now: value }]
  })
}
