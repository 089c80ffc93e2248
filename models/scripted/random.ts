// Random: a seeded source of choices for the scripted model.
//
//   R1. Equal seeds give equal choices, on every machine and in every version of Node.

export interface Random {
  /** 0 ≤ x < 1. */
  next(): number
  /** A whole number, both ends included. */
  int(min: number, max: number): number
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T
  /** The items in another order. */
  shuffle<T>(items: readonly T[]): T[]
}

export function createRandom(seed: string): Random {
  let state = hash(seed)
  // Mulberry32, after Tommy Ettinger: 32 bits of state are plenty for choosing phrases.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    int,
    pick: (items) => items[int(0, items.length - 1)]!,
    shuffle: (items) => {
      const rest = [...items]
      return items.map(() => rest.splice(int(0, rest.length - 1), 1)[0]!)
    },
  }
}

/** A 32-bit FNV-1a hash of the text. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value >>> 0
}
