import { expect, test } from 'vitest'
import type {
  CommandInput,
  Input,
  MediaInput,
  NarrativeInput,
  TableInput,
  TextInput,
} from '../../narratives/narrative.ts'
import { retain } from '../../narratives/retention.ts'

const place = { file: 'n.toml', line: 1, column: 1 }
const text: TextInput = { kind: 'text', source: { text: 'x' }, retention: 'full', place }
const image: MediaInput = { kind: 'media', media: 'image', source: { url: 'u' }, retention: 'full', place }
const command: CommandInput = {
  kind: 'command',
  platform: 'discord',
  command: 'channels.list',
  args: {},
  required: false,
  retention: 'full',
  place,
}
const table: TableInput = {
  kind: 'table',
  table: 'events',
  format: 'json',
  pullAndDelete: false,
  required: false,
  retention: 'full',
  place,
}
const nested: NarrativeInput = { kind: 'narrative', name: 'facts', target: { key: 'facts' }, retention: 'full', place }

test.for<[title: string, input: Input, sizeBytes: number, kept: object]>([
  ['full stays', table, 9_999, { keep: 'full' }],
  ['10 000 bytes are still full', table, 10_000, { keep: 'full' }],
  ['more is summarised', table, 10_001, { keep: 'summary', text: '[Table: events, all rows queried]' }],
  ['drop', { ...table, retention: 'drop' }, 5, { keep: 'none' }],
  [
    'a table',
    { ...table, retention: 'summary', limit: 500 },
    5,
    { keep: 'summary', text: '[Table: events, 500 rows queried]' },
  ],
  [
    'a table with an offset',
    { ...table, retention: 'summary', limit: 5, offset: 10 },
    5,
    { keep: 'summary', text: '[Table: events, 5 rows queried, offset 10]' },
  ],
  [
    'a command',
    { ...command, retention: 'summary' },
    5,
    { keep: 'summary', text: '[Bot command: discord.channels.list]' },
  ],
  ['a narrative', { ...nested, retention: 'summary' }, 5, { keep: 'summary', text: '[Nested narrative: facts]' }],
  ['a text is always full', { ...text, retention: 'drop' }, 5_000, { keep: 'full' }],
  ['a long text is not', text, 20_480, { keep: 'summary', text: '[Text: ~20KB]' }],
  ['media by URL counts nothing', image, 0, { keep: 'full' }],
  ['large media', image, 20_000, { keep: 'summary', text: '[Image: unknown]' }],
  [
    'large media of a known type',
    { ...image, mime: 'image/png' },
    20_000,
    { keep: 'summary', text: '[Image: image/png]' },
  ],
])('%s', ([, input, sizeBytes, kept]) => {
  expect(retain(input, sizeBytes)).toEqual(kept)
})
