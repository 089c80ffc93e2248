// Version: the version of this package.

import { readFileSync } from 'node:fs'

export function versionOf(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}
