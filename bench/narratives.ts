// What reading narratives costs, and what the engine adds to an act: `npm run bench:narratives [-- FOLDER]`. The floor of
// reading is smol-toml, which only parses.
//
// FOLDER holds narrative files; without it the shipped library is read. Run it on an idle machine.

import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse as parseBySmolToml } from 'smol-toml'
import { extractJson } from '../narratives/extract-json.ts'
import { parseNarrativeFile } from '../narratives/parse-file.ts'
import { fillIn } from '../narratives/placeholders.ts'
import { parseToml } from '../narratives/toml-tree.ts'
import { runOverhead } from './run-overhead.ts'

const ROUNDS = 150

const folder = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../narratives/library'))
const texts = globSync('**/*.toml', { cwd: folder }).map((name) => readFileSync(path.join(folder, name), 'utf8'))
const kilobytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1024

/** Milliseconds of the best round: other work on the machine can only make rounds longer. */
function measure(work: () => void): number {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now()
    work()
    times.push(performance.now() - start)
  }
  return Math.min(...times)
}

function eachText(read: (text: string) => void): () => void {
  return () => {
    for (const text of texts) read(text)
  }
}

const rows = Array.from({ length: 100 }, (_, n) => ({ n, title: `Post ${n}`, text: 'It is "so". '.repeat(40) }))
const clean = JSON.stringify(rows)
const cut = `Here:\n\`\`\`json\n${JSON.stringify(rows, null, 2).slice(0, -20)}`
const prompt = 'Take {{draft}} and ${made.title}, but not {{nobody}}. '.repeat(50)
const values = {
  response: (name: string) => (name === 'draft' ? 'A title' : name === 'made' ? '{"title":"T"}' : undefined),
  state: () => undefined,
  env: () => undefined,
}

const table: readonly (readonly [title: string, work: () => void, floor?: string])[] = [
  ['floor: smol-toml, values only', eachText((text) => void parseBySmolToml(text))],
  ['tree with places', eachText((text) => void parseToml(text)), 'floor: smol-toml, values only'],
  ['file, checked', eachText((text) => void parseNarrativeFile(text, 'bench.toml')), 'floor: smol-toml, values only'],
  ['floor: JSON.parse, 100 rows', () => void JSON.parse(clean)],
  ['extractJson, clean', () => void extractJson(clean), 'floor: JSON.parse, 100 rows'],
  ['extractJson, fenced and cut', () => void extractJson(cut), 'floor: JSON.parse, 100 rows'],
  ['fillIn, 150 placeholders', () => void fillIn(prompt, values, 'lenient')],
]

console.log(`${texts.length} files, ${kilobytes.toFixed(0)} KB; best of ${ROUNDS} rounds`)
const measured = new Map<string, number>()
for (const [title, work, floor] of table) {
  const ms = measure(work)
  measured.set(title, ms)
  console.log(line(title, ms, floor === undefined ? undefined : ms / measured.get(floor)!))
}

const { actMs, floorMs } = await runOverhead()
console.log('\nAn act with a model that answers at once')
console.log(line('floor: its answer, flushed', floorMs))
console.log(line('the engine, an act', actMs, actMs / floorMs))

function line(title: string, ms: number, ratio?: number): string {
  const against = ratio === undefined ? '' : `${ratio.toFixed(1).padStart(8)} ×`
  return `${title.padEnd(32)} ${ms.toFixed(2).padStart(8)} ms${against}`
}
