// Secrets: what must not be seen of a configuration.

import { isSecretKey } from '../telemetry/redaction.ts'
import type { Config } from './config.ts'

/** Every key and token of the configuration, and what narratives may read that is named like one. */
export function secretsOf({ models, discord, telemetry, notify, environment }: Config): (string | undefined)[] {
  const keys = [...Object.values(models.providers), ...Object.values(models.servers)].map(({ apiKey }) => apiKey)
  const webhooks = notify?.channels.map(({ url }) => url) ?? []
  const named = Object.entries(environment).flatMap(([name, value]) => (isSecretKey(name) ? [value] : []))
  const receivers = [{ headers: telemetry.otlpHeaders }, ...Object.values(telemetry.otlpSignals)]
  const headers = receivers.flatMap((one) => Object.values(one.headers ?? {}))
  return [discord.token, telemetry.sentryDsn, ...keys, ...webhooks, ...headers, ...named]
}
