// Every command of the real narrative files, as they write it, in a dry run without a token.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../json.ts'
import { createDatabasePlatform } from '../../platforms/database.ts'
import { isObject } from '../../platforms/discord/answer.ts'
import { createDiscord } from '../../platforms/discord/discord.ts'
import { createPlatforms } from '../../platforms/platforms.ts'
import { applyPolicy } from '../../platforms/policy.ts'

const CORPUS = join(import.meta.dirname, '../../../shared/corpus/narratives')
const OF_THE_INPUT = ['type', 'platform', 'command', 'args', 'required', 'store_as', 'bot_commands']
/** What the files themselves get wrong. */
const EXPECTED_FAILURES: Readonly<Record<string, string>> = {
  'bot_syntax.toml server.something_else': 'unknown-command',
  'discord_bot_commands.toml server.get_stats': 'invalid-argument',
  'discord_bot_commands.toml channels.list': 'invalid-argument',
  'discord_bot_commands.toml roles.list': 'invalid-argument',
}

describe.skipIf(!existsSync(CORPUS))('the real narrative files', () => {
  const files = globSync('**/*.toml', { cwd: CORPUS })
  const commands = files.flatMap((file) => commandsIn(read(file)).map((command) => ({ file, ...command })))

  test('have commands', () => {
    expect(commands.length).toBeGreaterThan(30)
  })

  test.for(commands)('$file $command', async ({ file, platform, command, args }) => {
    const database = createDatabasePlatform({ tables: { update: () => 1, once: (_, work) => work() } })
    const discord = createDiscord({ posting: 'dry-run', now: () => 0 })
    const platforms = createPlatforms({ platforms: [discord, database], now: () => 0 })
    const options = { signal: new AbortController().signal, idempotencyKey: 'key' }
    const outcome = await applyPolicy(platforms, undefined, 'dry-run')
      .execute({ platform, command, args }, options)
      .catch((thrown) => thrown.code)
    const expected = EXPECTED_FAILURES[`${file} ${command}`]
    if (expected === undefined) expect(outcome).toMatchObject({ dryRun: platform === 'discord' })
    else expect(outcome).toBe(expected)
    expect(outcome.warnings ?? []).toEqual([])
  })
})

function read(file: string): Json {
  return parse(readFileSync(join(CORPUS, file), 'utf8')) as unknown as Json
}

function commandsIn(value: Json): { platform: string; command: string; args: JsonObject }[] {
  if (Array.isArray(value)) return value.flatMap(commandsIn)
  if (!isObject(value)) return []
  const inner = Object.values(value).flatMap(commandsIn)
  const { platform, command } = value
  if (typeof platform !== 'string' || typeof command !== 'string') return inner
  const flat = Object.entries(value).filter(([name]) => !OF_THE_INPUT.includes(name))
  const args = fill({ ...Object.fromEntries(flat), ...(isObject(value.args) && value.args) }) as JsonObject
  return [{ platform, command, args }, ...inner]
}

/** Placeholders get a value that fits wherever the files have one. */
function fill(value: Json): Json {
  if (Array.isArray(value)) return value.map(fill)
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
  return typeof value === 'string' ? value.replaceAll(/\$\{[^}]+\}|\{\{[^}]+\}\}/g, '1234567890') : value
}
