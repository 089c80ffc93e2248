// Protobuf wire format: the fields of one message, without a schema. Only what OTLP uses.
//
// https://protobuf.dev/programming-guides/encoding/

/** A varint or a fixed number, or the bytes of a string or of a message within. */
export type WireValue = bigint | number | Uint8Array

/** All values of all fields, by field number, in the order in which they came. @throws RangeError on a truncated message */
export function readFields(bytes: Uint8Array): ReadonlyMap<number, readonly WireValue[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields = new Map<number, WireValue[]>()
  let at = 0

  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = view.getUint8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new RangeError('A varint is longer than 10 bytes.')
  }

  function take(length: number): Uint8Array {
    if (at + length > bytes.length) throw new RangeError(`A field of ${length} bytes ends outside of its message.`)
    at += length
    return bytes.subarray(at - length, at)
  }

  function value(wireType: number): WireValue {
    switch (wireType) {
      case 0:
        return varint()
      case 1:
        at += 8
        return view.getBigUint64(at - 8, true)
      case 2:
        return take(Number(varint()))
      case 5:
        at += 4
        return view.getUint32(at - 4, true)
      default:
        throw new RangeError(`Wire type ${wireType} is not used by OTLP.`)
    }
  }

  while (at < bytes.length) {
    const tag = Number(varint())
    const values = fields.get(tag >> 3) ?? []
    fields.set(tag >> 3, values)
    values.push(value(tag & 7))
  }
  return fields
}
