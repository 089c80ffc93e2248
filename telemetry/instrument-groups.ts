// Instrument groups: what the metrics are about, for whoever reads them as JSON and wants those of one part.

/** By the beginnings of the instruments' names; the first that fits counts. */
const GROUPS = {
  costs: [
    'botticelli.daily_cost',
    'botticelli.monthly_cost',
    'botticelli.cost_',
    'botticelli.budget.',
    'botticelli.llm.cost',
    'botticelli.bot.cost',
    'botticelli.narrative.cost',
  ],
  bots: ['botticelli.bot.', 'botticelli.schedule.', 'botticelli.supervisor.'],
  actors: ['botticelli.actor.', 'messaging.'],
  narratives: [
    'botticelli.narrative.',
    'botticelli.act.',
    'botticelli.processor.',
    'botticelli.json.',
    'botticelli.carousel.',
    'botticelli.conversation.',
    'gen_ai.invoke_workflow.',
  ],
  pipeline: [
    'botticelli.content.',
    'botticelli.potential_posts.',
    'botticelli.approved_posts.',
    'botticelli.pipeline.',
    'botticelli.table.',
  ],
  models: ['gen_ai.client.', 'botticelli.llm.', 'botticelli.api.', 'botticelli.rate_limit.', 'botticelli.answer'],
  platforms: [
    'gen_ai.execute_tool.',
    'botticelli.source.',
    'botticelli.cache.',
    'botticelli.circuit_breaker.',
    'http.client.',
  ],
  http: ['http.server.', 'botticelli.stream.'],
  database: ['db.', 'botticelli.db.', 'botticelli.events.'],
  process: ['process.', 'nodejs.', 'v8js.'],
  telemetry: ['otel.', 'botticelli.log.', 'botticelli.telemetry.', 'botticelli.metrics.', 'botticelli.build.'],
} as const satisfies Record<string, readonly string[]>

/** `server` for all others. */
export function groupOf(instrument: string): keyof typeof GROUPS | 'server' {
  for (const [group, prefixes] of Object.entries(GROUPS)) {
    if (prefixes.some((prefix) => instrument.startsWith(prefix))) return group as keyof typeof GROUPS
  }
  return 'server'
}
