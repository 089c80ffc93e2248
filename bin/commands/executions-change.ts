// executions resume, cancel, replay: what a person does about a run that did not end well.

import type { Flags } from '../../config/layers.ts'
import { askServer } from '../../console/control.ts'
import { operatorName } from '../../console/operator.ts'
import { BotticelliError } from '../../errors.ts'
import type { ExecutionSummary, RowRef } from '../../store/store.ts'
import type { Run } from '../command.ts'
import type { ChangeAnswer } from '../engine-routes.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../figures.ts'
import { findExecution } from '../find-execution.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../parse.ts'
import { withStore } from '../project.ts'
import { runRequest } from './run.ts'

/** In the server where the execution is a bot's and one runs, else here. */
export const executionsResume: Run = async (options, io) => {
  const flags: Flags = options.isSet('live') ? { posting: 'live' } : {}
  const { config } = io.configInPart(flags)
  const [done, again] = [options.isSet('done'), options.isSet('send-again')]
  if (done && again) throw new UsageError('Both --done and --send-again were given.', 'Give one of them.', io.globals)
  const execution = await find(options.args[0] ?? '', io)
  if (execution.status === 'completed') throw ended(execution)
  const doubts = await withStore(config, [], (store) => store.effects.doubtful(execution.id))
  if (doubts.length > 0 && !done && !again) {
    throw new BotticelliError(
      'effect-in-doubt',
      `It is not known whether ${plural(doubts.length, 'command')} of this run had an effect: ${doubts.map(({ act, command }) => `${command} of ${act}`).join(', ')}.`,
    )
  }
  await withStore(config, undefined, (store) => {
    const [by, at] = [operatorName(), io.now()]
    for (const { key } of doubts) store.effects.decide(key, { done, by, at })
  })
  if (execution.bot !== undefined) {
    const route = `/v1/executions/resume?id=${execution.id}`
    const answer = await askServer<ChangeAnswer>(config.stateDir, 'POST', route)
    if (answer?.done) {
      const details = { was: execution.status, bot: execution.bot }
      const line = { action: 'execution.resume', subject: execution.id, details }
      await withStore(config, undefined, ({ audit }) => audit.add({ by: operatorName(), at: io.now(), ...line }))
      if (io.json) io.printJson({ id: execution.id, resumedBy: execution.bot })
      else io.print(`${execution.id}  goes on in the running server, at its bot ${execution.bot}`)
      return EXIT.ok
    }
  }
  return runRequest({ resume: execution.id }, io.config(flags).config, io)
}

export const executionsCancel: Run = async (options, io) => {
  const { config } = io.configInPart()
  const execution = await find(options.args[0] ?? '', io)
  const holds = () => withStore(config, [], (store) => store.executions.holds(execution.id))
  const isAgain = execution.status === 'cancelled' && (await holds()).length > 0
  if (execution.status === 'completed' || (execution.status === 'cancelled' && !isAgain)) throw ended(execution)
  if (execution.parentId !== undefined) {
    throw new BotticelliError('not-found', `"${execution.id}" is part of another run; cancel that one.`)
  }
  const question = isAgain
    ? `${named(await holds())} was published by ${execution.narrative}, or may have been, and can be published again. Go on?`
    : `${execution.narrative} is given up, and rows that it held may be used by others. Go on?`
  if (!(await io.confirm(question))) return EXIT.stopped
  await withStore(config, undefined, (store) =>
    store.executions.cancel(execution.id, { by: operatorName(), at: io.now() }),
  )
  await askServer<ChangeAnswer>(config.stateDir, 'POST', `/v1/executions/cancel?id=${execution.id}`)
  const kept = await holds()
  if (io.json) io.printJson({ id: execution.id, status: 'cancelled', keeps: kept.map((row) => named([row])) })
  else io.print(`${execution.id}  cancelled`)
  if (kept.length > 0 && !io.json) {
    io.remark(
      `It keeps ${named(kept)}, which it has published or may have. Look for it. Then, to go on with the run: botticelli executions resume ${execution.id}. To have it published again: botticelli executions cancel ${execution.id}`,
    )
  }
  return EXIT.ok
}

/** A new run of the same narrative that takes over what the old one has done before the act. */
export const executionsReplay: Run = async (options, io) => {
  const { config } = io.config(options.isSet('live') ? { posting: 'live' } : {})
  const execution = await find(options.args[0] ?? '', io)
  const [fromAct, model] = [options.text('from-act'), options.text('model')]
  return runRequest(
    {
      replay: { id: execution.id, edited: options.isSet('edited'), ...(fromAct !== undefined && { fromAct }) },
      ...(model !== undefined && { model }),
    },
    config,
    io,
  )
}

function named(rows: readonly RowRef[]): string {
  return rows.map(({ table, id }) => `${table}/${id}`).join(', ')
}

async function find(id: string, io: Io): Promise<ExecutionSummary> {
  const found = await withStore(io.configInPart().config, undefined, (store) => findExecution(store, id))
  if (found !== undefined) return found
  const fix = 'The first run makes it: botticelli run FILE, or botticelli serve. For a project elsewhere: -C DIR'
  throw new BotticelliError('not-found', `There is no execution "${id}": the project has no database yet.`, { fix })
}

function ended({ id, status }: ExecutionSummary): BotticelliError {
  const fix =
    status === 'cancelled' ? { fix: `Go on with it, if that is meant: botticelli executions resume ${id}` } : {}
  return new BotticelliError('execution-ended', `The execution ${id} is ${status} already.`, fix)
}
