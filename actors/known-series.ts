// Known series: what is counted of the bots that are configured, of their narratives and models, exists before they run.
//
// An alert on a series that does not exist never fires, and the first count of a series is no increase to Prometheus.

import { BotticelliError } from '../errors.ts'
import { type Act, extractsOutput, type Narrative, needsModel, targetTable } from '../narratives/narrative.ts'
import { DEAD_LETTER_REASONS } from '../supervisor/index.ts'
import { begin, count } from '../telemetry/instruments.ts'
import type { BotMessage } from './bot.ts'
import type { BotSettings } from './bot-runs.ts'
import { typeOfAct } from './execution-plan.ts'
import type { Services } from './services.ts'

export interface Known {
  readonly services: Pick<Services, 'loadNarrative' | 'findModel'>
  /** The table of what was approved: what is stored there was generated before. */
  readonly approvedTable: string
  /** The name by which a command is counted, in whatever spelling it was written. */
  nameOf(platform: string, command: string): string
  isPublishing(command: { readonly platform: string; readonly command: string }): boolean
}

/** Models are looked up; nobody is asked anything. */
export function countFromZero(bots: readonly BotSettings[], known: Known): void {
  const { services, approvedTable } = known
  ofMailboxes()
  for (const bot of bots) {
    const { narrative } = services.loadNarrative(bot.narrative, bot.narrativeName)
    ofNarrative(narrative)
    count('botticelli.bot.failures', { bot: bot.name, bot_type: bot.type, error_type: OTHER }, 0)
    if (bot.type === 'posting') count('botticelli.content.published', { platform: 'discord', bot: bot.name }, 0)
    if (!narrative.skipContentGeneration && targetTable(narrative) !== approvedTable) {
      count('botticelli.content.generated', { narrative: narrative.key, bot: bot.name }, 0)
    }
    for (const act of narrative.acts) {
      ofTables(act)
      ofCommands(act, bot, known)
      if (needsModel(act)) meetModel(bot.model ?? act.settings.model, services)
    }
  }
}

function ofMailboxes(): void {
  const actor_kind = 'bot'
  for (const reason of DEAD_LETTER_REASONS) count('botticelli.actor.dead_letters', { actor_kind, reason }, 0)
  for (const message_type of ['bot.run', 'content.produced'] satisfies BotMessage['type'][]) {
    count('botticelli.actor.messages.sent', { actor_kind, message_type }, 0)
    for (const outcome of ['ok', 'error'] as const) {
      count('botticelli.actor.messages.processed', { actor_kind, message_type, outcome }, 0)
    }
  }
  begin('botticelli.actor.mailbox.wait', { actor_kind })
  for (const kind of ['bot', 'act']) count('botticelli.actor.hung', { actor_kind: kind }, 0)
  for (const kind of ['bot', 'act']) count('botticelli.actor.loop_blocks', { actor_kind: kind }, 0)
}

function ofNarrative(whole: Narrative): void {
  const { key: narrative, acts, carousel } = whole
  for (const trigger of ['schedule', 'message', 'cli'] as const) {
    count('botticelli.narrative.started', { narrative, trigger }, 0)
  }
  for (const outcome of OUTCOMES) count('botticelli.narrative.executions', { narrative, outcome }, 0)
  for (const outcome of ['ok', 'error'] as const) begin('botticelli.narrative.duration', { narrative, outcome })
  begin('gen_ai.invoke_workflow.duration', { 'gen_ai.workflow.name': narrative })
  count('botticelli.narrative.failures', { narrative, error_type: OTHER }, 0)
  count('botticelli.narrative.cost.usd', { narrative }, 0)
  if (carousel !== undefined) {
    count('botticelli.carousel.started', { narrative }, 0)
    for (const outcome of OUTCOMES) count('botticelli.carousel.completed', { narrative, outcome }, 0)
    for (const outcome of OUTCOMES) count('botticelli.carousel.iterations', { narrative, outcome }, 0)
    begin('botticelli.carousel.iteration.duration', { narrative })
  }
  for (const [index, act] of acts.entries()) {
    const labels = { narrative, act: act.name, act_type: typeOfAct(act) }
    count('botticelli.act.started', labels, 0)
    for (const outcome of OUTCOMES) count('botticelli.act.completed', { ...labels, outcome }, 0)
    const { act_type } = labels
    for (const outcome of ['ok', 'error'] as const) begin('botticelli.act.duration', { act_type, outcome })
    begin('botticelli.act.output.length.chars', { act_type })
    if (extractsOutput(whole, index)) ofJson(narrative)
    if (act.cacheMs !== undefined) ofCache('answers')
  }
}

const OUTCOMES = ['ok', 'error', 'cancelled'] as const

/** Stands for all that may go wrong, where nobody can say beforehand what that is. */
const OTHER = '_other'

function ofJson(narrative: string): void {
  for (const outcome of ['success', 'repaired', 'failure'] as const) {
    count('botticelli.json.extractions', { narrative, outcome }, 0)
  }
  for (const reason of ['no-json', 'bad-json', 'invalid'] as const) {
    count('botticelli.json.refusals', { narrative, reason }, 0)
    count('botticelli.json.retries', { narrative, reason }, 0)
  }
  for (const outcome of ['ok', 'error'] as const) {
    count('botticelli.processor.runs', { processor_type: 'content', outcome }, 0)
  }
}

function ofTables({ inputs }: Act): void {
  for (const input of inputs) {
    if (input.kind !== 'table') continue
    const operation = input.pullAndDelete ? 'pull' : 'read'
    begin('botticelli.table.operation.duration', { table: input.table, operation })
  }
}

function ofCommands({ inputs }: Act, { name: bot }: BotSettings, { nameOf, isPublishing }: Known): void {
  for (const input of inputs) {
    if (input.kind !== 'command') continue
    const { platform: source } = input
    const operation = nameOf(source, input.command)
    for (const outcome of ['ok', 'error'] as const) {
      count('botticelli.source.requests', { source, operation, outcome }, 0)
    }
    begin('botticelli.source.duration', { source, operation })
    count('botticelli.source.errors', { source, error_type: OTHER }, 0)
    if (isPublishing(input)) {
      count('botticelli.content.published', { platform: source, bot }, 0)
      count('botticelli.content.publish_failures', { platform: source, error_type: OTHER }, 0)
    }
    ofCache('platform_reads')
  }
}

function ofCache(cache: string): void {
  for (const result of ['hit', 'miss'] as const) count('botticelli.cache.requests', { cache, result }, 0)
}

/** A model that cannot be had is told of by the run that asks for it. */
function meetModel(name: string | undefined, { findModel }: Pick<Services, 'findModel'>): void {
  try {
    findModel(name)
  } catch (error) {
    if (!(error instanceof BotticelliError)) throw error
  }
}
