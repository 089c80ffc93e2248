// Unusual files from their text to what they ask: as they are, and as `validate --fix` writes them.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fixNarrativeFile } from '../../narratives/fixing/fix-file.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import type { Column } from '../../store/store.ts'
import { openHouse } from '../actors/house.ts'
import { UNUSUAL_FILES, type UnusualFile } from './unusual.ts'

function textOf({ toml, bom, crlf }: UnusualFile): string {
  return (bom ? '\uFEFF' : '') + (crlf ? toml.replaceAll('\n', '\r\n') : toml)
}

async function run(text: string, { narrative, inputs, files = {}, posts = [], answers = {} }: UnusualFile) {
  await using house = await openHouse(({ act }) => answers[act] ?? `<${act}>`)
  const folder = dirname(house.write('here', ''))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  if (posts.length > 0) {
    const columns = Object.entries(posts[0]!).map(
      ([name, value]): Column => ({ name, type: typeof value === 'number' ? 'integer' : 'text' }),
    )
    const rows = posts.map((values) => ({ values }))
    house.store.content.insert({ table: 'posts', columns, rows, narrative: 'n', act: 'a', executionId: 'E' }, 0)
  }
  const request = { ...(narrative !== undefined && { narrative }), ...(inputs !== undefined && { inputs }) }
  const { status, rows, error } = await house.run(text, request)
  const shown = (said: string) => said.replace(/\s+/g, ' ').replace(/\d{15,}/g, '#')
  const effects = house.store.executions.list({}).flatMap(({ id }) => house.store.effects.list(id))
  return {
    status,
    error: error?.message,
    asks: house.asked.map(({ act, prompt }) => shown(`${act}: ${prompt}`)),
    does: effects.map(({ command, args }) => shown(`${command} ${JSON.stringify(args)}`)),
    stores: Object.fromEntries(rows.map(({ table, stored }) => [table, stored])),
  }
}

const comments = (text: string) => (text.match(/#[^\n\r"']*/g) ?? []).map((comment) => comment.trim()).sort()

describe.concurrent.for(UNUSUAL_FILES)('$title', (file) => {
  const text = textOf(file)
  const wanted = {
    ...{ status: 'completed', error: undefined },
    ...{ asks: file.asks, does: file.does ?? [], stores: file.stores ?? {} },
  }
  const { text: fixed, left } = fixNarrativeFile(text, 'narrative.toml')

  test('runs as the format says', async ({ expect }) => {
    const { diagnostics } = parseNarrativeFile(text, 'narrative.toml')
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(await run(text, file)).toEqual(wanted)
  })

  if (fixed === text) return
  test('is written anew, with its comments, and means the same', async ({ expect }) => {
    expect(left).toEqual([])
    expect(parseNarrativeFile(fixed, 'narrative.toml').dialect).toBeUndefined()
    expect(comments(fixed)).toEqual(expect.arrayContaining(comments(text)))
    expect(fixNarrativeFile(fixed, 'narrative.toml').text).toBe(fixed)
    expect(fixed.startsWith('\uFEFF')).toBe(file.bom === true)
    expect(/[^\r]\n/.test(fixed)).toBe(file.crlf !== true)
    expect(await run(fixed, file)).toEqual(wanted)
  })
})

test('a file of two hundred long acts runs to its end', async () => {
  const names = Array.from({ length: 200 }, (_, at) => `a${at}`)
  const acts = names.map((name, at) => `${name} = "${'word '.repeat(200)}${at > 0 ? '{{previous}}' : ''}"`).join('\n')
  const header = '[narrative]\nname = "long"\nskip_content_generation = true\n'
  const { status, asks } = await run(`${header}toc = ${JSON.stringify(names)}\n[acts]\n${acts}\n`, UNUSUAL_FILES[0]!)
  expect(status).toBe('completed')
  expect(asks).toHaveLength(200)
  expect(asks.at(-1)).toMatch(/<a198>$/)
})
