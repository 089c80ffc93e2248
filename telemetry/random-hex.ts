// Random hex: ids of traces and spans.

/** An id needs no secrecy, only that nobody else has it; zeros alone would be no id. */
export function randomHex(length: 16 | 32): string {
  for (let digit = 0; digit < length; ) {
    let bits = Math.floor(Math.random() * 2 ** 32) || 1
    for (const end = digit + 8; digit < end; digit += 1) {
      digits[digit] = HEX_DIGITS[bits & 15]!
      bits >>>= 4
    }
  }
  return digits.toString('latin1', 0, length)
}

const digits = Buffer.alloc(32)
const HEX_DIGITS = Buffer.from('0123456789abcdef')
