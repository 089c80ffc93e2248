// executions list: runs of narratives, newest first.

import type { ExecutionStatus, ExecutionSummary } from '../../store/store.ts'
import { whoIsAtWork } from '../at-work.ts'
import type { Run } from '../command.ts'
import { withoutStack } from '../error-report.ts'
import { EXIT } from '../exit-codes.ts'
import { ago, duration, grouped, isoTime, money } from '../figures.ts'
import { findExecution } from '../find-execution.ts'
import type { Io } from '../io.ts'
import { readStore } from '../project.ts'
import { table } from '../table.ts'

export const executionsList: Run = async (options, io) => {
  const { config } = io.configInPart()
  const status = options.text('status') as ExecutionStatus | undefined
  const bot = options.text('bot')
  const [sinceMs, before] = [options.number('since'), options.text('before')]
  const filter = {
    ...(status !== undefined && { status }),
    ...(bot !== undefined && { bot }),
    ...(sinceMs !== undefined && { since: io.now() - sinceMs }),
  }
  const limit = options.number('limit') ?? 20
  const read = await readStore(config, [] as readonly ExecutionSummary[], (store) =>
    store.executions.list({
      ...filter,
      ...(before !== undefined && { before: findExecution(store, before).id }),
      // One more tells that there are more.
      limit: limit + 1,
    }),
  )
  const found = read.slice(0, limit)
  const isAtWork = await whoIsAtWork(found, config)
  if (io.json) io.printJson(found.map((one) => executionJson(one, isAtWork(one))))
  else if (found.length === 0) {
    const isAll = before === undefined && Object.keys(filter).length === 0
    io.remark(isAll ? 'No executions. Run a narrative: botticelli run FILE' : 'No executions fit.')
  } else {
    const cells = found.map((one) => cellsOf(one, io))
    const headings = ['ID', 'STATUS', 'BEGAN', 'TOOK', 'ACTS', 'TOKENS', 'COST', 'NARRATIVE']
    for (const line of table(headings, cells, io)) io.print(line)
    const left = found.filter((one) => one.status === 'running' && !isAtWork(one))
    if (left.some(({ bot }) => bot !== undefined))
      io.remark('\nNo server runs: the next one goes on with what a bot has running.')
    for (const { id } of left.filter(({ bot }) => bot === undefined))
      io.remark(`\nNobody runs ${id} any more. Go on with it: botticelli run --resume ${id}`)
    if (read.length > limit) io.remark(`\nThere are older ones: --before ${found.at(-1)?.id}`)
  }
  return EXIT.ok
}

/** An execution as --json prints it. `atWork` of one that is called running: whether somebody runs it. */
export function executionJson(one: ExecutionSummary, isAtWork: boolean) {
  const { startedAt, endedAt, error, ...rest } = one
  return {
    ...rest,
    ...(one.status === 'running' && { atWork: isAtWork }),
    ...(error !== undefined && { error: withoutStack(error) }),
    startedAt: isoTime(startedAt),
    ...(endedAt !== undefined && { endedAt: isoTime(endedAt), durationMs: endedAt - startedAt }),
  }
}

function cellsOf(one: ExecutionSummary, io: Io): string[] {
  const took = one.endedAt === undefined ? '-' : duration(one.endedAt - one.startedAt)
  const tokens = grouped(one.inputTokens + one.outputTokens)
  const narrative = one.bot === undefined ? one.narrative : `${one.narrative} (${one.bot})`
  const [began, acts] = [ago(one.startedAt, io.now()), String(one.acts)]
  return [one.id, one.status, began, took, acts, tokens, money(one.costUsd), narrative]
}
