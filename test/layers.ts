// Layers: imports only go down, and folders of one layer never import each other.
//
// Run by `npm run check`. Prints each import that climbs and ends with 1 when there is one.

import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'

/** From the top down, as docs/architecture.md draws them. */
const LAYERS = [
  ['bin'],
  ['botticelli.ts', 'bot-thread.ts'],
  ['adapters.ts'],
  ['config', 'console'],
  ['actors'],
  ['narratives', 'models', 'platforms', 'media', 'store'],
  ['supervisor'],
  ['telemetry'],
  ['errors.ts'],
  ['redact.ts', 'json.ts'],
]

/** Actors know adapters by their interface alone. */
const INTERFACES_FOR_ACTORS = new Set(['models/model.ts', 'platforms/platform.ts', 'media/media.ts', 'store/store.ts'])

const IMPORT = /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)/g

const files = LAYERS.flat().flatMap((place) => (place.endsWith('.ts') ? [place] : globSync(`${place}/**/*.{ts,mjs}`)))
const climbs = files.flatMap((file) => importsOf(file).flatMap((target) => complaint(file, target) ?? []))

for (const line of climbs) console.error(line)
if (climbs.length > 0) process.exit(1)
console.log(`layers: ${files.length} files, every import goes down`)

function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map((match) =>
    normalize(join(dirname(file), match[1] ?? match[2] ?? '')),
  )
}

function complaint(file: string, target: string): string | undefined {
  const [from, to] = [topOf(file), topOf(target)]
  if (from === to) return undefined
  const [fromLayer, toLayer] = [layerOf(from), layerOf(to)]
  if (toLayer === -1) return `${file} imports ${target}, which is on no layer`
  if (toLayer <= fromLayer) return `${file} imports ${target}: an import that climbs`
  const adapter = from === 'actors' && ['models', 'platforms', 'media', 'store'].includes(to)
  if (adapter && !INTERFACES_FOR_ACTORS.has(target)) return `${file} imports ${target}: actors know interfaces only`
  return undefined
}

function topOf(file: string): string {
  return file.split(sep)[0] ?? file
}

function layerOf(top: string): number {
  return LAYERS.findIndex((layer) => layer.includes(top))
}
