// Lint file: what is allowed in a narrative file and still likely not meant, beside all that is wrong with it.
//
//   L1. Advice is a warning: it never keeps a narrative from running. Every rule has a name that stays.
//   L2. A rule can be switched off: for all files by the configuration, for one by a comment on a line of its own,
//       `# lint: off RULE, RULE`, for one line by such a comment at its end. Errors cannot.

import { CODES, type ErrorCode } from '../../errors.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { TomlText } from '../fixing/toml-text.ts'
import { didYouMean } from '../nearest.ts'
import { type ParseOptions, parseNarrativeFile } from '../parse-file.ts'
import { parseToml, type TomlNode, type TomlTable } from '../toml-tree.ts'
import { type Finding, type LintModels, RULES } from './rules.ts'

export interface LintOptions extends ParseOptions {
  readonly models: LintModels
  /** Rules that are switched off, by name. */
  readonly off?: readonly string[]
}

/** Names of the rules, with what they find. Warnings of the loader, which can be switched off too, are not among them. */
export const LINT_RULES: readonly ErrorCode[] = RULES.map(({ name }) => name)

/** In the order of the file. A file with errors gets nothing else: what it means is not known. */
export async function lintNarrativeFile(
  text: string,
  filePath: string,
  { models, off = [], ...options }: LintOptions,
): Promise<readonly Diagnostic[]> {
  const { file, diagnostics } = parseNarrativeFile(text, filePath, options)
  const plain = text.replace(/^\uFEFF/, '')
  const switches = switchesIn(plain, filePath)
  const found: Diagnostic[] = [...diagnostics, ...switches.faults]
  const parsed = parseToml(text)
  if (file !== undefined && 'root' in parsed) {
    for (const rule of RULES) {
      const findings = await rule.find({ file, root: parsed.root, models })
      found.push(...findings.map((finding) => diagnosticOf(rule.name, finding, filePath, parsed.root)))
    }
  }
  const isOn = ({ severity, code, place }: Diagnostic) =>
    severity === 'error' || !(off.includes(code) || switches.isOff(code, place.line))
  return found.filter(isOn).sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
}

function diagnosticOf(code: ErrorCode, { at, message, hint, fix }: Finding, file: string, root: TomlTable): Diagnostic {
  const start = 'span' in at ? (at.keySpan ?? at.span).start : { line: at.line, column: at.column }
  const node = 'span' in at ? at : nodeAt(root, start)
  const end = node === undefined ? { line: start.line, column: start.column + 1 } : (node.keySpan ?? node.span).end
  return {
    code,
    severity: 'warning',
    message,
    place: { file, ...start },
    end,
    path: node?.path ?? '',
    ...(hint !== undefined && { hint }),
    ...(fix !== undefined && { fix }),
  }
}

/** The node that begins here, with its key or, in an array, by itself. */
function nodeAt(node: TomlNode, at: { readonly line: number; readonly column: number }): TomlNode | undefined {
  const { start } = node.keySpan ?? node.span
  if (node.path !== '' && start.line === at.line && start.column === at.column) return node
  const inner = node.is === 'table' ? node.entries.values() : node.is === 'array' ? node.items : []
  for (const one of inner) {
    const found = nodeAt(one, at)
    if (found !== undefined) return found
  }
  return undefined
}

// ---------------------------------------------------------------------------- switches

interface Switches {
  isOff(rule: string, line: number): boolean
  readonly faults: readonly Diagnostic[]
}

const SWITCH = /^#\s*lint:\s*off\b[\s:]*(.*)$/

function switchesIn(text: string, file: string): Switches {
  const whole = new Set<string>()
  const lines = new Map<number, readonly string[]>()
  const faults: Diagnostic[] = []
  for (const { from, to } of TomlText.parse(text)?.comments ?? []) {
    const written = SWITCH.exec(text.slice(from, to))?.[1]
    if (written === undefined) continue
    const rules = written.split(/[\s,]+/).filter((rule) => rule !== '')
    const start = text.lastIndexOf('\n', from - 1) + 1
    const line = text.slice(0, from).split('\n').length
    const isAlone = from === 0 || text.slice(start, from).trim() === ''
    if (isAlone) for (const rule of rules) whole.add(rule)
    else lines.set(line, rules)
    const place = { file, line, column: from - start + 1 }
    if (rules.length === 0) faults.push(fault('No rule is named.', place, to - from))
    for (const rule of rules) {
      if (Object.hasOwn(CODES, rule)) continue
      faults.push(fault(`There is no rule "${rule}".`, place, to - from, didYouMean(rule, LINT_RULES)))
    }
  }
  return { faults, isOff: (rule, line) => whole.has(rule) || lines.get(line)?.includes(rule) === true }
}

function fault(message: string, place: Diagnostic['place'], length: number, hint?: string): Diagnostic {
  const end = { line: place.line, column: place.column + length }
  return {
    code: 'unknown-rule',
    severity: 'warning',
    message,
    place,
    end,
    path: '',
    ...(hint !== undefined && { hint }),
  }
}
