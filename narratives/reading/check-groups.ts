// Check groups: acts that run at the same time must not need each other.
//
//   An act of a group is given what was there before the group: which of the others has ended by then must not decide
//   what it reads.

import { namesIn, tablesCountedIn } from '../condition.ts'
import { type Act, extractsOutput, type Narrative, placeholderNames, stagesOf, targetTable } from '../narrative.ts'
import { placeholdersIn } from '../placeholders.ts'
import { stringsIn } from '../toml-tree.ts'
import type { ActDefinition } from './acts.ts'
import type { Reading } from './narrative-graph.ts'
import { keyOf, type Report, type Spot } from './report.ts'

export function checkGroups({ narrative, definitions, own: report }: Reading): void {
  const byName = new Map([...definitions].map((definition) => [definition.name, definition]))
  let start = 0
  for (const group of stagesOf(narrative.acts)) {
    const from = start
    start += group.length
    if (group.length === 1) continue
    const before = new Set(narrative.acts.slice(0, from).flatMap(namesMadeBy))
    group.forEach((act, index) => {
      const definition = byName.get(act.name)!
      const others = group.map((other, place) => ({ act: other, index: from + place })).toSpliced(index, 1)
      refuseCarousel(act, definition, report)
      for (const { name, spot } of namesReadBy(definition, report)) {
        const maker = others.find((other) => namesMadeBy(other.act).includes(name))
        if (maker !== undefined && !before.has(name)) refuse(act, maker.act, { what: `"${name}"`, spot }, report)
      }
      for (const { table, spot } of tablesReadBy(act, definition)) {
        const maker = others.find((other) => storesIn(table, narrative, other.index))
        if (maker !== undefined) refuse(act, maker.act, { what: `the table "${table}"`, spot }, report)
      }
    })
  }
}

interface Read {
  readonly what: string
  readonly spot: Spot
}

function refuse({ name: reader }: Act, maker: Act, { what, spot }: Read, report: Report): void {
  const message = `"${reader}" reads ${what} and runs at the same time as "${maker.name}", which makes it.`
  if (report.diagnostics.some((one) => one.message === message)) return
  report.error('bad-group', spot, message, { fix: `Put "${reader}" behind the group in the toc.` })
}

function refuseCarousel({ name, carousel }: Act, { node }: ActDefinition, report: Report): void {
  if (carousel === undefined) return
  const message = `"${name}" runs ${carousel.iterations} times, one after another: it has no place in a group.`
  report.error('bad-group', keyOf(node), message, { fix: 'Take it out of the group, or its carousel away.' })
}

// ---------------------------------------------------------------------------- what acts make, and what they read

/** What placeholders and conditions can name once the act has run. */
export function namesMadeBy(act: Act): readonly string[] {
  const ofInputs = act.inputs.flatMap((input) => {
    if (input.kind === 'table') return placeholderNames(input)
    return input.kind === 'command' && input.capture !== undefined ? [input.capture.key] : []
  })
  return [act.name, ...Object.keys(act.stateCapture), ...ofInputs]
}

function storesIn(table: string, narrative: Narrative, index: number): boolean {
  return extractsOutput(narrative, index) && targetTable(narrative).toLowerCase() === table.toLowerCase()
}

/** A table that the act reads itself is its own, whoever else reads it. */
function namesReadBy(act: ActDefinition, report: Report): readonly { name: string; spot: Spot }[] {
  const own = act.inputs.flatMap((input) => (input.kind === 'table' ? placeholderNames(input) : []))
  const texts = [act.node, ...[...act.uses].map((resource) => resource.node)].flatMap(stringsIn)
  const inTexts = texts.flatMap((node) =>
    [...placeholdersIn(node.value).filter(({ kind }) => kind !== 'env'), ...branchesIn(node.value)].map(
      ({ name, written }) => ({ name, spot: report.within(node, written) }),
    ),
  )
  const when = act.node.is === 'table' ? act.node.entries.get('when') : undefined
  const inCondition =
    act.when === undefined || when === undefined
      ? []
      : namesIn(act.when).map((name) => ({ name, spot: report.within(when, name) }))
  return [...inTexts, ...inCondition].filter(({ name }) => !own.includes(name))
}

function branchesIn(text: string): readonly { name: string; written: string }[] {
  return [...text.matchAll(/\{%\s*if\s+([\w-]+)[^%]*%\}/g)].map(([written, name]) => ({ name: name!, written }))
}

function tablesReadBy(act: Act, { node, when }: ActDefinition): readonly { table: string; spot: Spot }[] {
  const read = act.inputs.flatMap((input) => (input.kind === 'table' ? [input.table] : []))
  const counted = when === undefined ? [] : tablesCountedIn(when)
  return [...read, ...counted].map((table) => ({ table, spot: keyOf(node) }))
}
