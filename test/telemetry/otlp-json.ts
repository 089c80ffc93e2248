// OTLP JSON: export requests of metrics and of log lines, as far as tests look at them.

export interface ReceivedMetric {
  readonly name: string
  readonly unit: string
  readonly kind: 'sum' | 'gauge' | 'histogram'
  readonly points: readonly { readonly attributes: Attributes; readonly value: number }[]
}

export interface ReceivedLog {
  readonly severity: string
  readonly body: string
  readonly eventName: string
  readonly attributes: Attributes
  readonly traceId: string | undefined
  readonly resource: Attributes
}

type Attributes = Readonly<Record<string, unknown>>

interface KeyValue {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Point {
  readonly attributes?: readonly KeyValue[]
  readonly asDouble?: number
  readonly asInt?: string | number
  readonly count?: string | number
}

interface Metric {
  readonly name: string
  readonly unit?: string
  readonly sum?: { readonly dataPoints: readonly Point[] }
  readonly gauge?: { readonly dataPoints: readonly Point[] }
  readonly histogram?: { readonly dataPoints: readonly Point[] }
}

/** The value of a histogram's point is its count. */
export function decodeMetrics(body: Buffer): ReceivedMetric[] {
  const request = JSON.parse(body.toString('utf8')) as {
    resourceMetrics: readonly { scopeMetrics: readonly { metrics: readonly Metric[] }[] }[]
  }
  return request.resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics.map(toMetric)),
  )
}

function toMetric({ name, unit = '', sum, gauge, histogram }: Metric): ReceivedMetric {
  const points = (sum ?? gauge ?? histogram)?.dataPoints ?? []
  const numberOf = ({ asDouble, asInt, count }: Point) => Number(asDouble ?? asInt ?? count)
  return {
    name,
    unit,
    kind: sum ? 'sum' : gauge ? 'gauge' : 'histogram',
    points: points.map((point) => ({ attributes: attributesOf(point.attributes), value: numberOf(point) })),
  }
}

interface LogRecord {
  readonly severityText: string
  readonly eventName?: string
  readonly body: { readonly stringValue: string }
  readonly attributes?: readonly KeyValue[]
  readonly traceId?: string
}

export function decodeLogs(body: Buffer): ReceivedLog[] {
  const request = JSON.parse(body.toString('utf8')) as {
    resourceLogs: readonly {
      resource: { attributes: readonly KeyValue[] }
      scopeLogs: readonly { logRecords: readonly LogRecord[] }[]
    }[]
  }
  return request.resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((record) => ({
        severity: record.severityText,
        body: record.body.stringValue,
        eventName: record.eventName ?? '',
        attributes: attributesOf(record.attributes),
        traceId: record.traceId,
        resource: attributesOf(resource.attributes),
      })),
    ),
  )
}

function attributesOf(pairs: readonly KeyValue[] = []): Attributes {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]))
}
