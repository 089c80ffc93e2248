// The real files of the public corpus: all of them load, and hold what the format's section 27 says.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadNarrative, loadNarrativeFile, loadNested } from '../../narratives/load-file.ts'
import { type CommandInput, needsModel } from '../../narratives/narrative.ts'
import { corpus, corpusFiles } from './corpus.ts'

if (!existsSync(corpus)) console.warn(`The corpus ${corpus} is not there: its tests are skipped.`)

/** Narratives and the names of their acts, in order. */
const EXPECTED: Record<string, Record<string, string>> = {
  'test_minimal.toml': { 'Minimal Test': 'test' },
  'no_content_generation.toml': { analysis_only: 'analyze' },
  'inferred_achievements.toml': { gaming_achievements: 'design_achievements' },
  'generate_guilds.toml': { potential_guilds: 'gaming_guild tech_guild creative_guild study_guild hobby_guild' },
  'model_options.toml': { 'Model Options Demo': 'flash_20 flash_lite_20 flash_25 flash_lite_25' },
  'showcase.toml': {
    product_presentation_analysis:
      'initial_brief analyze_slides transcribe_pitch analyze_demo_video review_business_plan creative_brainstorm ' +
      'technical_synthesis final_recommendation',
  },
  'bot_syntax.toml': { 'bot syntax': 'fetch_stats discuss something_else' },
  'discord_bot_commands.toml': { discord_community_update: 'fetch_data analyze generate_post' },
  'friendly_syntax_test.toml': { friendly_syntax_test: 'simple_text simple_ref array_inputs' },
  'content_workflow.toml': {
    content_strategy_analysis: 'identify_themes performance_analysis strategy_recommendations content_calendar',
  },
  'messages_list_test.toml': { test_messages_list: 'create_channel send_message list_messages cleanup' },
  'state_test_use.toml': { state_test_use: 'send_message' },
  'channel_create_setup.toml': { channel_create_setup: 'create_channel' },
  'setup_channel_and_message.toml': { setup_channel_and_message: 'create_test_channel send_test_message' },
  'discord/generation_carousel.toml': {
    batch_generate: 'feature usecase tutorial community problem',
    feature: 'feature_generate critique refine format_json audit_json',
    usecase: 'usecase_generate critique refine format_json audit_json',
    tutorial: 'tutorial_generate critique refine format_json audit_json',
    community: 'community_generate critique refine format_json audit_json',
    problem: 'problem_generate critique refine format_json audit_json',
  },
  'discord/welcome_carousel.toml': { welcome_carousel: 'generate_welcome' },
  'discord/welcome_content_generation.toml': { welcome_messages: 'generate_batch critique_batch refine_best' },
  'discord/publish_welcome.toml': {
    publish_welcome: 'create_channel clear_channel generate_content select_best publish_message pin_message',
  },
  'discord/discord_poster.toml': { discord_poster: 'get_channel extract_content post_to_channel mark_posted' },
  'discord/curate_two_step.toml': { curate_two_step: 'analyze format_and_store' },
  'discord/test_with_jinja.toml': { test_with_jinja: 'analyze' },
  'discord/isolation_test_2_3_empty_table.toml': { isolation_2_3: 'test' },
  'discord/setup_channels.toml': {
    setup_channels:
      'create_welcome_channels create_documentation_channels create_discussion_channels create_development_channels ' +
      'create_showcase_channels create_bot_channels',
  },
  'discord/daily_showcase.toml': { daily_project_showcase: 'step_1 step_2' },
  'discord/json_compliance.toml': { ensure_json_compliance: 'format_json audit_json' },
}

describe.skipIf(!existsSync(corpus))('the corpus', () => {
  const load = (name: string) => loadNarrativeFile(path.join(corpus, name))

  test('has the files that are expected here', () => {
    expect(corpusFiles().toSorted()).toEqual(Object.keys(EXPECTED).toSorted())
  })

  test.for(Object.entries(EXPECTED))('%s', ([name, expected]) => {
    const { narratives } = load(name)
    const found = [...narratives.values()].map(({ key, acts }) => [key, acts.map((act) => act.name).join(' ')])
    expect(Object.fromEntries(found)).toEqual(expected)
  })

  test.for([
    ['content_workflow.toml', 'array-acts'],
    ['setup_channel_and_message.toml', 'root-header'],
    ['discord/daily_showcase.toml', 'steps'],
    ['discord/json_compliance.toml', 'array-narratives'],
  ] as const)('%s is read as the dialect %s, with one warning', ([name, dialect]) => {
    const file = load(name)
    expect(file.dialect).toBe(dialect)
    expect(file.diagnostics.map((one) => one.code)).toEqual(['old-dialect'])
  })

  test('files in the present form are warned of nothing but acts that are not used', () => {
    const codes = corpusFiles().flatMap((name) => load(name).diagnostics.map((one) => one.code))
    expect([...new Set(codes)].toSorted()).toEqual(['old-dialect', 'unknown-placeholder', 'unused-act'])
  })

  test('the steps of the daily showcase become acts with a system message', () => {
    const { narrative, file } = loadNarrative(path.join(corpus, 'discord/daily_showcase.toml'))
    const [question, post] = narrative.acts
    expect(narrative).toMatchObject({ skipContentGeneration: true, info: { author: 'Botticelli Team' } })
    expect(question).toMatchObject({ settings: { model: 'gemini-2.0-flash-exp', temperature: 0.8, maxTokens: 500 } })
    expect(question!.system).toContain('engaging daily prompts')
    expect(post!.inputs).toMatchObject([
      { kind: 'command', platform: 'discord', command: 'message.send', args: { content: '${step_1}' } },
    ])
    expect(file.defaults).toEqual({ model: 'gemini-2.0-flash-exp', temperature: 0.8, maxTokens: 500 })
  })

  test('the JSON narrative keeps its local variables and its target', () => {
    const { narrative } = loadNarrative(path.join(corpus, 'discord/json_compliance.toml'))
    expect(narrative).toMatchObject({ target: 'potential_discord_posts', vars: { content: '{previous_output}' } })
    expect(narrative.template).toBeUndefined()
    expect(narrative.acts[0]!.settings).toEqual({ model: 'gemini-2.0-flash-exp' })
  })

  test('flat arguments of the root-header dialect are arguments, and store_as a capture', () => {
    const { narrative } = loadNarrative(path.join(corpus, 'setup_channel_and_message.toml'))
    expect(narrative.acts[0]!.inputs[0]).toMatchObject({
      command: 'channels.create',
      required: true,
      args: { guild_id: '${TEST_GUILD_ID}', name: 'botticelli-test-channel', channel_type: 'text' },
      capture: { key: 'TEST_CHANNEL_ID', field: 'id' },
    })
  })

  test('the carousel of compositions runs narratives of its own file', () => {
    const { narrative } = loadNarrative(path.join(corpus, 'discord/generation_carousel.toml'), 'batch_generate')
    expect(narrative.acts.map((act) => act.composes)).toEqual([
      'feature',
      'usecase',
      'tutorial',
      'community',
      'problem',
    ])
    expect(narrative.carousel).toEqual({ iterations: 3, estimatedTokensPerIteration: 1000, continueOnError: false })
  })

  test('the welcome publisher links to the generator beside it', () => {
    const { file, narrative } = loadNarrative(path.join(corpus, 'discord/publish_welcome.toml'))
    const input = narrative.acts[2]!.inputs[0]!
    if (input.kind !== 'narrative') throw new Error('expected a narrative input')
    expect(loadNested(file, input).narrative).toMatchObject({ key: 'welcome_messages', carousel: { iterations: 3 } })
    expect(loadNarrative(file.path, 'generate_content').narrative.key).toBe('welcome_messages')
  })

  test('only acts with words, or nothing but media, ask a model', () => {
    const asking = (name: string) => loadNarrative(path.join(corpus, name)).narrative.acts.map(needsModel)
    expect(asking('discord/publish_welcome.toml')).toEqual([false, false, false, true, false, false])
    expect(asking('friendly_syntax_test.toml')).toEqual([true, true, true])
    expect(asking('messages_list_test.toml')).toEqual([false, false, false, false])
  })

  test('nested tables are arguments of a command', () => {
    const { file } = loadNarrative(path.join(corpus, 'discord/discord_poster.toml'))
    expect((file.resources.bots.get('mark_posted') as CommandInput).args).toEqual({
      table_name: 'approved_discord_posts',
      where_clause: "review_status = 'pending'",
      limit: 1,
      updates: { review_status: 'posted' },
    })
  })
})
