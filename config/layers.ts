// Layers: flag over environment over .env over botticelli.toml over default; every value keeps its origin.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { Place } from '../errors.ts'
import { ConfigError } from './config-error.ts'
import type { ConfigFile } from './config-file.ts'
import type { Kind } from './kinds.ts'
import { SETTINGS, type Setting, type SettingKey } from './settings.ts'

export type Origin =
  | { readonly layer: 'flag' }
  | { readonly layer: 'environment'; readonly variable: string }
  | { readonly layer: '.env'; readonly variable: string; readonly place: Place }
  | { readonly layer: 'file'; readonly place: Place }
  | { readonly layer: 'default' }

export interface Resolved {
  readonly key: SettingKey
  /** What the person chose for the `*` of the key. */
  readonly name?: string
  /** The key with the chosen name in place of `*`. */
  readonly path: string
  /** Undefined: not set, and without a default. */
  readonly value: unknown
  readonly origin: Origin
  readonly secret: boolean
}

export type Flags = { readonly [K in SettingKey]?: string }
export type Environment = Readonly<Record<string, string | undefined>>

export interface Layers {
  readonly flags: Flags
  readonly environment: Environment
  readonly dotEnv: DotEnv | undefined
  readonly file: ConfigFile | undefined
  readonly cwd: string
}

/** Each key without `*` once; each key with one, for each name that the file chose. */
export function resolveSettings(layers: Layers): readonly Resolved[] {
  return (Object.keys(SETTINGS) as SettingKey[]).flatMap((key) => {
    if (!key.includes('*')) return [resolveOne(key, undefined, layers)]
    const names = layers.file?.names.get(key.slice(0, key.indexOf('*') + 2)) ?? new Map()
    return [...names.keys()].map((name) => resolveOne(key, name, layers))
  })
}

function resolveOne(key: SettingKey, name: string | undefined, layers: Layers): Resolved {
  const setting: Setting<unknown> = SETTINGS[key] as Setting<unknown>
  const path = name === undefined ? key : key.replace('*', /^[\w-]+$/.test(name) ? name : JSON.stringify(name))
  const found = fromFlag(key, setting, layers) ??
    fromEnvironment(setting, layers) ??
    fromFile(key, name, layers) ?? { value: setting.default, origin: { layer: 'default' } as const }
  return { key, path, secret: setting.secret, ...(name !== undefined && { name }), ...found }
}

type Found = Pick<Resolved, 'value' | 'origin'>

function fromFlag(key: SettingKey, setting: Setting<unknown>, { flags }: Layers): Found | undefined {
  const text = flags[key]
  if (text === undefined) return undefined
  return { value: read(setting.kind, text, key, false), origin: { layer: 'flag' } }
}

function fromEnvironment(setting: Setting<unknown>, { environment, dotEnv, cwd }: Layers): Found | undefined {
  for (const variable of setting.env) {
    const text = lookUp(environment, variable, setting.secret, cwd)
    if (text === undefined) continue
    return { value: read(setting.kind, text, variable, setting.secret), origin: { layer: 'environment', variable } }
  }
  if (dotEnv === undefined) return undefined
  for (const variable of setting.env) {
    const text = lookUp(dotEnv.values, variable, setting.secret, resolve(dotEnv.path, '..'))
    if (text === undefined) continue
    const place = { file: dotEnv.path, line: lineOf(dotEnv.text, variable), column: 1 }
    const value = read(setting.kind, text, variable, setting.secret, place)
    return { value, origin: { layer: '.env', variable, place } }
  }
  return undefined
}

function fromFile(key: SettingKey, name: string | undefined, { file }: Layers): Found | undefined {
  const found = file?.values.find((one) => one.key === key && one.name === name)
  if (file === undefined || found === undefined) return undefined
  return { value: found.value, origin: { layer: 'file', place: { file: file.path, ...found.span.start } } }
}

/** A variable, or for a secret the content of the file that `NAME_FILE` names. An empty one counts as not set. */
export function lookUp(environment: Environment, name: string, secret: boolean, base: string): string | undefined {
  const text = environment[name]
  if (text !== undefined && text !== '') return text
  const path = secret ? environment[`${name}_FILE`] : undefined
  if (path === undefined || path === '') return undefined
  try {
    return readFileSync(resolve(base, path), 'utf8').trim() || undefined
  } catch (cause) {
    throw new ConfigError('bad-config', `${name}_FILE names ${path}, which cannot be read.`, {
      cause,
      fix: 'Check the path and the permissions of the file, or unset the variable.',
    })
  }
}

function read(kind: Kind<unknown>, text: string, name: string, secret: boolean, place?: Place): unknown {
  const value = kind.fromText(text.trim())
  if (value !== undefined) return value
  const got = secret ? '' : `, got '${text}'`
  const hint = secret ? undefined : kind.hint?.(text.trim())
  throw new ConfigError(
    'bad-config',
    `${name} must be ${kind.expected}${got}${hint === undefined ? '' : `: ${hint}`}.`,
    {
      ...(place !== undefined && { place }),
    },
  )
}

// ---------------------------------------------------------------------------- .env

export interface DotEnv {
  readonly path: string
  readonly text: string
  readonly values: Environment
}

export function readDotEnv(path: string): DotEnv | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ConfigError('file-read', `${path} cannot be read.`, { cause })
  }
  return { path, text, values: parseEnv(text) }
}

function lineOf(text: string, variable: string): number {
  const lines = text.split('\n')
  const index = lines.findIndex((line) => new RegExp(`^\\s*(export\\s+)?${variable}(_FILE)?\\s*=`).test(line))
  return Math.max(index, 0) + 1
}
