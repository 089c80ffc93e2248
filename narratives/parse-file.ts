// Parse file: from the text of a narrative file to its model and everything that is wrong with it. Pure.
//
//   text ─▶ tree ─▶ present dialect ─▶ resources, acts, narratives, each with its own report ─▶ who reaches whom
//
//   F1. There is a file if and only if there is no error.
//   F2. An error in what nobody asked for is a warning: see `ParseOptions.choose`.

import { createHash } from 'node:crypto'
import path from 'node:path'
import { choose } from './choose-narrative.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Dialect, Link, NarrativeFile } from './narrative.ts'
import { type ActDefinition, readAct } from './reading/acts.ts'
import { checkGroups } from './reading/check-groups.ts'
import { checkPlaceholders } from './reading/check-placeholders.ts'
import { modernise } from './reading/dialects.ts'
import type { InputScope } from './reading/inputs.ts'
import { Keys, reportType } from './reading/keys.ts'
import { NarrativeGraph, type Reading } from './reading/narrative-graph.ts'
import { type Ports, warnOfMissingFile } from './reading/ports.ts'
import { present } from './reading/present.ts'
import { type NarrativeSource, readNarrative } from './reading/read-narrative.ts'
import { withExtension } from './reading/references.ts'
import { keyOf, Report, type Respelling } from './reading/report.ts'
import { type Resource, type ResourceIndex, readResources } from './reading/resources.ts'
import { readSecurity } from './reading/security.ts'
import { FileDefaults } from './reading/settings.ts'
import { parseToml, type TomlNode, type TomlTable } from './toml-tree.ts'

export interface ParseOptions extends Ports {
  /**
   * The narrative that is wanted: only what it reaches can be an error, the rest of the file is warned of. Without it
   * everything that any narrative of the file reaches can be.
   */
  readonly choose?: { readonly name?: string | undefined }
}

export interface ParseResult {
  readonly file?: NarrativeFile
  /** In the order of the file. */
  readonly diagnostics: readonly Diagnostic[]
  /** Keys that are written otherwise today, or were meant to be. */
  readonly respellings: readonly Respelling[]
  /** The older dialect of the file, also of one with errors. */
  readonly dialect?: Dialect
}

export function parseNarrativeFile(text: string, filePath: string, options: ParseOptions = {}): ParseResult {
  const report = new Report(filePath, text.replace(/^\uFEFF/, '').split('\n'))
  const parsed = parseToml(text)
  if ('problem' in parsed) {
    const { at, message } = parsed.problem
    const span = { start: at, end: { line: at.line, column: at.column + 1 } }
    report.error('toml-syntax', { path: '', span }, `Not valid TOML: ${message}.`, { hint: message })
    return { diagnostics: report.diagnostics, respellings: [] }
  }
  const stem = path.basename(filePath).replace(/\.toml$/, '')
  const { root, dialect } = modernise(parsed.root, stem, report)
  return { ...new FileReader(root, filePath, dialect, options, report).read(text), ...(dialect && { dialect }) }
}

class FileReader {
  readonly #filePath: string
  readonly #dialect: NarrativeFile['dialect']
  readonly #options: ParseOptions
  readonly #report: Report
  readonly #keys: Keys
  readonly #sources = new Map<string, NarrativeSource>()
  readonly #links = new Map<string, Link>()
  #main: string | undefined

  constructor(
    root: TomlTable,
    filePath: string,
    dialect: NarrativeFile['dialect'],
    options: ParseOptions,
    report: Report,
  ) {
    this.#filePath = filePath
    this.#dialect = dialect
    this.#options = options
    this.#report = report
    this.#keys = new Keys(root, report, 'the file')
  }

  read(text: string): ParseResult {
    const report = this.#report
    const keys = this.#keys
    this.#findNarratives()
    const sections = { bots: keys.tableAt('bots'), tables: keys.tableAt('tables'), media: keys.tableAt('media') }
    const resources = readResources(sections, report, this.#options)
    const defaults = new FileDefaults(keys.tableAt('config'), keys.tableAt('shared'), report)
    const securityTable = keys.tableAt('security')
    const security = securityTable && readSecurity(securityTable, report)
    const shared = this.#readActs(keys.tableAt('acts'), resources)
    keys.warnOfRest()

    const readings = [...this.#sources.values()].map((source) => {
      const own = report.apart()
      const privateActs = this.#readPrivateActs(source, resources, own)
      const acts = privateActs.size === 0 ? shared : new Map([...shared, ...privateActs])
      return { own, privateActs, ...readNarrative(source, acts, (model) => defaults.for(model), own) }
    })
    const graph = new NarrativeGraph(readings)
    const diagnostics = this.#judge(readings, graph, shared, resources)
    const { respellings } = report
    if (diagnostics.some((one) => one.severity === 'error')) return { diagnostics, respellings }
    const file = present({
      path: this.#filePath,
      hash: createHash('sha256').update(text).digest('hex'),
      dialect: this.#dialect,
      narratives: new Map(
        readings.filter((one) => !graph.isBroken(one)).map(({ narrative }) => [narrative.key, narrative]),
      ),
      main: this.#main,
      links: this.#links,
      resources: {
        bots: inputsOf(resources.bots),
        tables: inputsOf(resources.tables),
        media: inputsOf(resources.media),
      },
      defaults: defaults.for(undefined),
      security,
      diagnostics,
    })
    return { file, diagnostics, respellings }
  }

  // -------------------------------------------------------------------------- narratives

  /** Single form: `narrative` has a string `name`. Multi form: all of its values are tables (format, section 2). */
  #findNarratives(): void {
    const report = this.#report
    const narrative = this.#keys.node('narrative')
    const legacy = this.#keys.tableAt('narratives')
    const fromRoot = { toc: this.#keys.node('toc'), carousel: this.#keys.node('carousel') }
    if (narrative?.is === 'table' && isMultiForm(narrative)) {
      this.#addEntries(narrative)
    } else if (narrative?.is === 'table') {
      this.#addMain(narrative, fromRoot)
    } else if (narrative !== undefined) {
      reportType(report, narrative, 'a table')
    }
    if (legacy !== undefined) this.#addEntries(legacy)
    if (this.#main === undefined) this.#warnOfRootKeys(fromRoot)
    if (narrative === undefined && this.#sources.size === 0 && this.#links.size === 0 && legacy === undefined) {
      const start = { line: 1, column: 1 }
      const span = { start, end: start }
      report.error('narrative-missing', { path: '', span }, `${this.#filePath} holds no narrative.`)
    }
  }

  #addMain(node: TomlTable, fromRoot: NarrativeSource['fromRoot']): void {
    const name = node.entries.get('name')
    if (name === undefined) {
      this.#report.error('bad-type', keyOf(node), '"narrative.name" must be a string, found nothing.', {
        hint: '"name" is missing',
        fix: 'Add name = "…" below [narrative].',
      })
    }
    // A name of the wrong type is reported where the narrative is read.
    const key = name?.is === 'string' ? name.value : ''
    this.#main = key
    this.#sources.set(key, { key, node, fromRoot, form: 'single', dialect: this.#dialect })
  }

  #addEntries(section: TomlTable): void {
    for (const [key, node] of section.entries) {
      if (node.is !== 'table') {
        reportType(this.#report, node, 'a table')
        continue
      }
      if (this.#sources.has(key) || this.#links.has(key)) {
        this.#report.error('duplicate-narrative', keyOf(node), `There are two narratives with the key "${key}".`)
        continue
      }
      const link = node.entries.get('narrative')
      if (link?.is === 'string' && !node.entries.has('toc')) {
        this.#links.set(key, { name: key, path: link.value, place: this.#report.placeOf(keyOf(node)) })
        warnOfMissingFile(withExtension(link.value), link, this.#report, this.#options)
        const keys = new Keys(node, this.#report, `link "${key}"`)
        keys.node('narrative')
        keys.warnOfRest()
      } else {
        this.#sources.set(key, { key, node, fromRoot: {}, form: 'multi', dialect: this.#dialect })
      }
    }
  }

  #warnOfRootKeys(nodes: NarrativeSource['fromRoot']): void {
    for (const node of [nodes.toc, nodes.carousel]) {
      if (node === undefined) continue
      this.#report.warn('ignored-key', keyOf(node), `"${node.path}" belongs into the narrative it is meant for.`)
    }
  }

  #keyOfNarrative = (name: string): string | undefined => {
    if (this.#sources.has(name)) return name
    for (const [key, { node }] of this.#sources) {
      const inner = node.entries.get('name')
      if (inner?.is === 'string' && inner.value === name) return key
    }
    return undefined
  }

  // -------------------------------------------------------------------------- acts

  #readActs(table: TomlTable | undefined, resources: ResourceIndex): ReadonlyMap<string, ActDefinition> {
    const surroundings: Omit<InputScope, 'report' | 'uses'> = {
      resources,
      keyOfNarrative: this.#keyOfNarrative,
      links: this.#links,
      narrativeNames: [...this.#sources.keys(), ...this.#links.keys()],
      isAlone: this.#main !== undefined && this.#sources.size + this.#links.size === 1,
      ports: this.#options,
    }
    return new Map(
      [...(table?.entries ?? [])].map(([name, node]: [string, TomlNode]) => [
        name,
        readAct(name, node, surroundings, this.#report.apart()),
      ]),
    )
  }

  #readPrivateActs(source: NarrativeSource, resources: ResourceIndex, report: Report) {
    const acts = source.node.entries.get('acts')
    if (acts !== undefined && acts.is !== 'table') reportType(report, acts, 'a table')
    return this.#readActs(acts?.is === 'table' ? acts : undefined, resources)
  }

  // -------------------------------------------------------------------------- judgement

  /** All diagnostics, those of what is not reached as warnings. */
  #judge(
    readings: readonly Reading[],
    graph: NarrativeGraph,
    shared: ReadonlyMap<string, ActDefinition>,
    resources: ResourceIndex,
  ): readonly Diagnostic[] {
    const reached = new Set(this.#rootsAmong(readings).flatMap((root) => [...graph.from(root)]))
    for (const reading of readings) {
      graph.reportCycle(reading)
      checkGroups(reading)
      checkPlaceholders(reading.narrative, reading.definitions, this.#options)
    }

    const actsReached = new Set([...reached].flatMap((one) => [...one.definitions]))
    const actsOfTocs = new Set(readings.flatMap((one) => [...one.definitions]))
    const used = new Set([...actsReached].flatMap((act) => [...act.uses]))
    const allActs = new Set([...shared.values(), ...readings.flatMap((one) => [...one.privateActs.values()])])
    const allResources = [resources.bots, resources.tables, resources.media].flatMap((section) => [
      ...(section as ReadonlyMap<string, Resource<unknown>>).values(),
    ])

    const found = [...this.#report.diagnostics]
    for (const one of readings) found.push(...judged(one.own, reached.has(one)))
    for (const act of allActs) {
      if (!actsOfTocs.has(act)) act.report.warn('unused-act', keyOf(act.node), `No toc mentions the act "${act.name}".`)
      found.push(...judged(act.report, actsReached.has(act)))
    }
    for (const resource of allResources) found.push(...judged(resource.report, used.has(resource)))
    return found.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
  }

  /** The narratives that are asked for: the chosen one, or all when none was or the choice cannot be made. */
  #rootsAmong(readings: readonly Reading[]): readonly Reading[] {
    if (this.#options.choose === undefined) return readings
    const narratives = new Map(readings.map(({ narrative }) => [narrative.key, narrative]))
    const choices = { path: this.#filePath, narratives, links: this.#links, main: this.#main }
    const choice = choose(choices, this.#options.choose.name)
    if ('error' in choice) return readings
    return 'key' in choice ? readings.filter(({ narrative }) => narrative.key === choice.key) : []
  }
}

function isMultiForm(narrative: TomlTable): boolean {
  const values = [...narrative.entries.values()]
  return values.length > 0 && values.every((value) => value.is === 'table')
}

function inputsOf<T>(section: ReadonlyMap<string, Resource<T>>): ReadonlyMap<string, T> {
  return new Map([...section].flatMap(([name, { input }]) => (input === undefined ? [] : [[name, input] as const])))
}

function judged(report: Report, counts: boolean): readonly Diagnostic[] {
  return counts ? report.diagnostics : report.diagnostics.map((one) => ({ ...one, severity: 'warning' as const }))
}
