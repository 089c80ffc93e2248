// Error report: how an error reaches the person, and the exit code that it becomes.
//
//   R1. What happened, where, why, what to do; the most important line last. A stack only with --verbose.
//   R2. With --json, one object on stderr.

import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { BotticelliError, CODES, type ErrorCode, type Place, type SerializedError, serializeError } from '../errors.ts'
import { DiagnosedError } from '../narratives/diagnosed-error.ts'
import type { Diagnostic } from '../narratives/diagnostic.ts'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts'
import type { Io } from './io.ts'
import { maskControls, plainText } from './plain-text.ts'

/** Tells about an error. Never throws. */
export async function reportError(thrown: unknown, io: Io): Promise<ExitCode> {
  const exitCode = exitCodeFor(thrown)
  if (io.json) io.stderr.write(`${JSON.stringify({ error: { ...asJson(thrown), exitCode } })}\n`)
  else io.stderr.write(`${await asText(thrown, io)}\n`)
  return exitCode
}

function exitCodeFor(thrown: unknown): ExitCode {
  if (!(thrown instanceof BotticelliError)) return EXIT.failed
  // What has a place in a file that a person wrote makes that file invalid, whatever else its code says.
  return diagnosticsOf(thrown).length > 0 ? EXIT.invalid : exitCodeOf(thrown.code)
}

function asJson(thrown: unknown) {
  const { name, message, code } = serializeError(thrown)
  if (!(thrown instanceof BotticelliError)) return { name, code: code ?? 'internal', message }
  const { fix, place } = thrown
  const diagnostics = diagnosticsOf(thrown)
  return { code, message, fix, ...(place && { place }), ...(diagnostics.length > 0 && { diagnostics }) }
}

/** The object of R2 for an error that was kept as data. */
export function serializedErrorJson(error: SerializedError, exitCode: ExitCode, io: Io): string {
  const { code = 'internal', message, fix = fixOf(code), place, stack } = error
  return JSON.stringify({
    error: { code, message, fix, ...(place && { place }), exitCode, ...(io.globals.verbose && { stack }) },
  })
}

/** A stack names folders of this machine and says nothing to whoever reads the result. */
export function withoutStack({ stack: _, cause, ...error }: SerializedError): SerializedError {
  return { ...error, ...(cause !== undefined && { cause: withoutStack(cause) }) }
}

function fixOf(code: string): string | undefined {
  return CODES[code as ErrorCode]?.fix
}

async function asText(thrown: unknown, io: Io): Promise<string> {
  const stack = io.globals.verbose && thrown instanceof Error ? `\n${thrown.stack ?? ''}` : ''
  if (!(thrown instanceof BotticelliError)) {
    const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
    const fix = 'this is a fault of Botticelli; --verbose shows where it happened'
    return `${headline('internal', message, io)}\n${part('fix', fix, io)}${stack}`
  }
  const diagnostics = diagnosticsOf(thrown)
  if (diagnostics.length > 0) return `${await diagnosticsText(diagnostics, io)}${stack}`
  return `${errorText(thrown, io)}${stack}`
}

interface ErrorLike {
  readonly message: string
  readonly code?: string
  readonly cause?: unknown
  readonly fix?: string
  readonly place?: Place | undefined
}

/** An error as lines: headline, place, causes, fix. */
export function errorText(error: ErrorLike, io: Io): string {
  const { message, code, cause, fix = fixOf(code ?? ''), place } = error
  const lines = [headline(code ?? 'internal', message, io)]
  if (place !== undefined) lines.push(`  --> ${relative(io.cwd, place.file)}:${place.line}:${place.column}`)
  if (cause instanceof Error) lines.push(part('cause', cause.message, io))
  if (fix !== undefined) lines.push(part('fix', fix, io))
  return lines.join('\n')
}

/** Faults of files that a person wrote, each with its lines of source. */
export async function diagnosticsText(diagnostics: readonly Diagnostic[], io: Io): Promise<string> {
  const { formatDiagnostics } = await import('../narratives/format-diagnostics.ts')
  const shown = diagnostics.map((one) => ({
    ...one,
    message: plainText(one.message),
    ...(one.hint !== undefined && { hint: plainText(one.hint) }),
    place: { ...one.place, file: relative(io.cwd, one.place.file) },
  }))
  return formatDiagnostics(shown, sourceOf, { color: io.paintRemark('red', 'x') !== 'x' }).trimEnd()

  function sourceOf(file: string): string | undefined {
    try {
      return maskControls(readFileSync(resolve(io.cwd, file), 'utf8'))
    } catch {
      return undefined
    }
  }
}

function diagnosticsOf(thrown: BotticelliError): readonly Diagnostic[] {
  return thrown instanceof DiagnosedError ? thrown.diagnostics : []
}

function headline(code: string, message: string, io: Io): string {
  return `${io.paintRemark(['red', 'bold'], `error[${code}]`)}: ${plainText(message)}`
}

function part(name: string, text: string, io: Io): string {
  return `${io.paintRemark('dim', name.padEnd(6))} ${plainText(text)}`
}
