// audit: who did what, oldest first; with -f also what is done from now on.

import type { AuditFilter, AuditLine } from '../../store/store.ts'
import type { Options, Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { isoTime } from '../figures.ts'
import { followStore } from '../follow-store.ts'
import type { Io } from '../io.ts'
import { oneLine } from '../plain-text.ts'
import { readStore } from '../project.ts'

export const audit: Run = async (options, io) => {
  const { config } = io.config()
  const follow = options.isSet('follow')
  const filter = filterOf(options, io)
  const latest = await readStore(config, [] as readonly AuditLine[], (store) =>
    store.audit.list({ ...filter, limit: options.number('limit') ?? 100 }),
  )
  for (const line of latest) print(line, io)
  if (latest.length === 0 && !follow) io.remark('Nobody has done anything like that yet.')
  if (follow) {
    await followStore(config, latest.at(-1)?.id, io, {
      newest: (store) => store.audit.list({ limit: 1 }),
      list: (store, after, limit) => store.audit.list({ ...filter, after, limit }),
      print: (line) => print(line, io),
    })
  }
  return EXIT.ok
}

function filterOf(options: Options, io: Io): AuditFilter {
  const sinceMs = options.number('since')
  return {
    by: options.text('by'),
    action: options.text('action'),
    since: sinceMs === undefined ? undefined : io.now() - sinceMs,
  }
}

/** `2026-11-21T09:14:07.118Z anna  content.approve  drafts/12  before=pending note="for Friday"` */
function print(line: AuditLine, io: Io): void {
  const { at, by, action, subject, details } = line
  if (io.json) {
    io.printJson({ ...line, at: isoTime(at) })
    return
  }
  const said = Object.entries(details).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const time = io.paint('dim', isoTime(at))
  io.print(
    `${time} ${oneLine(by, 30).padEnd(9)} ${action.padEnd(19)} ${oneLine([subject, ...said].join('  '), 160)}`.trimEnd(),
  )
}
