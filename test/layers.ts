// Layers: imports only go down, folders of one layer never import each other, and no files import each other in a circle,
// not even for a type.
//
// Run by `npm run check`. Prints each import that climbs and each circle, and ends with 1 when there is one.

import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'

/** From the top down, as docs/architecture.md draws them. */
const LAYERS = [
  ['bin'],
  ['botticelli.ts', 'bot-thread.ts'],
  ['server'],
  ['config', 'console'],
  ['actors'],
  ['narratives', 'models', 'platforms', 'media', 'store'],
  ['supervisor'],
  ['telemetry'],
  ['errors.ts'],
  ['redact.ts', 'json.ts', 'open-telemetry.ts'],
]

/** Actors know adapters by their interface alone. */
const INTERFACES_FOR_ACTORS = new Set(['models/model.ts', 'platforms/platform.ts', 'media/media.ts', 'store/store.ts'])

const IMPORT = /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)/g

const files = LAYERS.flat().flatMap((place) => (place.endsWith('.ts') ? [place] : globSync(`${place}/**/*.{ts,mjs}`)))
const imports = new Map(files.map((file) => [file, importsOf(file)]))
const climbs = files.flatMap((file) => imports.get(file)?.flatMap((target) => complaint(file, target) ?? []) ?? [])
const complaints = [...climbs, ...circles().map((circle) => `${circle.join(' imports ')}: a circle`)]

for (const line of complaints) console.error(line)
if (complaints.length > 0) process.exit(1)
console.log(`layers: ${files.length} files, every import goes down, none in a circle`)

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

/** One circle for each import that closes one, on a walk that visits each file once. */
function circles(): string[][] {
  const found: string[][] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file])
    if (path.includes(file) || done.has(file)) return
    path.push(file)
    for (const target of imports.get(file) ?? []) visit(target)
    path.pop()
    done.add(file)
  }
  for (const file of files) visit(file)
  return found
}

function topOf(file: string): string {
  return file.split(sep)[0] ?? file
}

function layerOf(top: string): number {
  return LAYERS.findIndex((layer) => layer.includes(top))
}
