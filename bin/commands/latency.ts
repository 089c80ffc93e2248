// latency: how long things take, in percentiles, against the time before; of one execution, where its time went.

import { compareLatencies, type LatencyLine } from '../../actors/latency.ts'
import type { ActLatency, ExecutionSummary, Latency } from '../../store/store.ts'
import type { Run } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { duration, isoTime, plural } from '../figures.ts'
import { findExecution } from '../find-execution.ts'
import type { Io } from '../io.ts'
import { readStore } from '../project.ts'
import { table } from '../table.ts'

const DAY_MS = 86_400_000

export const latency: Run = async (options, io) => {
  const { config } = io.config()
  const [id] = options.args
  if (id !== undefined) {
    const found = await readStore(config, undefined, (store) => {
      const execution = findExecution(store, id)
      return { execution, acts: store.latencies.ofActs(execution.id) }
    })
    return found === undefined ? nothing(io) : breakdown(found.execution, found.acts, io)
  }
  const now = io.now()
  const windowMs = options.number('since') ?? DAY_MS
  const objectiveMs = options.number('within')
  const kind = options.text('of')
  const wanted = (latencies: readonly Latency[]) => latencies.filter((one) => kind === undefined || one.kind === kind)
  const lines = await readStore(config, [], ({ latencies }) =>
    compareLatencies(
      wanted(latencies.between(now - windowMs, now + 1)),
      wanted(latencies.between(now - 2 * windowMs, now - windowMs)),
      objectiveMs,
    ),
  )
  if (lines.length === 0) return nothing(io)
  if (io.json) for (const line of lines) io.printJson({ ...line })
  else show(lines, { windowMs, objectiveMs }, io)
  return options.isSet('exit-status') && lines.some(({ isSlower }) => isSlower) ? EXIT.failed : EXIT.ok
}

function nothing(io: Io): ExitCode {
  io.remark('Nothing was done in that time.')
  return EXIT.ok
}

function show(
  lines: readonly LatencyLine[],
  asked: { windowMs: number; objectiveMs: number | undefined },
  io: Io,
): void {
  const within = asked.objectiveMs === undefined ? [] : [`WITHIN ${duration(asked.objectiveMs)}`]
  const rows = lines.map((line) => [
    line.kind,
    line.name,
    String(line.count),
    duration(line.p50),
    duration(line.p95),
    duration(line.p99),
    ...(line.within === undefined ? [] : [`${(line.within * 100).toFixed(1)} %`]),
    line.p95Before === undefined ? '-' : duration(line.p95Before),
    line.isSlower ? 'slower' : '',
  ])
  const heads = ['WHAT', 'NAME', 'TIMES', 'P50', 'P95', 'P99', ...within, 'P95 BEFORE', '']
  for (const line of table(heads, rows, io)) io.print(line)
  const slower = lines.filter(({ isSlower }) => isSlower).length
  if (slower > 0) io.remark(`${plural(slower, 'line')} slower than in the ${duration(asked.windowMs)} before.`)
}

// ---------------------------------------------------------------------------- one execution

function breakdown({ id, startedAt, endedAt }: ExecutionSummary, acts: readonly ActLatency[], io: Io): ExitCode {
  const end = endedAt ?? io.now()
  const rows = acts.map((act) => {
    const ms = act.endedAt - act.startedAt
    const name = act.executionId === id ? act.key : `${act.executionId.slice(id.length + 1)}/${act.key}`
    const waitedMs = act.startedAt - startedAt
    const within = [act, ...acts.filter((other) => isWithin(other, act))]
    const modelMs = within.reduce((sum, one) => sum + one.modelMs, 0)
    const commandMs = within.reduce((sum, one) => sum + one.commandMs, 0)
    return { act: name, afterMs: waitedMs, ms, modelMs, commandMs, ownMs: Math.max(0, ms - modelMs - commandMs) }
  })
  const betweenMs = Math.max(0, end - startedAt - covered(acts))
  if (io.json) {
    io.printJson({ id, startedAt: isoTime(startedAt), ms: end - startedAt, betweenMs, acts: rows })
    return EXIT.ok
  }
  const cells = rows.map(({ act, afterMs, ms, modelMs, commandMs, ownMs }) => [
    act,
    `+${duration(afterMs)}`,
    ...[ms, modelMs, commandMs, ownMs].map(duration),
  ])
  for (const line of table(['ACT', 'BEGAN', 'TOOK', 'MODEL', 'COMMANDS', 'ITSELF'], cells, io)) io.print(line)
  io.print('')
  io.print(`${duration(end - startedAt)} in all, ${duration(betweenMs)} of it between acts`)
  return EXIT.ok
}

/** Whether an act belongs to the narrative that another one stands for, at any depth. */
function isWithin({ executionId }: ActLatency, { executionId: around, key }: ActLatency): boolean {
  const nested = `${around}/${key}`
  return executionId === nested || executionId.startsWith(`${nested}/`)
}

/** Time in which at least one act was at work. */
function covered(acts: readonly ActLatency[]): number {
  let until = 0
  let total = 0
  for (const { startedAt, endedAt } of acts) {
    total += Math.max(0, endedAt - Math.max(startedAt, until))
    until = Math.max(until, endedAt)
  }
  return total
}
