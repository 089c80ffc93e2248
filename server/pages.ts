// Pages: metrics and health of a server for Prometheus, probes and browsers, on one port or on one each.

import type { TelemetryConfig } from '../config/config.ts'
import type { HealthSource } from '../telemetry/health.ts'
import {
  type BrowserPage,
  checkPort,
  type MetricsServerOptions,
  startMetricsServer,
} from '../telemetry/metrics-server.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

export interface Pages {
  readonly telemetry: Telemetry
  readonly health: HealthSource
  /** For a browser; none without it. */
  readonly status: (() => BrowserPage) | undefined
}

/** Before any work is begun. @throws TelemetryError `metrics-port-taken` */
export async function checkPorts({ prometheus, health }: TelemetryConfig): Promise<void> {
  if (health?.port !== undefined) await checkPort('health', { host: health.host, port: health.port })
  if (prometheus !== undefined) await checkPort('metrics', prometheus)
}

/**
 * @param opened gets what has to be closed
 * @returns where the metrics are; undefined when they are not served
 */
export async function servePages(
  { prometheus, health: healthAt }: TelemetryConfig,
  { telemetry: { metricsText: text, openMetrics, metricsJson: json }, health, status }: Pages,
  opened: AsyncDisposableStack,
): Promise<string | undefined> {
  const healthPages = healthAt && { health, status }
  const isApart = healthAt?.port !== undefined
  if (isApart) await serve({ host: healthAt.host, port: healthAt.port, ...healthPages })
  if (prometheus === undefined) return undefined
  const { url } = await serve({ ...prometheus, text, openMetrics, json, ...(!isApart && healthPages) })
  return url

  async function serve(pages: MetricsServerOptions) {
    return opened.adopt(await startMetricsServer(pages), (each) => each.close())
  }
}
