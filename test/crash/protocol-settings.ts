// Settings: the kinds of publication whose every course is played, and what must hold at the end of each.

import { splitText } from '../../platforms/discord/message-text.ts'
import type { Effect, Store } from '../../store/store.ts'
import { CHANNEL, type End, FORUM, OLD_MESSAGE, type Outside, type Setting } from './lives.ts'

export interface Protocol extends Omit<Setting, 'kills' | 'faults'> {
  /** What is wrong at the end, as sentences; none when all is well. */
  problemsOf(end: End): readonly string[]
  /** More of it than the tests have the time for. */
  readonly isLong?: true
}

const LONG = `${'a'.repeat(1_990)} ${'b'.repeat(1_990)} ${'c'.repeat(10)}`

/** One of each kind, where what differs in them is seen with the plain message. */
const FEWER = { outcomes: ['refused', 'failed after', 'unreached'], readOutcomes: ['gone', 'unauthorized'] } as const

/** Of two rows each takes another. */
const TWO_BOTS = { one: poster({ publish: send() }), two: poster({ publish: send() }, 'DESC') }

export const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  'a message': {
    rows: ['first'],
    bots: { poster: poster({ publish: send() }) },
    isThere,
    problemsOf: postedOnce,
  },
  'a text of several messages': {
    rows: [LONG],
    ...FEWER,
    bots: { poster: poster({ publish: send() }) },
    isThere,
    problemsOf: postedOnce,
  },
  'a post in a forum, with a second part': {
    rows: [`${'a'.repeat(1_990)} ${'b'.repeat(10)}`],
    ...FEWER,
    bots: {
      poster: poster({ publish: postInForum() }),
    },
    isThere: ({ args }, { made }) =>
      ['# weekly', ...splitText(String(args.content))].every((one) => made.includes(one)),
    problemsOf: (end) => [
      ...expectEqual('made', end.made, ['# weekly', ...splitText(end.rows[0]!.text)]),
      ...settled(end),
    ],
  },
  'a message that is reacted to, edited and pinned, and an older one deleted': {
    rows: ['first'],
    bots: {
      poster: poster({
        publish: send(),
        react: command('discord', 'reactions.add', { channel_id: CHANNEL, message_id: '${publish.id}', emoji: '👍' }),
        edit: command('discord', 'messages.edit', {
          channel_id: CHANNEL,
          message_id: '${publish.id}',
          content: 'first, edited',
        }),
        pin: command('discord', 'messages.pin', { channel_id: CHANNEL, message_id: '${publish.id}' }),
        remove: command('discord', 'messages.delete', { channel_id: CHANNEL, message_id: OLD_MESSAGE }),
      }),
    },
    old: true,
    outcomes: FEWER.outcomes,
    // Where a person says that a message is there, nobody knows its id, and what is done with it fails.
    readOutcomes: ['unauthorized'],
    isThere,
    problemsOf: (end) => {
      const messages = [...end.world.channels.get(CHANNEL)!.messages.values()].map(({ json }) => json)
      return [
        ...expectEqual('made', end.made, ['first']),
        ...expectEqual(
          'messages',
          messages.map(({ content, pinned, reactions }) => ({ content, pinned, reactions })),
          [{ content: 'first, edited', pinned: true, reactions: [{ emoji: { id: null, name: '👍' }, count: 1 }] }],
        ),
        ...settled(end),
      ]
    },
  },
  'a message that a moderator may delete': {
    rows: ['first'],
    bots: { poster: poster({ publish: send() }) },
    ...FEWER,
    between: {
      'a moderator deletes the newest message': ({ outside }) => {
        const { messages } = outside.world.channel(CHANNEL)
        const newest = [...messages.keys()].at(-1)
        if (newest !== undefined) messages.delete(newest)
      },
    },
    isThere,
    problemsOf: postedOnce,
  },
  'a message whose run a person may cancel': {
    rows: ['first'],
    bots: { poster: poster({ publish: send() }) },
    ...FEWER,
    between: {
      'a person cancels the run': ({ store, now }) => {
        for (const { id, status } of store.executions.list()) {
          if (status === 'running') store.executions.cancel(id, { by: 'a person', at: now })
        }
      },
    },
    isThere,
    problemsOf: postedOnce,
  },
  'two bots with the same text in one channel': {
    isLong: true,
    rows: ['same', 'same'],
    ...FEWER,
    bots: TWO_BOTS,
    isThere: isOneMoreThere,
    problemsOf: postedOnce,
  },
  'two bots with different texts in one channel': {
    rows: ['first', 'second'],
    ...FEWER,
    bots: TWO_BOTS,
    isThere,
    problemsOf: postedOnceEach,
  },
  'two bots with posts of the same name in one forum': {
    isLong: true,
    rows: ['same', 'same'],
    ...FEWER,
    bots: { one: poster({ publish: postInForum() }), two: poster({ publish: postInForum() }, 'DESC') },
    isThere: isOneMoreThere,
    problemsOf: (end) => [...expectEqual('made', end.made, ['# weekly', 'same', '# weekly', 'same']), ...settled(end)],
  },
  'two bots with the same text, of which a person may reject one': {
    rows: ['same', 'same'],
    ...FEWER,
    bots: TWO_BOTS,
    between: {
      'a person rejects a row': ({ store, note, now }) => {
        store.content.review({ table: 'posts', id: 1 }, { status: 'rejected', by: 'a person', at: now })
        note('rejected')
      },
    },
    isThere: isOneMoreThere,
    // Which of two equal messages is for which row is nowhere to be seen; there is one for each row that counts as posted.
    problemsOf: ({ done, made, rows, doubts }) => {
      const statuses = rows.map(({ status }) => status).toSorted()
      const isRejected = statuses[1] === 'rejected' && done.includes('rejected')
      return [
        ...expectEqual('made', made.length, statuses.filter((status) => status === 'posted').length),
        ...expectEqual('statuses', statuses, ['posted', isRejected ? 'rejected' : 'posted']),
        ...expectEqual('rejected before anything was sent', done[0] === 'rejected' && made.length > 1, false),
        ...expectEqual('doubts', doubts, []),
      ]
    },
  },
  'a message whose row a person may reject': {
    rows: ['first'],
    bots: { poster: poster({ publish: send() }) },
    ...FEWER,
    between: {
      'a person rejects the row': ({ store, note, now }) => {
        store.content.review({ table: 'posts', id: 1 }, { status: 'rejected', by: 'a person', at: now })
        note('rejected')
      },
    },
    isThere,
    problemsOf: ({ done, made, rows, doubts }) => {
      const rejectedAt = done.indexOf('rejected')
      const isPosted = made.length > 0
      return [
        ...expectEqual('made', made.length, rejectedAt === 0 ? 0 : 1),
        ...expectEqual('sent after it was rejected', rejectedAt < 0 ? [] : done.slice(rejectedAt + 1), []),
        ...expectEqual('posted', rows[0]!.status === 'posted', isPosted),
        ...expectEqual('doubts', doubts, []),
      ]
    },
  },
}

/** A bot that takes the first row of the order, does something with it by each command in turn, and marks it as posted. */
function poster(commands: Readonly<Record<string, string>>, order: 'ASC' | 'DESC' = 'ASC'): string {
  const names = Object.keys(commands)
  return `
[narrative]
name = "post"
description = "Posts a row"
skip_content_generation = true

[toc]
order = ${JSON.stringify(['next', ...names, 'mark'])}

[security.policy]
allowed_commands = ["messages.send", "messages.edit", "messages.delete", "messages.pin", "reactions.add",
  "forum.create_post", "update_table"]

[tables.next]
table_name = "posts"
columns = ["id", "text"]
where_clause = "review_status = 'pending'"
order_by = "id ${order}"
limit = 1
format = "json"
required = true

${names.map((name) => `[bots.${name}]\n${commands[name]}`).join('\n')}
[bots.mark]
platform = "database"
command = "update_table"
required = true
table_name = "posts"
where_clause = "id = \${next.id}"

[bots.mark.updates]
review_status = "posted"

[acts]
next = "tables.next"
${[...names, 'mark'].map((name) => `${name} = "bots.${name}"`).join('\n')}
`
}

function command(platform: string, name: string, args: Readonly<Record<string, string>>): string {
  const lines = Object.entries(args).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  return [`platform = "${platform}"`, `command = "${name}"`, 'required = true', ...lines, ''].join('\n')
}

function send(): string {
  return command('discord', 'messages.send', { channel_id: CHANNEL, content: '${next.text}' })
}

function postInForum(): string {
  return command('discord', 'forum.create_post', { channel_id: FORUM, name: 'weekly', content: '${next.text}' })
}

function isThere({ command: name, args }: Effect, { made }: Outside): boolean {
  return name === 'messages.send' && splitText(String(args.content)).every((part) => made.includes(part))
}

/** Of equal texts a person sees whether there are more messages than rows that are known to be published. */
function isOneMoreThere({ args }: Effect, { made }: Outside, store: Store): boolean {
  const known = store.executions
    .list()
    .flatMap(({ id }) => store.effects.list(id))
    .filter((one) => one.status === 'done' && one.args.content === args.content)
  return made.filter((text) => text === args.content).length > known.length
}

/** Every part of every row once and in order, every row posted, nothing in doubt. */
function postedOnce(end: End): readonly string[] {
  const parts = end.rows.flatMap(({ text }) => [...splitText(text)])
  return [...expectEqual('made', end.made, parts), ...settled(end)]
}

/** The same, in any order. */
function postedOnceEach(end: End): readonly string[] {
  const texts = end.rows.map(({ text }) => text)
  return [...expectEqual('made', end.made.toSorted(), texts.toSorted()), ...settled(end)]
}

function settled({ rows, doubts }: End): readonly string[] {
  const statuses = rows.map(({ status }) => status)
  return [
    ...expectEqual(
      'statuses',
      statuses,
      rows.map(() => 'posted'),
    ),
    ...expectEqual('doubts', doubts, []),
  ]
}

function expectEqual(what: string, found: unknown, wanted: unknown): readonly string[] {
  const short = (value: unknown) => JSON.stringify(value).replace(/(\w)\1{20,}/g, '$1…')
  return short(found) === short(wanted) ? [] : [`${what}: ${short(found)} instead of ${short(wanted)}`]
}
