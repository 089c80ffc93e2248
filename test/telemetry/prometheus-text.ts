// Prometheus text: a strict parser of the exposition format 0.0.4, for tests that ask what a scraper would see.
//
// Refuses what `promtool check metrics` or a scrape would refuse: a family twice or in pieces, samples without TYPE,
// unsorted or missing buckets, a series twice, a bad name, a bad escape, no newline at the end.

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'untyped'
  readonly samples: readonly Sample[]
}

/** @throws SyntaxError with the line */
export function parsePrometheus(text: string): ReadonlyMap<string, Family> {
  if (text !== '' && !text.endsWith('\n')) throw new SyntaxError('The last line does not end with a newline.')
  const families = new Map<string, { name: string; help: string; type: Family['type']; samples: Sample[] }>()
  const series = new Set<string>()
  let open: { name: string; help: string; type: Family['type']; samples: Sample[] } | undefined

  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const fail = (why: string): never => {
      throw new SyntaxError(`Line ${index + 1}: ${why}: ${line}`)
    }
    if (line === '') fail('an empty line')
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line)
    if (comment?.[1] === 'HELP') {
      const [, , name = '', help = ''] = comment
      if (families.has(name)) fail('a family that was there before')
      if (/\\[^\\n]/.test(help.replaceAll('\\\\', ''))) fail('a bad escape in HELP')
      open = { name, help, type: 'untyped', samples: [] }
      families.set(name, open)
    } else if (comment?.[1] === 'TYPE') {
      const [, , name, type] = comment
      if (open?.name !== name || open?.samples.length !== 0) fail('TYPE without its HELP before it')
      if (type !== 'counter' && type !== 'gauge' && type !== 'histogram') fail('an unknown type')
      if (open !== undefined) open.type = type as Family['type']
    } else if (line.startsWith('#')) {
      fail('a comment that is neither HELP nor TYPE')
    } else {
      const sample = parseSample(line, fail)
      if (open === undefined || !belongs(sample.name, open)) fail('a sample outside of its family')
      const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`
      if (series.has(key)) fail('a series that was there before')
      series.add(key)
      open?.samples.push(sample)
    }
  }
  for (const family of families.values()) checkFamily(family)
  return families
}

/** The value of the one sample with exactly these labels; undefined when it is not there. */
export function sampleValue(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = JSON.stringify(Object.entries(labels).sort())
  const samples = [...families.values()].flatMap((family) => family.samples).filter((sample) => sample.name === name)
  return samples.find((sample) => JSON.stringify(Object.entries(sample.labels).sort()) === wanted)?.value
}

function parseSample(line: string, fail: (why: string) => never): Sample {
  const head = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{)?/.exec(line) ?? fail('no metric name')
  const [start, name = '', brace] = head
  const labels: Record<string, string> = {}
  let rest = line.slice(start.length)
  if (brace !== undefined) {
    while (!rest.startsWith('}')) {
      const pair =
        /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,(?!\})|(?=\}))/.exec(rest) ?? fail('a bad label')
      const [whole, label = '', value = ''] = pair
      if (label in labels) fail(`the label '${label}' twice`)
      labels[label] = value.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c))
      rest = rest.slice(whole.length)
    }
    rest = rest.slice(1)
  }
  const value = /^ (NaN|[+-]Inf|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/.exec(rest)?.[1] ?? fail('a bad value')
  return { name, labels, value: value.endsWith('Inf') ? Number(`${value[0]}Infinity`) : Number(value) }
}

function belongs(sample: string, { name, type }: { readonly name: string; readonly type: string }): boolean {
  if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample)
  return sample === name
}

function checkFamily(family: Family): void {
  const { name, type, samples } = family
  if (samples.length === 0) throw new SyntaxError(`${name} has no samples.`)
  if (type === 'untyped') throw new SyntaxError(`${name} has no TYPE.`)
  if (type === 'counter' && !name.endsWith('_total'))
    throw new SyntaxError(`The counter ${name} does not end in _total.`)
  if (type === 'counter' && samples.some(({ value }) => value < 0)) throw new SyntaxError(`${name} is below zero.`)
  if (type === 'histogram') checkHistogram(family)
}

function checkHistogram({ name, samples }: Family): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _le, ...others } }) =>
    JSON.stringify(Object.entries(others).sort()),
  )
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('+Inf', 'Infinity')))
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) throw new SyntaxError(`${name} has no bucket le="+Inf".`)
    for (const [index, bucket] of buckets.entries()) {
      const before = buckets[index - 1]
      if (before === undefined) continue
      if (!(bounds[index - 1]! < bounds[index]!)) throw new SyntaxError(`The buckets of ${name} are not in order.`)
      if (before.value > bucket.value) throw new SyntaxError(`The buckets of ${name} are not cumulative.`)
    }
    const count = group.filter((sample) => sample.name === `${name}_count`)
    const sum = group.filter((sample) => sample.name === `${name}_sum`)
    if (count.length !== 1 || sum.length !== 1) throw new SyntaxError(`${name} has no count or no sum.`)
    if (count[0]!.value !== buckets.at(-1)!.value) throw new SyntaxError(`The count of ${name} is not its last bucket.`)
  }
}
