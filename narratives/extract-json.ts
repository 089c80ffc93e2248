// Extract json: finds the JSON in a model's answer and mends what models usually break (format, section 19.4, D-41).
//
//   X1. A value is an object, or an array of nothing but objects.
//   X2. What parses as it stands is never repaired; every repair that was needed is named.
//   X3. A region is tried before anything inside it: half a list is never taken for its first element.

import type { Json } from '../json.ts'
import { fencedContents } from './json/fences.ts'
import { textOf } from './json/json-path.ts'
import { parseJson } from './json/parse-json.ts'
import { readLoosely } from './json/read-loosely.ts'
import { balancedRegions, type Region } from './json/regions.ts'
import { REPAIRS, type RepairName } from './json/repairs.ts'
import { WRAPPINGS, type Wrapping } from './json/wrappings.ts'
import { NarrativeError } from './narrative-error.ts'

export interface Extracted {
  readonly value: Json
  /** Names of the repairs, in the order they were made; empty for clean JSON. */
  readonly repairs: readonly (RepairName | Wrapping | 'quoted' | 'joined' | 'last-region' | 'inner-region' | 'loose')[]
}

/** The repairs that leave all of the answer in place: a missing end is no reason to drop what does not fit. */
const TO_THE_LETTER = REPAIRS.filter(([name]) => !/^(?:truncated|opening-brace|closing-brace)$/.test(name))

/** So many regions from the end are looked at when the first is beyond repair. */
const MAX_LAST_REGIONS = 5

/** @throws NarrativeError `no-json` when there is nothing like JSON, `bad-json` when it cannot be read */
export function extractJson(answer: string): Extracted {
  const text = answer.replace(/^\uFEFF/, '').trim()
  const clean = firstClean([text])
  if (clean !== undefined) return clean
  const quoted = unquoted(text)
  if (quoted !== undefined) return { ...quoted, repairs: ['quoted', ...quoted.repairs] }
  for (const [name, unwrap] of WRAPPINGS) {
    const inner = isJson(text) ? text : unwrap(text)
    if (inner === text) continue
    const found = extractJson(inner)
    return { ...found, repairs: [name, ...found.repairs] }
  }

  const regions = balancedRegions(text)
  const fenced = fencedContents(text, regions, isJson)
  const candidates = candidatesOf(text, fenced, regions)
  if (candidates.length === 0) {
    const found = /[｛［【]/.test(text) ? loosely([text]) : undefined
    if (found !== undefined) return found
    throw new NarrativeError('no-json', 'The answer holds no JSON.')
  }

  const found =
    joined(text) ??
    firstClean(fenced) ??
    joined(fenced[0] ?? text) ??
    firstClean(candidates) ??
    firstRepaired(candidates, TO_THE_LETTER) ??
    loosely(
      candidates.filter((one) => isWhole(one) && (regions.length === 1 || one === text || fenced.includes(one))),
    ) ??
    firstRepaired(candidates, REPAIRS) ??
    lastRegion(regions) ??
    loosely(candidates) ??
    innerRegion(regions)
  if (found === undefined) throw badJson(candidates[0]!)
  return found
}

/** The response of an act as JSON of any kind, clean or extracted; undefined when it holds none. */
export function responseAsJson(response: string): Json | undefined {
  try {
    return parseJson(response)
  } catch {
    // A model's answer may hold its JSON in a fence or between sentences.
  }
  try {
    return extractJson(response).value
  } catch (error) {
    if (error instanceof NarrativeError) return undefined
    throw error
  }
}

function badJson(candidate: string): NarrativeError {
  try {
    const value = parseJson(candidate)
    const what = Array.isArray(value) ? 'an array of other things' : value === null ? 'null' : `a ${typeof value}`
    return new NarrativeError('bad-json', `The answer holds ${what}, not an object or an array of objects.`)
  } catch (cause) {
    return new NarrativeError('bad-json', 'The JSON of the answer cannot be read, nor repaired.', { cause })
  }
}

// ---------------------------------------------------------------------------- where the JSON is

function candidatesOf(text: string, fenced: readonly string[], regions: readonly Region[]): readonly string[] {
  const inFence = fenced.slice(0, 1).flatMap((content) => firstRegions(balancedRegions(content)))
  if (fenced.length > 0) return [...fenced, ...inFence]
  // With broken quotes a region may end too early; an answer of nothing but JSON is one region, whatever is inside.
  return isWhole(text) ? [text, ...firstRegions(regions)] : firstRegions(regions)
}

function isWhole(text: string): boolean {
  return /^(?:\{[\s\S]*\}|\[[\s\S]*\])$/.test(text)
}

/** The first region and, where the other kind of bracket comes first elsewhere, that one. */
function firstRegions(regions: readonly Region[]): readonly string[] {
  const [first, ...rest] = regions
  if (first === undefined) return []
  const other = rest.find((region) => region.text.includes(first.text[0] === '[' ? '{' : '['))
  return [first.text, ...(other === undefined ? [] : [other.text])]
}

// ---------------------------------------------------------------------------- ways to read it

/** JSON inside of a JSON string, as a model gives it that was asked for a string. */
function unquoted(text: string): Extracted | undefined {
  if (!text.startsWith('"') || !isJson(text)) return undefined
  const content = parseJson(text)
  return typeof content === 'string' && /^\s*[[{"]/.test(content) ? extractJson(content) : undefined
}

function firstClean(candidates: readonly string[]): Extracted | undefined {
  for (const candidate of candidates) {
    const value = parsed(candidate)
    if (value !== undefined) return { value, repairs: [] }
  }
  return undefined
}

/** Objects one after the other: with nothing but commas between them, or each on lines of its own under its own mark. */
function joined(text: string): Extracted | undefined {
  const regions = balancedRegions(text)
  if (regions.length < 2) return undefined
  const ends = regions.map((region) => region.start + region.text.length)
  const gaps = regions.slice(1).map((region, index) => text.slice(ends[index], region.start))
  const bare = [text.slice(0, regions[0]!.start), ...gaps].every((gap) => /^[\s,]*$/.test(gap))
  const isList = bare && /^[\s,\]]*$/.test(text.slice(ends.at(-1)))
  if (!isList && !gaps.every(isItemGap)) return undefined
  const values = regions.map((region) => parsed(region.text))
  if (values.some((value) => value === undefined)) return undefined
  if (!isList && !haveSameKeys(values as Json[])) return undefined
  return { value: values.flat() as Json, repairs: ['joined'] }
}

const DRAFT =
  /draft|final|revis|correct|improv|better|updat|version|example|schema|template|format|answer|result|after|before|instead|input|output|original/i

/** Between two items of a list: ends of lines, fences, headings, numbers, dashes, and labels such as "Second:". */
function isItemGap(gap: string): boolean {
  if (!/\n/.test(gap) || gap.length > 200 || DRAFT.test(gap)) return false
  return gap
    .split('\n')
    .every((line) => /^\s*(?:,|```\w*|#{1,6} .*|[-*+]|-{3,}|and|\*{0,2}\d+[.)]\*{0,2}|[^.?!]{0,40}:)?\s*$/.test(line))
}

function haveSameKeys(values: readonly Json[]): boolean {
  const keys = (value: Json) =>
    Object.keys(value as object)
      .sort()
      .join()
  const first = keys(values[0]!)
  // What is given twice is a repetition, not a list.
  return values.every((value) => isObject(value) && keys(value) === first) && new Set(values.map(textOf)).size > 1
}

/** Applies the repairs one after the other until the text parses. */
function firstRepaired(candidates: readonly string[], steps: typeof REPAIRS): Extracted | undefined {
  for (const candidate of candidates) {
    let text = candidate
    const repairs: RepairName[] = []
    for (const [name, repair] of steps) {
      const next = repair(text)
      if (next === text) continue
      repairs.push(name)
      text = next
      const value = parsed(text)
      if (value !== undefined) return { value, repairs }
    }
  }
  return undefined
}

function lastRegion(regions: readonly Region[]): Extracted | undefined {
  for (const { text } of regions.slice(1).slice(-MAX_LAST_REGIONS).reverse()) {
    const found = firstClean([text]) ?? firstRepaired([text], REPAIRS)
    if (found !== undefined) return { ...found, repairs: ['last-region', ...found.repairs] }
  }
  return undefined
}

/** The one object inside of a bracket that was opened in a sentence. */
function innerRegion(regions: readonly Region[]): Extracted | undefined {
  const outer = regions[0]?.text ?? ''
  if (!outer.startsWith('[') || isJson(outer)) return undefined
  const inner = balancedRegions(outer.slice(1)).filter(({ text }) => text.startsWith('{'))
  const found = inner.length === 1 ? firstClean([inner[0]!.text]) : undefined
  return found && { ...found, repairs: ['inner-region'] }
}

function loosely(candidates: readonly string[]): Extracted | undefined {
  for (const candidate of candidates) {
    const value = readLoosely(candidate)
    if (value !== undefined && isContent(value)) return { value, repairs: ['loose'] }
  }
  return undefined
}

function isJson(text: string): boolean {
  try {
    parseJson(text)
    return true
  } catch {
    return false
  }
}

/** The value if the text is JSON of the right shape. */
function parsed(text: string): Json | undefined {
  try {
    const value = parseJson(text)
    return isContent(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isContent(value: Json): boolean {
  return isObject(value) || (Array.isArray(value) && value.every(isObject))
}

function isObject(value: Json): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
