// Growth: after months of work the file is no larger than after weeks, and nothing that is owed is gone.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { OWN_TABLES } from '../../store/content/table.ts'
import type { RowRef, Store } from '../../store/store.ts'
import { answer, execution, posts } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

const DAY = 86_400_000
const START = Date.UTC(2027, 0, 1)
const error = { name: 'Error', message: 'It was bad.' }

/** A generator that drafts, a curator that chooses, a person who decides, and a poster: one day of them. */
function workOf(store: Store, day: number): void {
  const at = START + day * DAY
  const begin = (bot: string, nested = false) => {
    const id = `${bot}-${day}`
    const text = `# version of week ${Math.floor(day / 7)}`
    const files = [{ path: '', hash: `${Math.floor(day / 7)}`, text }]
    const version = { version: `week-${Math.floor(day / 7)}`, files }
    store.executions.begin(execution(id, { bot, trigger: 'schedule', startedAt: at }), version)
    if (nested) store.executions.begin(execution(`${id}/round-1`, { parentId: id, startedAt: at }))
    return nested ? `${id}/round-1` : id
  }
  const act = (executionId: string, key: string, end: Partial<Parameters<Store['journal']['complete']>[1]> = {}) => {
    store.journal.begin({ executionId, key, act: key, sequence: 0, at })
    store.journal.saveAnswer({ executionId, key }, { prompt: 'p'.repeat(2_000), answer: answer(), at })
    return store.journal.complete({ executionId, key }, { result: { text: 'r'.repeat(2_000) }, at, ...end })!
  }
  const finish = (id: string) => store.executions.finish(id, { status: 'completed', at: at + 1_000 })
  const rows = (table: string, titles: readonly string[], executionId: string, source?: RowRef) => {
    const given = posts(
      titles.map((title) => ({ title, text: 't'.repeat(500) })),
      { table, executionId },
    )
    return { ...given, rows: given.rows.map((row) => (source === undefined ? row : { ...row, source })) }
  }

  store.together(() => {
    const drafting = begin('generator', true)
    const drafts = act(drafting, 'write', {
      rows: rows(
        'drafts',
        ['a', 'b', 'c', 'd'].map((x) => x + day),
        drafting,
      ),
    })
    store.media.keep(drafting, { hash: `picture of ${day}`, bytes: Buffer.alloc(5_000) })
    finish(`generator-${day}`)
    store.answers.keep(`question ${day}`, { answer: answer(), at, expiresAt: at + DAY })

    const [chosen, pulled, refused, liked] = drafts.ids.map((id) => ({ table: 'drafts', id: id! }))
    const curating = begin('curator')
    store.content.pull({ table: 'drafts', where: `id = ${pulled!.id}` }, at, { executionId: curating, key: 'choose' })
    act(curating, 'choose', {
      rows: rows('approved', [`a${day}`], curating, chosen),
      pulled: [{ table: 'drafts', ids: [pulled!.id] }],
      state: [[`seen ${day % 5}`, String(day)]],
    })
    finish(curating)
    store.content.review(refused!, { status: 'rejected', by: 'ann', at })
    store.content.review(liked!, { status: 'approved', target: 'approved', by: 'ann', at })

    const posting = begin('poster')
    const ofToday = store.content
      .list({ table: 'approved', status: 'pending' })
      .filter(({ values }) => String(values.title).endsWith(String(day)))
    for (const { id } of ofToday) {
      const item = { table: 'approved', id }
      const key = `${posting}/publish/${id}`
      store.effects.intend({ ...EFFECT, key, executionId: posting, item, at })
      store.effects.claimMade({ key, platform: 'discord' }, () => [key])
      store.effects.settle(key, { result: { id: 'message' }, dryRun: false, at })
      store.content.update({ table: 'approved', where: `id = ${id}`, values: { review_status: 'posted' } }, at)
    }
    act(posting, 'publish')
    finish(posting)

    store.mailbox.append({ id: `done-${day}`, to: '/bots/poster', message: { type: 'bot.run' }, at })
    store.mailbox.ack(`done-${day}`)
    store.deadLetters.add({ id: `dead-${day}`, to: '/bots/poster', message: {}, reason: 'poison', errors: [error], at })
    store.schedules.save({ bot: 'generator', dueAt: at + DAY })
    store.schedules.pause('poster', { at, reason: 'launch', by: 'ann' })
    store.schedules.resume('poster', { at, by: 'ann' })
    store.actors.save('/bots/generator', { restarts: day }, at)
  })
}

const EFFECT = { act: 'publish', platform: 'discord', command: 'messages.send', args: {} }

/** On the first day, and then forgotten by everybody but the store. */
function owed(store: Store) {
  const at = START
  const begin = (id: string) => store.executions.begin(execution(id, { bot: 'poster', startedAt: at }))
  const insert = (table: string, title: string, source?: RowRef) => {
    const given = posts([{ title }], { table, executionId: 'owed' })
    const [id] = store.content.insert(
      { ...given, rows: given.rows.map((row) => ({ ...row, ...(source && { source }) })) },
      at,
    ).ids
    return { table, id: id! }
  }
  begin('running')
  store.journal.begin({ executionId: 'running', key: 'a', act: 'a', sequence: 0, at })
  store.journal.saveAnswer({ executionId: 'running', key: 'a' }, { prompt: 'p', answer: answer(), at })

  begin('published')
  const published = insert('approved', 'published and not marked')
  store.effects.intend({ ...EFFECT, key: 'published/publish/0', executionId: 'published', item: published, at })
  store.effects.settle('published/publish/0', { result: {}, dryRun: false, at })
  store.executions.finish('published', { status: 'failed', error, at })

  begin('doubtful')
  store.executions.begin(execution('doubtful/n', { parentId: 'doubtful' }))
  store.effects.intend({ ...EFFECT, key: 'doubtful/n/publish/0', executionId: 'doubtful/n', at })
  store.effects.doubt('doubtful/n/publish/0', { error, at })
  store.executions.finish('doubtful', { status: 'failed', error, at })

  store.mailbox.append({ id: 'waits', to: '/bots/curator', message: { type: 'bot.run' }, at })

  const chosen = insert('drafts', 'a draft that was chosen and waits to be posted')
  return {
    rows: [
      published,
      chosen,
      insert('approved', 'chosen and not posted', chosen),
      insert('drafts', 'nobody has decided on it'),
    ],
  }
}

/** With a retention of a week, a month and two weeks. */
function worked(days: number) {
  const { store, query } = temporaryStore()
  const kept = owed(store)
  const measured: { databaseBytes: number; counts: Record<string, number> }[] = []
  for (let day = 0; day < days; day++) {
    workOf(store, day)
    const now = START + (day + 1) * DAY
    const bounds = { at: now - 7 * DAY, ledgerAt: now - 32 * DAY, contentAt: now - 14 * DAY }
    while (store.maintenance.prune({ ...bounds, now, limit: 50, keptEvents: 2_000 }).more);
    if ((day + 1) % 60 === 0) {
      const tables = query<{ name: string }>(`select name from sqlite_master where type = 'table'`).map(
        ({ name }) => name,
      )
      const counts = Object.fromEntries(
        tables.map((name) => [name, query<{ n: number }>(`select count(*) as n from "${name}"`)[0]!.n]),
      )
      measured.push({ databaseBytes: store.maintenance.sizes().databaseBytes, counts })
    }
  }
  return { store, kept, measured }
}

test('half a year of work leaves the file and each table as large as two months do, and keeps what is owed', () => {
  const { store, kept, measured } = worked(180)
  const [first] = measured
  for (const { databaseBytes, counts } of measured) {
    expect(databaseBytes).toBeLessThan(first!.databaseBytes * 1.1)
    for (const [table, count] of Object.entries(counts)) {
      expect(count, `rows of ${table}`).toBeLessThanOrEqual(first!.counts[table]! + 10)
    }
  }
  // Each table was written to, so that each was measured.
  expect(OWN_TABLES.filter((table) => first!.counts[table] === 0)).toEqual([])

  for (const row of kept.rows) expect(store.content.find(row), `row ${row.table}/${row.id}`).toBeDefined()
  expect(store.executions.unfinished('poster').map(({ id }) => id)).toEqual(['running'])
  expect(store.journal.find({ executionId: 'running', key: 'a' })?.answer).toBeDefined()
  expect(store.executions.holding('poster').map(({ id }) => id)).toEqual(['published'])
  expect(store.effects.doubtful().map(({ key }) => key)).toEqual(['doubtful/n/publish/0'])
  expect(store.mailbox.load('/bots/curator').map(({ id }) => id)).toEqual(['waits'])
})

test('the dry run counts what is then forgotten', () => {
  const { store } = temporaryStore()
  owed(store)
  for (let day = 0; day < 40; day++) workOf(store, day)
  const now = START + 40 * DAY
  const bounds = { at: now - 7 * DAY, ledgerAt: now - 32 * DAY, contentAt: now - 14 * DAY, keptEvents: 300 }
  // Expired ones go with the next one that is kept; here there is none.
  store.answers.keep('last question', { answer: answer(), at: START, expiresAt: START + DAY })
  const told = store.maintenance.prunable(bounds)
  expect(Object.entries(told).filter(([, count]) => count === 0)).toEqual([])
  const gone: Record<string, number> = {}
  for (let more = true; more; ) {
    const { more: isMore, ...some } = store.maintenance.prune({ ...bounds, now, limit: 30 })
    more = isMore
    for (const [kind, count] of Object.entries(some)) gone[kind] = (gone[kind] ?? 0) + count
  }
  // Each piece that is forgotten is an event itself, and the oldest of too many go.
  expect({ ...gone, events: 0 }).toEqual({ ...told, events: 0 })
  expect(gone.events).toBeGreaterThanOrEqual(told.events)
})

test('what a person has given up is owed no more', () => {
  const { store } = temporaryStore()
  owed(store)
  // Of what was published, once more: the first time it keeps its row.
  for (const id of ['doubtful', 'published', 'published']) store.executions.cancel(id, { by: 'ann', at: START })
  expect(store.effects.doubtful()).toEqual([])
  expect(store.effects.doubtful('doubtful').map(({ key }) => key)).toEqual(['doubtful/n/publish/0'])
  expect(store.maintenance.prune({ at: START + 1, now: START + 1 })).toMatchObject({ executions: 2 })
})

test('content stays where nobody says for how long', () => {
  const { store } = temporaryStore()
  workOf(store, 0)
  const rows = store.content.list().length
  store.maintenance.prune({ at: START + 100 * DAY, ledgerAt: START + 100 * DAY, now: START + 100 * DAY })
  expect(store.content.list()).toHaveLength(rows)
})

test('docs/durability.md says of each table what bounds it', () => {
  const page = readFileSync(new URL('../../docs/durability.md', import.meta.url), 'utf8')
  const part = /## What bounds the file\n([\s\S]*?)\n## /.exec(page)?.[1] ?? ''
  const rows = [...part.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)])
  expect(rows.map(([, name]) => name).sort()).toEqual([...OWN_TABLES].sort())
})
