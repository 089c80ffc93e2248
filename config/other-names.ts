// Other names: keys of earlier configuration files that are still understood, and what they are called now.

import type { SettingKey } from './settings.ts'

interface OtherName {
  readonly key: SettingKey
  /** The value as the present key has it; the same without it. Undefined: not of the right kind. */
  readonly read?: (value: unknown) => unknown
}

const ofBoolean = (yes: string, no: string) => (value: unknown) =>
  typeof value === 'boolean' ? (value ? yes : no) : undefined

const ofMs = (value: unknown) => (typeof value === 'number' ? `${value}ms` : undefined)

/** By dotted path. */
export const OTHER_NAMES: Readonly<Record<string, OtherName>> = {
  'observability.enabled': { key: 'telemetry.enabled' },
  'observability.service_name': { key: 'telemetry.service_name' },
  'observability.environment': { key: 'telemetry.environment' },
  'observability.log_level': { key: 'telemetry.log_level' },
  'observability.json_logs': { key: 'telemetry.log_format', read: ofBoolean('json', 'pretty') },
  'observability.metrics_enabled': { key: 'telemetry.metrics' },
  'observability.metrics_host': { key: 'telemetry.metrics_host' },
  'observability.metrics_port': { key: 'telemetry.metrics_port' },
  'observability.metrics_path': { key: 'telemetry.metrics_path' },
  'observability.tracing_enabled': { key: 'telemetry.tracing' },
  'observability.otlp_endpoint': { key: 'telemetry.otlp_endpoint' },
  'observability.sample_rate': { key: 'telemetry.sample_ratio' },
  'observability.sampling_rate': { key: 'telemetry.sample_ratio' },
  'observability.health_enabled': { key: 'telemetry.health' },
  'observability.health_port': { key: 'telemetry.health_port' },
  'observability.sentry_dsn': { key: 'telemetry.sentry_dsn' },
  'observability.backend': { key: 'telemetry.backend' },
  'observability.export_console': { key: 'telemetry.export_console' },
  'observability.batch_size': { key: 'telemetry.batch_size' },
  'observability.batch_timeout_ms': { key: 'telemetry.batch_delay', read: ofMs },
  'observability.cost_tracking_enabled': { key: 'models.cost_tracking' },
  'observability.daily_budget_usd': { key: 'models.daily_budget_usd' },
  'observability.monthly_budget_usd': { key: 'models.monthly_budget_usd' },
  'telemetry.sampling_rate': { key: 'telemetry.sample_ratio' },
  'telemetry.sample_rate': { key: 'telemetry.sample_ratio' },
  'telemetry.batch_timeout_ms': { key: 'telemetry.batch_delay', read: ofMs },
}

/** The paths under which other names may stand. */
export const OTHER_TABLES: ReadonlySet<string> = new Set(
  Object.keys(OTHER_NAMES).map((path) => path.slice(0, path.lastIndexOf('.') + 1)),
)
