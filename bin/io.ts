// Io: what a command is given of the world: where it prints, whom it asks, what it may wait for.
//
//   I1. Results go to stdout, remarks to stderr. With --json, stdout holds JSON only and remarks are silent.
//   I2. Colour is decided for each stream by itself.
//   I3. Nobody is asked unless stdin and stderr are terminals.

import { relative } from 'node:path'
import { styleText } from 'node:util'
import { ConfigError } from '../config/config-error.ts'
import type { Environment, Flags } from '../config/layers.ts'
import { type Loaded, type LoadOptions, loadConfig, loadInPart } from '../config/load-config.ts'
import { BotticelliError, type Place } from '../errors.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Globals } from './globals.ts'

type Style = Parameters<typeof styleText>[0]
export type Paint = (style: Style, text: string) => string

export interface Io {
  /** The working directory, or what -C says. Absolute. */
  readonly cwd: string
  readonly globals: Globals
  readonly environment: Environment
  readonly json: boolean
  /** A line of the result. */
  print(line?: string): void
  /** The result as JSON, one value a line. */
  printJson(value: unknown): void
  /** A line for the person, no part of the result. */
  remark(line?: string): void
  /** Writes to the terminal behind stderr as it is, for a live picture; undefined where there is none. */
  readonly live: NodeJS.WriteStream | undefined
  /** For what is printed, and for what is remarked. */
  readonly paint: Paint
  readonly paintRemark: Paint
  /** Columns of the terminal behind stdout; undefined when it is none. */
  readonly columns: number | undefined
  /** @throws BotticelliError `confirmation-missing` when nobody can be asked */
  confirm(question: string): Promise<boolean>
  /** Aborted when the time of --timeout is over. */
  readonly signal: AbortSignal
  /** Loads the configuration, once; its warnings are remarked. */
  config(flags?: Flags): Loaded
  /**
   * The configuration as far as its file can be read, for a command that only asks the server or looks into the database.
   * All that is wrong with the file is one warning.
   *
   * @throws ConfigError when it is not known where server and database are
   */
  configInPart(flags?: Flags): Loaded
  /** Reads the configuration as it is by now, and says nothing of its warnings. @throws as `config` */
  readConfig(flags?: Flags): Loaded
  readonly stderr: NodeJS.WriteStream
  now(): number
  /** Ends the process at once, without tidying up. */
  leave(code: ExitCode): void
  /** From now on the command goes on when nobody reads its output any more. */
  outliveReaders(): void
}

export interface World {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly environment: Environment
  readonly now: () => number
  readonly exit: (code: number) => void
  readonly outliveReaders: () => void
}

export interface IoOptions {
  readonly cwd: string
  readonly globals: Globals
  readonly signal: AbortSignal
}

export function createIo(world: World, { cwd, globals, signal }: IoOptions): Io {
  const { stdin, stdout, stderr } = world
  const silent = globals.json || globals.quiet
  const mayAsk = globals.input && stdin.isTTY === true && stderr.isTTY === true
  let loaded: Loaded | undefined
  let inPart: Loaded | undefined
  const loadOptions = (flags: Flags): LoadOptions => ({
    ...{ cwd, environment: world.environment, flags },
    onTerminal: stderr.isTTY === true && !globals.json,
    ...(globals.config !== undefined && { file: globals.config }),
  })
  const placeOf = (place: Place | undefined) =>
    place === undefined ? '' : `${relative(cwd, place.file)}:${place.line}:${place.column}: `
  const io: Io = {
    cwd,
    globals,
    environment: world.environment,
    json: globals.json,
    print: (line = '') => void stdout.write(`${line}\n`),
    printJson: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    remark: (line = '') => void (silent || stderr.write(`${line}\n`)),
    live: stderr.isTTY === true && !silent && world.environment.TERM !== 'dumb' ? stderr : undefined,
    paint: painter(stdout, globals.color),
    paintRemark: painter(stderr, globals.color),
    columns: stdout.isTTY === true ? stdout.columns : undefined,
    signal,
    stderr,
    now: world.now,
    leave: world.exit,
    outliveReaders: world.outliveReaders,
    async confirm(question) {
      if (globals.yes) return true
      if (!mayAsk) throw new BotticelliError('confirmation-missing', `${question} Nobody is here to answer.`)
      const { createInterface } = await import('node:readline/promises')
      const asking = createInterface({ input: stdin, output: stderr })
      const answer = await asking.question(`${question} [y/N] `, { signal })
      asking.close()
      return /^y(es)?$/i.test(answer.trim())
    },
    config(flags = {}) {
      if (loaded !== undefined) return loaded
      loaded = io.readConfig(flags)
      for (const { place, message, hint } of loaded.warnings) {
        const better = hint === undefined ? '' : ` (${hint})`
        io.remark(`${io.paintRemark('yellow', 'warning')}: ${placeOf(place)}${message}${better}`)
      }
      return loaded
    },
    configInPart(flags = {}) {
      if (inPart !== undefined) return inPart
      try {
        return io.config(flags)
      } catch (error) {
        if (!(error instanceof BotticelliError)) throw error
        inPart = loadInPart(loadOptions(flags))
        const diagnostics = error instanceof ConfigError ? error.diagnostics : []
        const hint = diagnostics.find(({ severity }) => severity === 'error')?.hint
        const sentence = `${error.message.replace(/\.$/, '')}${hint === undefined ? '' : ` (${hint})`}.`
        const message = `${placeOf(error.place)}${sentence} This command goes on without it.`
        io.remark(`${io.paintRemark('yellow', 'warning')}: ${message}`)
        return inPart
      }
    },
    readConfig: (flags = {}) => loadConfig(loadOptions(flags)),
  }
  return io
}

function painter(stream: NodeJS.WriteStream, when: Globals['color']): Paint {
  if (when === 'never') return (_, text) => text
  if (when === 'always') return (style, text) => styleText(style, text, { validateStream: false })
  return (style, text) => styleText(style, text, { stream })
}
