// Origins: what they name is what the reader took.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Act, Narrative } from '../../narratives/narrative.ts'
import { originsOf, SETTING_NAMES, type SettingName } from '../../narratives/origins.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import { corpus, corpusFiles } from './corpus.ts'

const LAYERS = `
[shared]
model = "shared-model"
seed = 1
stop = "END"
[config]
seed = 2
top_p = 0.1
[config.openai]
top_p = 0.2
temperature = 0.2
[config.gemini]
temperature = 0.3
max_tokens = 300
[narrative]
name = "n"
max_tokens = 400
system = "S"
toc = ["a", "b", "c"]
[acts.a]
prompt = "x"
[acts.b]
prompt = "x"
model = "gpt-4"
[acts.b.config]
model = "gpt-5"
timeout = "5s"
[acts.c]
prompt = "x"
model = "gemini-2.5-flash"
max_tokens = 5
`

function effective(act: Act, name: SettingName): unknown {
  return name === 'system' ? act.system : act.settings[name]
}

/** What an origin's value means to the reader. */
function asRead(name: SettingName, value: unknown): unknown {
  if (name === 'stop') return [value].flat()
  if (name !== 'timeoutMs') return value
  return typeof value === 'number' ? value * 1_000 : Number(/^\d+/.exec(String(value))![0]) * 1_000
}

function check(text: string, file: string, narrative: Narrative, act: Act): void {
  const origins = originsOf(text, file, narrative, act)
  for (const name of SETTING_NAMES) {
    const origin = origins[name]
    expect([name, origin && asRead(name, origin.value)]).toEqual([name, effective(act, name)])
    if (origin === undefined) continue
    const line = text.split('\n')[origin.place.line - 1]!
    expect(line.slice(origin.place.column - 1)).toMatch(/^["\w]/)
  }
}

describe('the order of precedence', () => {
  const { file } = parseNarrativeFile(LAYERS, 'n.toml')
  const narrative = file!.narratives.get('n')!

  test.for(narrative.acts)('act $name', (act) => check(LAYERS, 'n.toml', narrative, act))

  test.for<[act: string, expected: Record<string, string>]>([
    [
      'a',
      {
        model: '[shared]',
        seed: '[config]',
        stop: '[shared]',
        topP: '[config.openai]',
        temperature: '[config.openai]',
        maxTokens: 'the narrative',
        system: 'the narrative',
      },
    ],
    ['b', { model: 'the act', timeoutMs: 'config of the act', temperature: '[config.openai]' }],
    ['c', { model: 'the act', maxTokens: 'the act', temperature: '[config.gemini]', topP: '[config.openai]' }],
  ])('of act %s, in words', ([act, expected]) => {
    const origins = originsOf(LAYERS, 'n.toml', narrative, { name: act })
    const words = Object.fromEntries(Object.entries(origins).map(([name, { from }]) => [name, from]))
    expect(words).toMatchObject(expected)
  })
})

test.for(corpusFiles())('%s', (name) => {
  const text = readFileSync(path.join(corpus, name), 'utf8')
  const { file } = parseNarrativeFile(text, name)
  for (const narrative of file!.narratives.values()) {
    for (const act of narrative.acts) check(text, name, narrative, act)
  }
})
