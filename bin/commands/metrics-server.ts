// metrics-server: the metrics of the running server on another address, for a Prometheus that cannot reach its own.

import type { JsonObject } from '../../json.ts'
import { startMetricsServer } from '../../telemetry/metrics-server.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { watchInterrupts } from '../interrupts.ts'
import { askRunning } from '../running-server.ts'
import type { MetricsAnswer } from '../server-routes.ts'

export const metricsServer: Run = async (options, io) => {
  const { config } = io.configInPart()
  const text = async () => (await askRunning<MetricsAnswer>(config, '/v1/metrics')).text
  const isEmpty = (await text()) === ''
  const pages = await startMetricsServer({
    host: options.text('host'),
    port: Number(options.text('port') ?? 9_465),
    path: options.text('path'),
    text,
    json: () => askRunning<JsonObject>(config, '/v1/metrics.json'),
  })
  using interrupts = watchInterrupts(io.now)
  if (io.json) io.printJson({ url: pages.url })
  else io.print(pages.url)
  if (isEmpty) io.remark('The running server has no metrics: telemetry.metrics is false there.')
  io.remark('Ctrl-C ends')
  const over = new Promise<void>((resolve) => io.signal.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.race([interrupts.first, over])
  await pages.close()
  return EXIT.ok
}
