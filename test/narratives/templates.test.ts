import { describe, expect, test } from 'vitest'
import { assemblePrompt, columnsOfTemplate, isContentFocus } from '../../narratives/templates.ts'
import { COLUMN_TYPES } from '../../store/store.ts'

describe('the catalogue of columns', () => {
  test.for<[template: string, columns: number, keys: string[], required: string[]]>([
    ['discord_guilds', 33, ['id'], ['id', 'name', 'owner_id']],
    ['discord_users', 18, ['id'], ['id', 'username']],
    ['discord_channels', 29, ['id'], ['id', 'channel_type']],
    ['discord_guild_members', 13, ['guild_id', 'user_id'], ['guild_id', 'user_id', 'joined_at']],
    ['discord_roles', 14, ['id'], ['id', 'guild_id', 'name', 'position', 'permissions']],
    ['discord_member_roles', 5, ['guild_id', 'user_id', 'role_id'], ['guild_id', 'user_id', 'role_id']],
  ])('%s', ([template, count, keys, required]) => {
    const columns = columnsOfTemplate(template)
    expect(columns).toHaveLength(count)
    expect(columns.filter((one) => one.key).map((one) => one.name)).toEqual(keys)
    expect(columns.filter((one) => one.required).map((one) => one.name)).toEqual(required)
    expect(new Set(columns.map((one) => one.name)).size).toBe(count)
    for (const { type, name } of columns) {
      expect(COLUMN_TYPES).toContain(type)
      if (name.endsWith('_id') || name === 'id') expect(type).toBe('text')
    }
  })

  test('a template that is not known is an error with the nearest name', () => {
    expect(() => columnsOfTemplate('discord_guild')).toThrow(
      expect.objectContaining({ code: 'prompt-assembly', fix: expect.stringContaining('"discord_guilds"') }),
    )
    expect(() => columnsOfTemplate('toString')).toThrow(expect.objectContaining({ code: 'prompt-assembly' }))
  })
})

test('a content focus gets columns before it and rules after it', () => {
  const prompt = assemblePrompt('  A guild for gardeners.\n', 'discord_guilds')
  const order = [
    'Discord',
    'Required fields:',
    '- owner_id',
    'Optional fields:',
    '- icon',
    'A guild for gardeners.',
    'JSON only',
  ]
  const places = order.map((text) => prompt.indexOf(text))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(places).not.toContain(-1)
  expect(prompt).toContain('- name (text, at most 100 characters): title of the guild')
  expect(prompt).toContain('- large (boolean, optional): default false')
})

test('an assembled prompt is no content focus any more', () => {
  expect(isContentFocus(assemblePrompt('A guild.', 'discord_guilds'))).toBe(false)
})

describe('a text that speaks of its form is left alone', () => {
  test.for([
    'Required fields: x',
    'with OPTIONAL FIELDS',
    'a JSON object',
    'Critical output rules',
    'this Schema',
    'the data type',
    '  ',
  ])('%j', (text) => {
    expect(isContentFocus(text)).toBe(false)
  })

  test('any other is a focus', () => {
    expect(isContentFocus('Generate a guild as JSON.')).toBe(true)
  })
})
