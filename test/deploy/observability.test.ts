// The stack beside a server. That its files are valid for the programs themselves is asked by `npm run observe:check`.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const FOLDER = join(import.meta.dirname, '../../deploy/observability')
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8')
const compose = read('compose.yml')

test('three services run, each with a volume that outlives it', () => {
  const services = [...compose.matchAll(/^ {2}(\w+):\n {4}image: (\S+):(\S+)$/gm)].map(([, name, , version]) => [
    name,
    version,
  ])
  expect(services.map(([name]) => name)).toEqual(['jaeger', 'prometheus', 'grafana'])
  for (const [name, version] of services) {
    expect(version, name).toMatch(/\d+\.\d+/)
    expect(compose.match(new RegExp(`^ {2}${name}:$`, 'gm')), name).toHaveLength(2) // a service, and a volume
    expect(compose).toMatch(new RegExp(`["']${name}:/`))
  }
})

test('all that is mounted is there', () => {
  const mounted = [...compose.matchAll(/["']\.\/([^:'"]+):/g)].map(([, path]) => path!)
  expect(mounted.length).toBe(3)
  for (const path of mounted) expect(existsSync(join(FOLDER, path)), path).toBe(true)
})

test('nobody but this machine reaches it, and the password comes from the environment', () => {
  const ports = [...compose.matchAll(/["']([\d.:]+:\d+)["']/g)].map(([, port]) => port!)
  expect(ports.length).toBe(4)
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  expect(compose).toMatch(/GF_SECURITY_ADMIN_PASSWORD: \$\{GF_SECURITY_ADMIN_PASSWORD:\?/)
})

test('Grafana finds both, and leads from a number to its trace', () => {
  const sources = read('grafana/datasources/botticelli.yml')
  for (const url of ['http://prometheus:9090', 'http://jaeger:16686']) expect(sources).toContain(`url: ${url}\n`)
  expect(sources).toContain('{ name: trace_id, datasourceUid: jaeger }')
  expect(sources).toContain('uid: jaeger\n')
  expect(read('prometheus.yml')).toContain('host.docker.internal:9464')
  expect(compose).toContain('--enable-feature=exemplar-storage')
})

test('the collector keeps traces that failed or were slow, and a share of the others', () => {
  const jaeger = read('jaeger.yml')
  expect(jaeger).toContain('processors: [tail_sampling, batch]')
  for (const policy of ['status_code', 'latency', 'probabilistic']) expect(jaeger).toContain(`type: ${policy},`)
  expect(jaeger).toContain('sampling_percentage: 10')
})
