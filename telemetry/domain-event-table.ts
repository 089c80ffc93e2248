// Domain event table: everything that happens to the content, the runs and the actors and is kept, from which
// docs/observability.md is printed.
//
// Owns names and fields. A name is `subject.participle`; the part before the point is its subject, by which events are
// asked for. Fields say what a reader needs who has nothing but the event; texts of prompts, answers and content are
// not among them.

import type { SerializedError } from '../errors.ts'
import { redactWithin } from './redaction.ts'

/** What a field may hold. */
type FieldType = keyof FieldValues

export interface DomainEventEntry {
  readonly when: string
  /** By name; one that ends in `?` may be left out. */
  readonly fields: Readonly<Record<string, FieldType>>
}

/** What went wrong, short and without secrets. */
interface EventError {
  readonly code: string
  readonly message: string
}

export function eventError({ code, name, message }: SerializedError): EventError {
  return { code: code ?? name, message: redactWithin(message, MOST_ERROR_LENGTH) }
}

const MOST_ERROR_LENGTH = 500

export const DOMAIN_EVENTS = {
  // --- the server
  'server.started': {
    when: 'A server has started.',
    fields: { version: 'string', bots: 'strings', config: 'string', pid: 'number' },
  },
  'server.stopped': { when: 'A server has stopped in good order.', fields: { uptime_secs: 'number' } },
  'config.changed': {
    when: 'A server goes on, or has started, with another configuration than before.',
    fields: { config: 'string', before: 'string' },
  },

  // --- schedules and runs
  'schedule.triggered': {
    when: 'A bot was due and is told to run.',
    fields: { lag_ms: 'number' },
  },
  'schedule.missed': {
    when: 'Runs were due while nobody could begin them.',
    fields: { missed: 'number', policy: 'string' },
  },
  'schedule.paused': {
    when: 'A person has paused a bot.',
    fields: { by: 'string', reason: 'string', 'until?': 'number' },
  },
  'schedule.resumed': { when: 'A person has ended the pause of a bot.', fields: { by: 'string' } },
  'run.skipped': { when: 'A bot was told to run and found nothing to do.', fields: { reason: 'string' } },

  // --- executions and acts
  'execution.started': {
    when: 'An execution of a narrative has begun.',
    fields: { narrative: 'string', trigger: 'string' },
  },
  'execution.resumed': {
    when: 'An execution goes on that had not ended, or had failed.',
    fields: { narrative: 'string', was: 'string' },
  },
  'execution.completed': { when: 'An execution has done all its acts.', fields: { duration_ms: 'number' } },
  'execution.failed': {
    when: 'An execution has failed.',
    fields: { duration_ms: 'number', 'error?': 'error' },
  },
  'execution.cancelled': {
    when: 'An execution was given up: by a person, or since its process is gone.',
    fields: { duration_ms: 'number', 'by?': 'string' },
  },
  'act.started': { when: 'An attempt of an act has begun.', fields: { attempt: 'number' } },
  'act.completed': {
    when: 'An act is done and its result stored.',
    fields: { duration_ms: 'number', rows: 'number' },
  },
  'act.failed': { when: 'An act has failed for the last time.', fields: { duration_ms: 'number', error: 'error' } },
  'model.answered': {
    when: 'A model has answered, and its answer is stored and paid for.',
    fields: {
      provider: 'string',
      model: 'string',
      input_tokens: 'number',
      output_tokens: 'number',
      duration_ms: 'number',
      finish_reason: 'string',
      'cost_usd?': 'number',
    },
  },
  'model.lost': {
    when: 'A call is paid, as far as anyone knows, and gave no answer to use: `broken-off` (its tokens are estimates) or `unusable`.',
    fields: {
      provider: 'string',
      model: 'string',
      ending: 'string',
      input_tokens: 'number',
      output_tokens: 'number',
      duration_ms: 'number',
      'cost_usd?': 'number',
    },
  },

  // --- commands and content
  'command.intended': { when: 'A command is about to be sent.', fields: { command: 'string' } },
  'command.done': {
    when: 'A command was carried out. `overtaken`: something was left as a later command has set it.',
    fields: { command: 'string', 'dry_run?': 'boolean', 'overtaken?': 'boolean' },
  },
  'command.failed': { when: 'A command has failed.', fields: { command: 'string', error: 'error' } },
  'command.doubtful': {
    when: 'Nobody knows whether a command was carried out; it waits for a person.',
    fields: { command: 'string', error: 'error' },
  },
  'command.decided': {
    when: 'A person has said what became of a doubtful command.',
    fields: { command: 'string', by: 'string', done: 'boolean' },
  },
  'content.generated': {
    when: 'A row of content was stored that was made from nothing.',
    fields: { narrative: 'string', 'model?': 'string' },
  },
  'content.curated': {
    when: 'A row of content was stored that was chosen from others.',
    fields: { narrative: 'string', from: 'string', 'model?': 'string' },
  },
  'content.approved': {
    when: 'A person has approved a row.',
    fields: { by: 'string', before: 'string', 'note?': 'string', 'copied?': 'string' },
  },
  'content.rejected': {
    when: 'A person has rejected a row.',
    fields: { by: 'string', before: 'string', 'note?': 'string' },
  },
  'content.published': {
    when: 'A row was published, or in a dry run would have been.',
    fields: { command: 'string', dry_run: 'boolean' },
  },

  // --- actors and their messages
  'actor.started': { when: 'An actor that lives long has started.', fields: { kind: 'string', incarnation: 'number' } },
  'actor.stopped': { when: 'An actor that lives long has stopped.', fields: { kind: 'string', reason: 'string' } },
  'actor.crashed': {
    when: 'An actor has crashed.',
    fields: { kind: 'string', incarnation: 'number', error: 'error' },
  },
  'actor.restarted': {
    when: 'A supervisor has brought an actor back.',
    fields: { kind: 'string', incarnation: 'number', restarts: 'number' },
  },
  'actor.escalated': { when: 'A supervisor has given up and fails itself.', fields: { kind: 'string' } },
  'actor.hung': {
    when: 'An actor made no progress and was taken down.',
    fields: { kind: 'string', busy_ms: 'number' },
  },
  'actor.paused': { when: 'An actor takes no messages for a while.', fields: { kind: 'string', reason: 'string' } },
  'actor.resumed': { when: 'An actor takes messages again.', fields: { kind: 'string' } },
  'message.given_up': {
    when: 'A message became a dead letter.',
    fields: { message_type: 'string', reason: 'string', errors: 'number' },
  },
  'message.redriven': { when: 'A person has sent a dead letter again.', fields: { by: 'string' } },
  'message.dropped': { when: 'A person has dropped a dead letter.', fields: { by: 'string', reason: 'string' } },

  // --- upkeep
  'records.pruned': {
    when: 'Old records were forgotten.',
    fields: {
      executions: 'number',
      dead_letters: 'number',
      answers: 'number',
      generations: 'number',
      events: 'number',
      ledger: 'number',
      reviews: 'number',
      audit: 'number',
      content: 'number',
    },
  },
} as const satisfies Record<string, DomainEventEntry>

export type DomainEventType = keyof typeof DOMAIN_EVENTS

interface FieldValues {
  string: string
  number: number
  boolean: boolean
  strings: readonly string[]
  error: EventError
}

type Fields<F> = { readonly [K in keyof F as K extends `${string}?` ? never : K]: FieldValues[F[K] & FieldType] } & {
  readonly [K in keyof F as K extends `${infer Name}?` ? Name : never]?: FieldValues[F[K] & FieldType] | undefined
}

/** The fields of an event. */
export type DataOf<T extends DomainEventType> = Fields<(typeof DOMAIN_EVENTS)[T]['fields']>

/** What events are about: the first words of their names. */
export const EVENT_SUBJECTS: readonly string[] = [
  ...new Set(Object.keys(DOMAIN_EVENTS).map((name) => name.split('.', 1)[0]!)),
]
