// content approve, content reject: a person's decision about drafts.
//
// Each id is decided by itself: what can be decided is, and the exit code tells whether all were.

import type { Config } from '../../config/config.ts'
import { askServer } from '../../console/control.ts'
import { operatorName } from '../../console/operator.ts'
import { BotticelliError } from '../../errors.ts'
import type { RowRef, Store } from '../../store/store.ts'
import type { Options, Run } from '../command.ts'
import { parseRef, showRef } from '../content-ref.ts'
import { reportError } from '../error-report.ts'
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { withStore } from '../project.ts'
import type { ApprovedAnswer } from '../server-routes.ts'

export const contentApprove: Run = (options, io) => review('approved', options, io)
export const contentReject: Run = (options, io) => review('rejected', options, io)

interface Outcome {
  readonly ref: RowRef
  readonly changed?: boolean
  readonly copied?: RowRef
  readonly error?: unknown
}

async function review(status: 'approved' | 'rejected', options: Options, io: Io): Promise<ExitCode> {
  const { config } = io.config()
  const { drafts, approved } = config.pipeline
  const refs = options.args.map((text) => parseRef(text, options.text('table') ?? drafts, io.globals))
  const note = options.text('note')
  const by = operatorName()
  const none = refs.map((ref): Outcome => ({ ref, error: absent(ref) }))
  const outcomes = await withStore(config, none, (store) =>
    refs.map((ref) =>
      decide(store, ref, status === 'approved' ? refusalOf(ref, store, config.pipeline, io) : undefined, {
        status,
        by,
        at: io.now(),
        ...(status === 'approved' && { target: approved }),
        ...(note !== undefined && { note }),
      }),
    ),
  )
  const told = status === 'approved' && outcomes.some((one) => one.changed === true) ? await tellServer(config) : []
  if (io.json) io.printJson(outcomes.map(asJson))
  for (const { ref, changed, copied, error } of outcomes) {
    if (error !== undefined) await reportError(error, io)
    else if (!io.json) {
      const what = changed === true ? status : `was ${status} or posted already`
      io.print(`${showRef(ref, drafts)}  ${what}${copied === undefined ? '' : `, will be posted from ${copied.table}`}`)
    }
  }
  if (told.length > 0) io.remark(`The running server was told: ${told.join(', ')} posts now.`)
  const failed = outcomes.filter((one) => one.error !== undefined).length
  if (failed === 0) return EXIT.ok
  const [first] = outcomes
  return failed === outcomes.length && first?.error instanceof BotticelliError
    ? exitCodeOf(first.error.code)
    : EXIT.partial
}

/** Names of the bots that will post at once. A server that does not answer finds the row at its next run. */
async function tellServer({ stateDir }: Config): Promise<readonly string[]> {
  const answer = await askServer<ApprovedAnswer>(stateDir, 'POST', '/v1/approved').catch(noAnswer)
  return answer?.told ?? []
}

function noAnswer(error: unknown): undefined {
  if (!(error instanceof BotticelliError)) throw error
  return undefined
}

function decide(
  store: Store,
  ref: RowRef,
  refusal: BotticelliError | undefined,
  decision: Parameters<Store['content']['review']>[1],
): Outcome {
  if (!store.content.exists(ref.table) || store.content.find(ref) === undefined) return { ref, error: absent(ref) }
  if (refusal !== undefined) return { ref, error: refusal }
  return { ref, ...store.content.review(ref, decision) }
}

/** Why approving the row would not do what its word says. */
function refusalOf(ref: RowRef, store: Store, pipeline: Config['pipeline'], io: Io): BotticelliError | undefined {
  const { content } = store
  if (!content.exists(ref.table)) return undefined
  const is = (table: string) => ref.table.toLowerCase() === table.toLowerCase()
  const name = `${ref.table}/${ref.id}`
  if (is(pipeline.approved)) {
    if (content.find(ref)?.reviewStatus !== 'pending') return undefined
    const fix = 'Nothing is to be decided: the posting bot takes it at its next run.'
    return new BotticelliError('confirmation-missing', `${name} is approved and waits to be posted already.`, { fix })
  }
  if (is(pipeline.drafts)) return undefined
  const texts = textColumns(store, pipeline.approved) ?? textColumns(store, pipeline.drafts) ?? []
  const own = textColumns(store, ref.table) ?? []
  if (texts.length > 0 && !own.some((column) => texts.includes(column))) {
    const message = `${name} cannot be posted: it has none of the text columns of ${pipeline.approved} (${texts.join(', ')}), and --yes does not change that.`
    const fix = `Approve rows of ${pipeline.drafts}, or set pipeline.drafts to another table.`
    return new BotticelliError('confirmation-missing', message, { fix })
  }
  if (io.globals.yes) return undefined
  const message = `${name} is no row of ${pipeline.drafts}, the table of drafts; approved, it would be posted all the same.`
  return new BotticelliError('confirmation-missing', message, { fix: 'Add --yes if you mean it.' })
}

function textColumns({ content }: Store, table: string): readonly string[] | undefined {
  return content.columns(table)?.flatMap(({ name, type }) => (type === 'text' ? [name.toLowerCase()] : []))
}

function absent(ref: RowRef): BotticelliError {
  return new BotticelliError('not-found', `There is no content ${ref.table}/${ref.id}.`, {
    fix: 'List what there is with "botticelli content list --status pending".',
  })
}

function asJson({ ref, changed, copied, error }: Outcome) {
  if (error instanceof BotticelliError) return { ...ref, error: { code: error.code, message: error.message } }
  return { ...ref, changed, ...(copied !== undefined && { copied }) }
}
