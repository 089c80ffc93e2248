// Metrics that narratives declare, as Prometheus reads them from a server: the two that were asked for. And as a plain run of the
// library's narratives pushes them.

import { expect, test } from 'vitest'
import { startProviderServer } from '../models/provider-server.ts'
import { startOtlpReceiver } from '../telemetry/otlp-receiver.ts'
import { parsePrometheus, sampleValue } from '../telemetry/prometheus-text.ts'
import { makeProject, until } from './project.ts'

const JOURNEY = `
[narrative]
name = "journey"
skip_content_generation = true
toc = ["review", "close"]
[narrative.metrics.journey_components]
kind = "counter"
act = "review"
each = "$.components"
value = "$.completed"
labels = { component = "$.name" }
help = "Components of a decision that were completed"
[acts]
review = "Which components are complete? As JSON."
close = "Say goodbye."
`
const SCANNER = `
[narrative]
name = "scan"
target = "findings"
toc = ["score"]
[narrative.metrics.scan_score]
kind = "histogram"
act = "score"
value = "$.score"
buckets = [2, 5, 8]
labels = { flag = { path = "$.flag", values = ["ok", "risk"] } }
[narrative.metrics.scan_worst]
kind = "gauge"
act = "score"
value = "$.score"
[acts]
score = "Score them, as JSON."
`
const BOTS = `
[models]
default = "openai:gpt-4o-mini"
[telemetry]
metrics_port = 0
[bots.journey]
narrative = "journey"
every = "24h"
on_start = true
[bots.scanner]
narrative = "scan"
every = "24h"
on_start = true
`

test('a journey counts completed components, a scanner exports its scores, and a resumed run counts nothing twice', async () => {
  const released = Promise.withResolvers<void>()
  await using server = await startProviderServer(async ({ prompt }) => {
    if (prompt.startsWith('Score'))
      return '[{"score": 1, "flag": "risk"}, {"score": 6, "flag": "ok"}, {"score": 9, "flag": "odd"}]'
    if (prompt.startsWith('Which'))
      return '{"components": [{"name": "issue", "completed": true}, {"name": "goals", "completed": false}]}'
    await released.promise
    return 'Goodbye.'
  })
  using project = makeProject()
  project.write('botticelli.toml', BOTS)
  project.write('journey.toml', JOURNEY)
  project.write('scan.toml', SCANNER)
  const env = {
    OPENAI_API_KEY: 'test-key-of-openai',
    OPENAI_BASE_URL: server.urls.openai,
    BOTTICELLI_NARRATIVES: project.folder,
    BOTTICELLI_LOG_FORMAT: 'json',
  }
  const scrape = async (output: string) => {
    const url = /"url":"([^"]+)"/.exec(output)?.[1] ?? ''
    return parsePrometheus(await (await fetch(url)).text())
  }

  const first = project.start(['serve'], env)
  await until(() => server.calls.length >= 3, 30_000, first.output)
  await first.says('"event":"bot.run_completed"') // the scanner's; the journey waits for its last answer
  const families = await scrape(first.output())
  const of = (name: string, labels: Record<string, string>) => sampleValue(families, name, labels)
  const journey = { narrative: 'journey' }
  expect(of('journey_components_total', { ...journey, component: 'issue' })).toBe(1)
  expect(of('journey_components_total', { ...journey, component: 'goals' })).toBe(0)
  const scan = { narrative: 'scan' }
  expect(of('scan_score_bucket', { ...scan, flag: 'ok', le: '8' })).toBe(1)
  expect(of('scan_score_bucket', { ...scan, flag: 'risk', le: '2' })).toBe(1)
  expect(of('scan_score_sum', { ...scan, flag: 'other' })).toBe(9)
  expect(of('scan_worst', scan)).toBe(9)

  await first.kill('SIGKILL')
  released.resolve()
  const second = project.start(['serve'], env)
  await second.says('"event":"bot.run_completed"')
  const resumed = await scrape(second.output())
  expect(resumed.has('journey_components_total')).toBe(false)
  await second.kill('SIGTERM')
}, 90_000)

test('a plain run pushes the metrics of the journey and of the scanner, with the answers of their cassettes', async () => {
  await using receiver = await startOtlpReceiver()
  using project = makeProject()
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, BOTTICELLI_PUSH_METRICS: 'true' }
  for (const [name, words] of [
    ['decide', 'decide'],
    ['scan', 'scan.scanner'],
  ] as const) {
    await project.botticelli(['narratives', 'new', `narratives/${name}`, '--from', name])
    const { code, stderr } = await project.botticelli(['run', words, '--cassette'], env)
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('no model is asked') })
  }
  expect(receiver.errors).toEqual([])
  const points = (name: string) => receiver.metrics.get(name)?.points ?? []
  const components = ['issue', 'objectives', 'alternatives', 'consequences', 'tradeoffs', 'recommendation']
  for (const component of components) {
    const attributes = expect.objectContaining({ narrative: 'decide', component })
    expect(points('journey_components')).toContainEqual(
      expect.objectContaining({ attributes, value: expect.any(Number) }),
    )
  }
  expect(points('decision_quality')).toHaveLength(1)
  expect(points('scan_score').map(({ attributes }) => attributes.topic)).toEqual(
    expect.arrayContaining(['safety', 'bug', 'praise']),
  )
  const flagged = points('scan_flagged').map(({ attributes, value }) => [attributes.owner, value])
  expect(flagged.toSorted()).toEqual([
    ['developer', 1],
    ['moderator', 1],
  ])
}, 60_000)
