// Origin text: where the value of a setting came from, for a person.

import { relative } from 'node:path'
import type { Origin } from '../config/layers.ts'
import type { Io } from './io.ts'

export function originText(origin: Origin, io: Io): string {
  switch (origin.layer) {
    case 'environment':
      return `environment ${origin.variable}`
    case '.env':
      return `${relative(io.cwd, origin.place.file)}:${origin.place.line} ${origin.variable}`
    case 'file':
      return `${relative(io.cwd, origin.place.file)}:${origin.place.line}:${origin.place.column}`
    default:
      return origin.layer
  }
}
