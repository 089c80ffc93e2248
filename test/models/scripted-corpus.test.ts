// The scripted model against every act of every narrative that people wrote, prompts assembled as they are when run.

import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Answer, ChatMessage, Part } from '../../models/model.ts'
import { createScriptedModel } from '../../models/scripted/scripted-model.ts'
import { extractJson } from '../../narratives/extract-json.ts'
import { loadNarrativeFile } from '../../narratives/load-file.ts'
import { type Act, type Input, type Narrative, needsModel, placeholderNames } from '../../narratives/narrative.ts'
import { fillIn, fillInEnv } from '../../narratives/placeholders.ts'
import { renderRows } from '../../narratives/render-rows.ts'
import { assemblePrompt, isContentFocus } from '../../narratives/templates.ts'
import { systemClock } from '../../supervisor/clock.ts'

const corpus = path.resolve(import.meta.dirname, '../../../shared/corpus/narratives')
const library = path.resolve(import.meta.dirname, '../../narratives/library')
const never = new AbortController().signal

/** What stands in every table that a narrative reads. Bars and line breaks have to survive. */
const rows = [
  'Short note.',
  '🎨 **One file, one team.**\n\nA narrative | an act | an answer: ||it all fits||.\n\n👉 What would you try first?',
  '**Tutorial**\n\n1. Name it.\n2. Run it.\n3. Read it.\n\nWhich step was hard?',
].map((text_content, index) => ({ id: index + 1, text_content, content: text_content, likes: 10 * index }))
const columns = ['id', 'text_content', 'content', 'likes']

const createModel = () => createScriptedModel({ clock: systemClock })

interface Played {
  readonly act: Act
  readonly prompt: string
  readonly answer: Answer
}

/** Asks the acts of a narrative one after another, each with the conversation so far. */
async function play(narrative: Narrative, filePath: string, model = createModel()): Promise<Played[]> {
  const messages: ChatMessage[] = []
  const responses = new Map<string, string>()
  const played: Played[] = []
  for (const act of narrative.acts) {
    if (!needsModel(act)) continue
    const values = {
      response: (name: string) => responses.get(name) ?? narrative.variables?.[name]?.default,
      state: () => undefined,
      env: () => 'env',
      ...(narrative.vars !== undefined && { locals: narrative.vars }),
      callerResponse: rows[1]!.text_content,
    }
    const parts = act.inputs.map((input, index): Part => {
      if (input.kind === 'text') return { type: 'text', text: textOf(input, index) }
      if (input.kind === 'media')
        return { type: 'media', kind: input.media, mime: 'image/png', bytes: new Uint8Array() }
      if (input.kind === 'table') {
        const table = renderRows(input.where === '1=0' ? [] : rows, columns, input.format)
        for (const name of placeholderNames(input)) responses.set(name, table)
        return { type: 'text', text: table }
      }
      return { type: 'text', text: '{"member_count": 128, "channel_count": 14}' }
    })
    messages.push({ role: 'user', parts })
    const answer = await model.ask(
      {
        messages: [...messages],
        origin: { narrative: narrative.key, act: act.name },
        ...(act.system !== undefined && { system: act.system }),
        ...(act.settings.maxTokens !== undefined && { maxTokens: act.settings.maxTokens }),
      },
      { signal: never },
    )
    messages.push({ role: 'assistant', parts: [{ type: 'text', text: answer.text }] })
    for (const name of [act.name, 'previous']) responses.set(name, answer.text)
    const last = parts.at(-1)!
    played.push({ act, prompt: last.type === 'text' ? last.text : '', answer })

    function textOf(input: Extract<Input, { kind: 'text' }>, index: number): string {
      if ('file' in input.source) {
        const name = fillInEnv(input.source.file, () => undefined)
        return readFileSync(path.resolve(path.dirname(filePath), name), 'utf8')
      }
      const { text } = input.source
      const assembled =
        index === 0 && narrative.template !== undefined && isContentFocus(text)
          ? assemblePrompt(text, narrative.template)
          : text
      return fillIn(assembled, values, 'lenient').text
    }
  }
  return played
}

/** By `file#narrative`: the acts that must answer in JSON, with their keys and how many. */
const JSON_ACTS: Readonly<
  Record<string, readonly (readonly [act: string, keys: readonly string[], count?: number])[]>
> = {
  'inferred_achievements.toml#gaming_achievements': [
    ['design_achievements', ['achievement_id', 'title', 'description', 'points', 'rarity', 'unlocked_by_percent'], 5],
  ],
  'discord/curate_two_step.toml#curate_two_step': [
    [
      'format_and_store',
      ['text_content', 'content_type', 'source', 'tags', 'curation_score', 'curation_notes', 'selected_at'],
      2,
    ],
  ],
  'discord/isolation_test_2_3_empty_table.toml#isolation_2_3': [['test', ['test']]],
  'discord/welcome_content_generation.toml#welcome_messages': [
    ['generate_batch', ['title', 'content', 'tone', 'key_features_highlighted'], 10],
    ['refine_best', ['title', 'content', 'tone', 'key_features_highlighted'], 3],
  ],
  'generate_guilds.toml#potential_guilds': [
    'gaming_guild',
    'tech_guild',
    'creative_guild',
    'study_guild',
    'hobby_guild',
  ].map((act) => [act, ['id', 'name', 'owner_id']] as const),
  ...Object.fromEntries(
    ['feature', 'use_case', 'tutorial', 'community'].map((key) => [
      `generate.toml#${key}`,
      [['as_json', ['text_content', 'content_type', 'tags']]],
    ]),
  ),
  'curate.toml#curate': [['choose', ['text_content', 'content_type', 'tags', 'curation_score', 'curation_notes'], 2]],
  ...Object.fromEntries(
    ['feature', 'usecase', 'tutorial', 'community', 'problem'].map((key) => [
      `discord/generation_carousel.toml#${key}`,
      [
        ['format_json', ['text_content', 'content_type', 'source', 'tags', 'status']],
        ['audit_json', ['text_content', 'content_type', 'source', 'tags', 'status']],
      ],
    ]),
  ),
}

const files = [corpus, library]
  .filter((folder) => existsSync(folder))
  .flatMap((folder) =>
    globSync('**/*.toml', { cwd: folder, exclude: ['**/*.test.toml'] }).map(
      (name) => [name, path.join(folder, name)] as const,
    ),
  )

test.skipIf(!existsSync(corpus))('the narratives that people wrote are there to be read (else only ours are)', () => {
  expect(files.length).toBeGreaterThan(25)
})

test.for(files)('%s: every prompt is answered plausibly', async ([name, filePath]) => {
  const file = loadNarrativeFile(filePath)
  for (const narrative of file.narratives.values()) {
    const place = `${name}#${narrative.key}`
    for (const { act, prompt, answer } of await play(narrative, filePath)) {
      const what = `${place}/${act.name}`
      expect(answer.text.trim(), what).not.toBe('')
      expect(answer.finishReason, what).toBe('stop')
      expect(answer.text, what).not.toMatch(/\{\{|undefined|\[object/)
      const expected = JSON_ACTS[place]?.find(([wanted]) => wanted === act.name)
      if (expected !== undefined) expectJson(answer.text, expected[1], expected[2], what)
      else if (/^\s*(Say|Respond with exactly)/.test(prompt)) expect(prompt, what).toContain(`'${answer.text}'`)
      else if (/Output ONLY the (text_content|selected)/.test(prompt))
        expect(rows.map((row) => row.text_content)).toContain(answer.text)
      else if (/^\s*(Write a Discord post|Read the Botticelli context)/.test(prompt))
        expectPost(answer.text, /under 1200/i.test(prompt) ? 1200 : 1800, what)
    }
  }
})

function expectJson(text: string, keys: readonly string[], count: number | undefined, what: string) {
  const value = JSON.parse(text) as Record<string, unknown> | Record<string, unknown>[]
  expect(extractJson(text).value, what).toEqual(value)
  if (count !== undefined) expect(value, what).toHaveLength(count)
  else expect(Array.isArray(value), what).toBe(false)
  for (const row of [value].flat()) {
    const given = Object.keys(row)
    if (what.includes('guild')) expect(given, what).toEqual(expect.arrayContaining([...keys]))
    else expect(given, what).toEqual(keys)
  }
}

function expectPost(text: string, limit: number, what: string) {
  expect(text.length, what).toBeLessThan(limit)
  expect(text.split('\n\n').length, what).toBeGreaterThanOrEqual(4)
  expect(text, what).toMatch(/\p{Extended_Pictographic}/u)
  expect(text.toLowerCase(), what).toMatch(/botticelli|narrative|\bacts?\b|prompt|bot\b|toml/)
}

test.skipIf(!existsSync(corpus))('the pipeline carries texts through unchanged', async () => {
  const filePath = path.join(corpus, 'discord/generation_carousel.toml')
  const feature = loadNarrativeFile(filePath).narratives.get('feature')!
  const texts = Object.fromEntries((await play(feature, filePath)).map(({ act, answer }) => [act.name, answer.text]))
  expect(texts.refine).not.toBe(texts.feature_generate)
  expect(JSON.parse(texts.format_json!)).toMatchObject({ text_content: texts.refine, status: 'pending' })
  expect(texts.audit_json).toBe(texts.format_json)

  const curation = path.join(corpus, 'discord/curate_two_step.toml')
  const curate = loadNarrativeFile(curation).narratives.get('curate_two_step')!
  const [analysis, stored] = await play(curate, curation)
  const named = [...analysis!.answer.text.matchAll(/Post (\d+)/g)].map(
    (match) => rows[Number(match[1]) - 1]!.text_content,
  )
  const chosen = JSON.parse(stored!.answer.text) as { text_content: string }[]
  expect(chosen.map(({ text_content }) => text_content)).toEqual(named)
})

test.skipIf(!existsSync(corpus))(
  'three rounds of five narratives give fifteen posts that open differently',
  async () => {
    const filePath = path.join(corpus, 'discord/generation_carousel.toml')
    const { narratives } = loadNarrativeFile(filePath)
    const model = createModel()
    const posts = []
    for (let round = 0; round < 3; round++)
      for (const key of ['feature', 'usecase', 'tutorial', 'community', 'problem'])
        posts.push(
          (await play(narratives.get(key)!, filePath, model)).find(({ act }) => act.name === 'refine')!.answer.text,
        )
    expect(new Set(posts.map((text) => text.split('\n')[0])).size).toBe(15)
    expect(new Set(posts).size).toBe(15)
  },
)

test('our own narratives: what is chosen was written before, word by word', async () => {
  const generate = path.join(library, 'generate.toml')
  const drafts = loadNarrativeFile(generate).narratives
  for (const key of ['feature', 'use_case', 'tutorial', 'community']) {
    const texts = Object.fromEntries(
      (await play(drafts.get(key)!, generate)).map(({ act, answer }) => [act.name, answer.text]),
    )
    expect(JSON.parse(texts.as_json!)).toMatchObject({ text_content: texts.refine, content_type: 'discord_post' })
    expect(texts.refine).not.toBe(texts[`draft_${key}`])
  }
  const curation = path.join(library, 'curate.toml')
  const [, chosen] = await play(loadNarrativeFile(curation).narratives.get('curate')!, curation)
  const posts = JSON.parse(chosen!.answer.text) as { text_content: string; curation_score: number }[]
  expect(posts).toHaveLength(2)
  for (const { text_content, curation_score } of posts) {
    expect(rows.map((row) => row.text_content)).toContain(text_content)
    expect(curation_score).toBeGreaterThan(0)
  }
})
