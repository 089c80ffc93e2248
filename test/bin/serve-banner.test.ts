import { expect, test } from 'vitest'
import type { ServerStatus } from '../../actors/server-status.ts'
import { banner } from '../../bin/serve-banner.ts'
import { loadConfig } from '../../config/load-config.ts'

test('an interval is told as it is written', () => {
  const { config } = loadConfig({ cwd: import.meta.dirname, environment: {} })
  const bot = { name: 'writer', everyMs: 86_400_000, after: [] } as never
  const status = { pid: 1, bots: [{ bot: 'writer', nextRunAt: 60_000 }] } as unknown as ServerStatus
  const facts = { config: { ...config, bots: [bot] }, status, metricsUrl: undefined, now: 0 }
  expect(banner({ ...facts, paint: (_, words) => words }).at(-1)).toContain('writer  every 1d   next in')
})

test('no password of an address is told, since the banner stands in the log', () => {
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://ann:hunter2secret@collector:4318',
    DISCORD_API_URL: 'http://ann:hunter3secret@proxy/api',
    BOTTICELLI_POSTING: 'live',
  }
  const { config } = loadConfig({ cwd: import.meta.dirname, environment })
  const status = { bots: [], pid: 1 } as unknown as ServerStatus
  const text = banner({ config, status, metricsUrl: undefined, now: 0, paint: (_, words) => words }).join('\n')
  expect(text).toContain('@collector:4318')
  expect(text).toContain('@proxy/api')
  expect(text).not.toMatch(/hunter\dsecret/)
})
