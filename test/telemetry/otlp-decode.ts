// OTLP decode: an export request of traces, in JSON or in protobuf, as spans that a test can look at.
//
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto

import { readFields, type WireValue } from './protobuf-wire.ts'

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  /** As W3C's `tracestate`; empty where there is none. */
  readonly traceState: string
  readonly name: string
  readonly kind: string
  /** Nanoseconds since 1970. */
  readonly startedAt: bigint
  readonly endedAt: bigint
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly status: 'unset' | 'ok' | 'error'
  readonly statusMessage: string
  readonly resource: Attributes
  readonly scope: string
}

type Attributes = Readonly<Record<string, unknown>>

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const STATUSES = ['unset', 'ok', 'error'] as const

/** @throws SyntaxError, RangeError or TypeError for what is no export request */
export function decodeTraces(body: Buffer, contentType: string): ReceivedSpan[] {
  if (contentType.startsWith('application/json')) return fromJson(JSON.parse(body.toString('utf8')))
  if (contentType.startsWith('application/x-protobuf')) return fromProtobuf(body)
  throw new TypeError(`OTLP over HTTP is JSON or protobuf, got '${contentType}'.`)
}

// ---------------------------------------------------------------------------- JSON

interface JsonKeyValue {
  readonly key: string
  readonly value: JsonAnyValue
}

interface JsonAnyValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string | number
  readonly doubleValue?: number
  readonly arrayValue?: { readonly values?: readonly JsonAnyValue[] }
  readonly kvlistValue?: { readonly values?: readonly JsonKeyValue[] }
  readonly bytesValue?: string
}

interface JsonSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly traceState?: string
  readonly name: string
  readonly kind?: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes?: readonly JsonKeyValue[]
  readonly events?: readonly { readonly name: string; readonly attributes?: readonly JsonKeyValue[] }[]
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly status?: { readonly code?: number; readonly message?: string }
}

interface JsonRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly JsonKeyValue[] }
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string }
      readonly spans?: readonly JsonSpan[]
    }[]
  }[]
}

function fromJson(request: JsonRequest): ReceivedSpan[] {
  return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => ({
        traceId: hexId(span.traceId, 32),
        spanId: hexId(span.spanId, 16),
        parentSpanId: span.parentSpanId ? hexId(span.parentSpanId, 16) : undefined,
        traceState: span.traceState ?? '',
        name: span.name,
        kind: KINDS[span.kind ?? 0] ?? 'unspecified',
        startedAt: BigInt(span.startTimeUnixNano),
        endedAt: BigInt(span.endTimeUnixNano),
        attributes: jsonAttributes(span.attributes),
        events: (span.events ?? []).map((event) => ({
          name: event.name,
          attributes: jsonAttributes(event.attributes),
        })),
        links: (span.links ?? []).map(({ traceId, spanId }) => ({
          traceId: hexId(traceId, 32),
          spanId: hexId(spanId, 16),
        })),
        status: STATUSES[span.status?.code ?? 0] ?? 'unset',
        statusMessage: span.status?.message ?? '',
        resource: jsonAttributes(resource?.attributes),
        scope: scope?.name ?? '',
      })),
    ),
  )
}

function hexId(id: string, digits: number): string {
  if (id.length !== digits || !/^[\da-f]+$/.test(id))
    throw new TypeError(`An id has ${digits} hex digits, got '${id}'.`)
  return id
}

function jsonAttributes(pairs: readonly JsonKeyValue[] = []): Attributes {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, jsonValue(value)]))
}

function jsonValue(value: JsonAnyValue): unknown {
  if (value.intValue !== undefined) return Number(value.intValue)
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(jsonValue)
  if (value.kvlistValue !== undefined) return jsonAttributes(value.kvlistValue.values)
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue
}

// ---------------------------------------------------------------------------- protobuf

function fromProtobuf(body: Uint8Array): ReceivedSpan[] {
  return messages(body, 1).flatMap((resourceSpans) => {
    const resource = messages(resourceSpans, 1).flatMap((message) => messages(message, 1))
    return messages(resourceSpans, 2).flatMap((scopeSpans) => {
      const scope = messages(scopeSpans, 1)[0]
      return messages(scopeSpans, 2).map((span) => protobufSpan(span, resource, scope))
    })
  })
}

function protobufSpan(bytes: Uint8Array, resource: readonly Uint8Array[], scope: Uint8Array | undefined): ReceivedSpan {
  const fields = readFields(bytes)
  const status = messages(bytes, 15)[0]
  const statusFields = status === undefined ? undefined : readFields(status)
  return {
    traceId: hex(fields.get(1)?.[0]),
    spanId: hex(fields.get(2)?.[0]),
    parentSpanId: hex(fields.get(4)?.[0]) || undefined,
    traceState: text(fields.get(3)?.[0]),
    name: text(fields.get(5)?.[0]),
    kind: KINDS[Number(fields.get(6)?.[0] ?? 0)] ?? 'unspecified',
    startedAt: BigInt(whole(fields.get(7)?.[0])),
    endedAt: BigInt(whole(fields.get(8)?.[0])),
    attributes: protobufAttributes(messages(bytes, 9)),
    events: messages(bytes, 11).map((event) => ({
      name: text(readFields(event).get(2)?.[0]),
      attributes: protobufAttributes(messages(event, 3)),
    })),
    links: messages(bytes, 13).map((link) => {
      const linked = readFields(link)
      return { traceId: hex(linked.get(1)?.[0]), spanId: hex(linked.get(2)?.[0]) }
    }),
    status: STATUSES[Number(statusFields?.get(3)?.[0] ?? 0)] ?? 'unset',
    statusMessage: text(statusFields?.get(2)?.[0]),
    resource: protobufAttributes(resource),
    scope: scope === undefined ? '' : text(readFields(scope).get(1)?.[0]),
  }
}

function protobufAttributes(pairs: readonly Uint8Array[]): Attributes {
  return Object.fromEntries(
    pairs.map((pair) => [text(readFields(pair).get(1)?.[0]), protobufValue(messages(pair, 2)[0] ?? new Uint8Array())]),
  )
}

function protobufValue(bytes: Uint8Array): unknown {
  const [[field, values] = [0, []]] = readFields(bytes)
  const value = values[0]
  switch (field) {
    case 1:
      return text(value)
    case 2:
      return value === 1n
    case 3:
      return Number(BigInt.asIntN(64, whole(value)))
    case 4:
      return asDouble(whole(value))
    case 5:
      return messages(value as Uint8Array, 1).map(protobufValue)
    case 6:
      return protobufAttributes(messages(value as Uint8Array, 1))
    case 7:
      return Buffer.from(value as Uint8Array).toString('base64')
    default:
      return undefined
  }
}

function messages(bytes: Uint8Array, field: number): Uint8Array[] {
  return (readFields(bytes).get(field) ?? []).filter((value) => value instanceof Uint8Array)
}

function text(value: WireValue | undefined): string {
  return value instanceof Uint8Array ? new TextDecoder('utf-8', { fatal: true }).decode(value) : ''
}

function hex(value: WireValue | undefined): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : ''
}

function whole(value: WireValue | undefined): bigint {
  return typeof value === 'bigint' ? value : 0n
}

function asDouble(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}
