// Test file: the cases that a `NAME.test.toml` beside a narrative holds, read and checked.
//
//   T1. Everything that is wrong is told with its place, and nothing is run then.
//   T2. A key that nobody knows is an error: a test that looks for nothing never fails.

import path from 'node:path'
import type { Place } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { jsonObjectOf, jsonOf, Keys, reportType } from '../reading/keys.ts'
import { present } from '../reading/present.ts'
import { keyOf, Report } from '../reading/report.ts'
import { parseToml, type TomlNode, type TomlTable } from '../toml-tree.ts'
import { type Expectation, readExpectation, refuseRest } from './expectation.ts'

const TEST_SUFFIX = '.test.toml'

export interface TestFile {
  /** Absolute, like all paths here. */
  readonly path: string
  /** The narrative file: the one of the same name, unless the test says another. */
  readonly narrativeFile: string
  /** Where the recordings are. */
  readonly cassette: string
  readonly cases: readonly TestCase[]
}

export interface TestCase {
  readonly name: string
  readonly place: Place
  /** Which narrative, where the file has several. */
  readonly narrative?: string
  /** Values of the narrative's variables. */
  readonly vars: Readonly<Record<string, string>>
  /** All of the environment that placeholders see. */
  readonly env: Readonly<Record<string, string>>
  /** What `${state:KEY}` finds when the run begins. */
  readonly state: Readonly<Record<string, string>>
  /** Rows that are there when the run begins, by table. */
  readonly tables: ReadonlyMap<string, readonly JsonObject[]>
  readonly expect: CaseExpectations
}

interface CaseExpectations {
  /** Code of the error that the run fails with. Without it the run has to complete. */
  readonly error?: Expectation
  /** What the last act answered. */
  readonly response?: Expectation
  /** By act. */
  readonly outputs: ReadonlyMap<string, Expectation>
  /** The acts that ran, in the order in which they began; and those whose condition did not hold. */
  readonly ran?: Expectation
  readonly skipped?: Expectation
  /** Questions that were asked. */
  readonly calls?: Expectation
  readonly tokens?: Expectation
  readonly cost?: Expectation
  /** Number of messages that were published. */
  readonly posts?: Expectation
  /** Every command, in order. */
  readonly commands?: { readonly place: Place; readonly list: readonly CommandExpectation[] }
  readonly tables: readonly TableExpectation[]
  readonly state: ReadonlyMap<string, Expectation>
}

interface CommandExpectation {
  readonly place: Place
  /** Such as `discord messages.send`. */
  readonly command: Expectation
  readonly args: ReadonlyMap<string, Expectation>
}

export interface TableExpectation {
  readonly place: Place
  readonly table: string
  /** A filter, as of a table read. */
  readonly where?: string
  readonly count?: Expectation
  /** One for each row in the order in which they were stored, by column. */
  readonly rows?: readonly RowExpectation[]
  /** Of every row. */
  readonly each?: RowExpectation
}

export interface RowExpectation {
  readonly place: Place
  readonly columns: ReadonlyMap<string, Expectation>
}

export interface TestFileResult {
  /** Absent when there is an error. */
  readonly file?: TestFile
  readonly diagnostics: readonly Diagnostic[]
}

export function isTestFile(file: string): boolean {
  return file.endsWith(TEST_SUFFIX)
}

/** The test file of a narrative file. */
export function testFileOf(narrativeFile: string): string {
  return `${narrativeFile.replace(/\.toml$/, '')}${TEST_SUFFIX}`
}

/** @param file absolute path */
export function parseTestFile(text: string, file: string): TestFileResult {
  const report = new Report(file, text.split('\n'))
  const parsed = parseToml(text)
  if ('problem' in parsed) {
    const { at, message } = parsed.problem
    const span = { start: at, end: { line: at.line, column: at.column + 1 } }
    report.error('toml-syntax', { path: '', span }, `Not valid TOML: ${message}.`, { hint: message })
    return { diagnostics: report.diagnostics }
  }
  const keys = new Keys(parsed.root, report, 'the test file')
  const narrative = keys.string('narrative')
  const cases = readCases(keys)
  refuseRest(keys, ['narrative', 'case'])
  if (report.hasErrors) return { diagnostics: report.diagnostics }
  const stem = file.slice(0, -TEST_SUFFIX.length)
  const narrativeFile = narrative === undefined ? `${stem}.toml` : path.resolve(path.dirname(file), narrative)
  return { file: { path: file, narrativeFile, cassette: `${stem}.cassette.json`, cases }, diagnostics: [] }
}

function readCases(keys: Keys): readonly TestCase[] {
  const node = keys.node('case')
  const items = node?.is === 'array' ? node.items : []
  if (items.length === 0) {
    const start = { line: 1, column: 1 }
    keys.report.error('bad-test', node ?? { path: 'case', span: { start, end: start } }, 'There is no case.', {
      fix: 'Write [[case]] with a name and what it expects.',
    })
  }
  const names = new Set<string>()
  return items.flatMap((item) => {
    if (item.is !== 'table') return reportType(keys.report, item, 'a table') ?? []
    const one = readCase(item, keys.report)
    if (names.has(one.name)) keys.report.error('bad-test', keyOf(item), `There are two cases named "${one.name}".`)
    names.add(one.name)
    return [one]
  })
}

const CASE_KEYS = ['name', 'narrative', 'vars', 'env', 'state', 'tables', 'expect']

function readCase(table: TomlTable, report: Report): TestCase {
  const keys = new Keys(table, report, `[${table.path}]`)
  const name = keys.required('name') ?? ''
  const narrative = keys.string('narrative')
  const one = {
    name,
    place: report.placeOf(keyOf(table)),
    vars: textsAt(keys, 'vars'),
    env: textsAt(keys, 'env'),
    state: textsAt(keys, 'state'),
    tables: readTables(keys),
    expect: readExpectations(keys.tableAt('expect'), report),
    ...(narrative !== undefined && { narrative }),
  }
  refuseRest(keys, CASE_KEYS)
  return one
}

/** Texts as they are; what is no text as JSON, as `--input` would give it. */
function textsAt(keys: Keys, name: string): Readonly<Record<string, string>> {
  const table = keys.tableAt(name)
  return Object.fromEntries(
    [...(table?.entries ?? [])].map(([key, node]) => [
      key,
      node.is === 'string' ? node.value : JSON.stringify(jsonOf(node)),
    ]),
  )
}

function readTables(keys: Keys): ReadonlyMap<string, readonly JsonObject[]> {
  const tables = keys.tableAt('tables')
  return new Map(
    [...(tables?.entries ?? [])].map(([name, node]) => [
      name,
      listOf(node, keys.report).flatMap((row) =>
        row.is === 'table' ? [jsonObjectOf(row)] : (reportType(keys.report, row, 'a row: a table of columns') ?? []),
      ),
    ]),
  )
}

function listOf(node: TomlNode, report: Report): readonly TomlNode[] {
  return node.is === 'array' ? node.items : (reportType(report, node, 'a list of tables') ?? [])
}

const EXPECT_KEYS = [
  'error',
  'response',
  'outputs',
  'ran',
  'skipped',
  'calls',
  'tokens',
  'cost_usd',
  'posts',
  'commands',
  'tables',
  'state',
]

function readExpectations(table: TomlTable | undefined, report: Report): CaseExpectations {
  if (table === undefined) return { outputs: new Map(), tables: [], state: new Map() }
  const keys = new Keys(table, report, `[${table.path}]`)
  const read = (name: string) => {
    const node = keys.node(name)
    return node && readExpectation(node, report)
  }
  const all = present({
    error: read('error'),
    response: read('response'),
    outputs: readNamed(keys.tableAt('outputs'), report),
    ran: read('ran'),
    skipped: read('skipped'),
    calls: read('calls'),
    tokens: read('tokens'),
    cost: read('cost_usd'),
    posts: read('posts'),
    commands: readCommands(keys),
    tables: [...(keys.tableAt('tables')?.entries ?? [])].map(([name, node]) => readTable(name, node, report)),
    state: readNamed(keys.tableAt('state'), report),
  })
  refuseRest(keys, EXPECT_KEYS)
  return all
}

function readNamed(table: TomlTable | undefined, report: Report): ReadonlyMap<string, Expectation> {
  return new Map([...(table?.entries ?? [])].map(([name, node]) => [name, readExpectation(node, report)]))
}

function readCommands(keys: Keys): CaseExpectations['commands'] {
  const node = keys.node('commands')
  if (node === undefined) return undefined
  const { report } = keys
  const list = listOf(node, report).map((item): CommandExpectation => {
    const place = report.placeOf(item)
    if (item.is !== 'table') return { place, command: readExpectation(item, report), args: new Map() }
    const command = new Keys(item, report, `"${item.path}"`)
    const name = command.node('command')
    const args = readNamed(command.tableAt('args'), report)
    refuseRest(command, ['command', 'args'])
    return { place, command: name === undefined ? [] : readExpectation(name, report), args }
  })
  return { place: report.placeOf(keyOf(node)), list }
}

function readTable(table: string, node: TomlNode, report: Report): TableExpectation {
  const place = report.placeOf(keyOf(node))
  if (node.is !== 'table') return { place, table, count: readExpectation(node, report) }
  const keys = new Keys(node, report, `"${node.path}"`)
  const [count, rows, each] = [keys.node('count'), keys.node('rows'), keys.node('each')]
  const expected = present({
    place,
    table,
    where: keys.string('where'),
    count: count && readExpectation(count, report),
    rows: rows && listOf(rows, report).map((row) => readRow(row, report)),
    each: each && readRow(each, report),
  })
  refuseRest(keys, ['where', 'count', 'rows', 'each'])
  return expected
}

function readRow(node: TomlNode, report: Report): RowExpectation {
  const table = node.is === 'table' ? node : reportType(report, node, 'a table from columns to what is expected there')
  return { place: report.placeOf(node), columns: readNamed(table, report) }
}
