// Judge: holds what a case expects against what its run left behind.

import { resultFrom } from '../../actors/kept.ts'
import type { ProgressEvent } from '../../actors/progress.ts'
import type { RunReport } from '../../actors/runner.ts'
import type { ErrorCode, Place } from '../../errors.ts'
import type { Json, JsonObject } from '../../json.ts'
import { lineDiff } from '../../narratives/line-diff.ts'
import { nearest } from '../../narratives/nearest.ts'
import { type Broken, broken, type Expectation } from '../../narratives/testing/expectation.ts'
import type { RowExpectation, TableExpectation, TestCase } from '../../narratives/testing/test-file.ts'
import type { Command } from '../../platforms/platform.ts'
import { isPublishing } from '../../platforms/platforms.ts'
import type { Store } from '../../store/store.ts'

export interface Failure {
  readonly code: ErrorCode
  readonly place: Place
  readonly message: string
  /** From what was expected to what was. */
  readonly diff?: readonly string[]
  readonly fix?: string
}

export interface Ran {
  readonly report: RunReport
  readonly events: readonly ProgressEvent[]
  readonly sent: readonly Command[]
  readonly store: Store
  /** Epoch ms. */
  readonly now: number
}

export function judge(one: TestCase, ran: Ran): readonly Failure[] {
  const wrongEnd = judgeEnd(one, ran.report)
  // What a run that broke off did not come to says nothing more.
  return wrongEnd.length > 0 ? wrongEnd : judgeRest(one, ran)
}

function judgeRest(one: TestCase, ran: Ran): readonly Failure[] {
  const { expect } = one
  const { report, events, sent, store } = ran
  const held = (expectation: Expectation | undefined, what: string, value: Json | undefined) =>
    expectation === undefined ? [] : broken(expectation, what, value)
  const failures = [
    ...held(expect.response, 'the response', report.response),
    ...judgeOutputs(expect.outputs, ran),
    ...held(expect.ran, 'the list of acts that ran', acts(events, 'act.started', report.id)),
    ...held(expect.skipped, 'the list of acts that were skipped', acts(events, 'act.skipped', report.id)),
    ...held(expect.calls, 'the number of calls', store.ledger.totals({ executionId: report.id }).calls),
    ...held(expect.tokens, 'the number of tokens', report.inputTokens + report.outputTokens),
    ...held(expect.cost, 'the cost in dollars', report.costUsd),
    ...held(expect.posts, 'the number of posts', sent.filter(isPublishing).length),
    ...judgeCommands(expect.commands, sent),
    ...expect.tables.flatMap((table) => judgeTable(table, ran)),
    ...[...expect.state].flatMap(([key, each]) => broken(each, `the state "${key}"`, store.state.get(key))),
  ]
  return failures.map(({ place, message, expected, actual }) => ({
    code: 'expectation-failed' as const,
    place,
    message: `${message[0]!.toUpperCase()}${message.slice(1)}`,
    ...(expected !== undefined && { diff: lineDiff(expected.split('\n'), (actual ?? '').split('\n')) }),
  }))
}

/** An end that nobody expected is told under its own code. */
function judgeEnd({ expect, place }: TestCase, { status, error }: RunReport): readonly Failure[] {
  const code = (error?.code ?? 'internal') as ErrorCode
  const failed = (at: Place, message: string) => [{ code: 'expectation-failed' as const, place: at, message }]
  if (expect.error === undefined) {
    if (status === 'completed') return []
    return [{ code, place: error?.place ?? place, message: `The run ${status}: ${error?.message ?? ''}` }]
  }
  if (status === 'completed') return failed(expect.error[0]?.place ?? place, 'The run should fail, but it completed.')
  return broken(expect.error, 'The code of the error', code).flatMap((each) => failed(each.place, each.message))
}

/** Paths of acts, each once; those of narratives inside begin with the act that runs them. */
function acts(events: readonly ProgressEvent[], type: 'act.started' | 'act.skipped', root: string): readonly string[] {
  return [...new Set(events.flatMap((event) => (event.type === type ? [pathOf(event, root)] : [])))]
}

function pathOf({ executionId, key }: { readonly executionId: string; readonly key: string }, root: string): string {
  return `${executionId}/${key}`.slice(root.length + 1)
}

function judgeOutputs(outputs: TestCase['expect']['outputs'], { events, store, report }: Ran): readonly Broken[] {
  const places = new Map(
    events.flatMap((event) => (event.type === 'act.completed' ? [[pathOf(event, report.id), event]] : [])),
  )
  return [...outputs].flatMap(([name, expectation]) => {
    const exact = places.has(name) ? [name] : [...places.keys()].filter((path) => path.endsWith(`/${name}`))
    const place = expectation[0]?.place
    if (place === undefined) return []
    if (exact.length > 1) return [{ place, message: `several acts are named "${name}": ${exact.join(', ')}.` }]
    const at = places.get(exact[0] ?? '')
    if (at === undefined) {
      const meant = nearest(name, places.keys())
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
      return [
        { place, message: `no act "${name}" ran to its end; these did: ${[...places.keys()].join(', ')}.${hint}` },
      ]
    }
    const act = store.journal.find(at)
    const response = act && resultFrom(act).response
    return broken(expectation, `the output of "${name}"`, response)
  })
}

function judgeCommands(commands: TestCase['expect']['commands'], sent: readonly Command[]): readonly Broken[] {
  if (commands === undefined) return []
  const { place, list } = commands
  if (list.length !== sent.length) {
    const names = sent.map(nameOf).join(', ') || 'none'
    return [{ place, message: `the number of commands should be ${list.length}, but it is ${sent.length}: ${names}.` }]
  }
  return list.flatMap((expected, index) => {
    const which = `command ${index + 1}`
    return [
      ...broken(expected.command, which, nameOf(sent[index]!)),
      ...[...expected.args].flatMap(([name, each]) =>
        broken(each, `the argument "${name}" of ${which}`, sent[index]!.args[name]),
      ),
    ]
  })
}

function nameOf({ platform, command }: Command): string {
  return `${platform} ${command}`
}

function judgeTable(
  { place, table, where, count, rows, each }: TableExpectation,
  { store, now }: Ran,
): readonly Broken[] {
  const query = { table, ...(where !== undefined && { where }) }
  const found = store.content.exists(table) ? store.content.select(query, now).rows : []
  const wrongCount = count === undefined ? [] : broken(count, `the number of rows in ${table}`, found.length)
  const wrongRows =
    rows === undefined
      ? []
      : rows.length !== found.length
        ? [{ place, message: `the number of rows in ${table} should be ${rows.length}, but it is ${found.length}.` }]
        : rows.flatMap((row, index) => judgeRow(row, `row ${index + 1} of ${table}`, found[index]!))
  const wrongEach =
    each === undefined ? [] : found.flatMap((row, index) => judgeRow(each, `row ${index + 1} of ${table}`, row))
  return [...wrongCount, ...wrongRows, ...wrongEach]
}

function judgeRow({ columns }: RowExpectation, which: string, row: JsonObject): readonly Broken[] {
  return [...columns].flatMap(([name, expectation]) => broken(expectation, `"${name}" of ${which}`, row[name]))
}
