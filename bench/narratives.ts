// What reading narratives costs: `npm run bench:narratives [FOLDER]`. The floor is smol-toml, which only parses.
//
// FOLDER holds narrative files; without it the shipped library is read. Run it on an idle machine.

import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse as parseBySmolToml } from 'smol-toml'
import { extractJson } from '../narratives/extract-json.ts'
import { parseNarrativeFile } from '../narratives/parse-file.ts'
import { fillIn } from '../narratives/placeholders.ts'
import { parseToml } from '../narratives/toml-tree.ts'

const ROUNDS = 30

const folder = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../narratives/library'))
const texts = globSync('**/*.toml', { cwd: folder }).map((name) => readFileSync(path.join(folder, name), 'utf8'))
const kilobytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1024

/** Median milliseconds of a round, after as many rounds of warming up. */
function measure(work: () => void): number {
  const times: number[] = []
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    const start = performance.now()
    work()
    times.push(performance.now() - start)
  }
  return times.slice(ROUNDS).toSorted((a, b) => a - b)[ROUNDS >> 1]!
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

const table: readonly (readonly [title: string, work: () => void])[] = [
  ['floor: smol-toml, values only', eachText((text) => void parseBySmolToml(text))],
  ['tree with places', eachText((text) => void parseToml(text))],
  ['file, checked', eachText((text) => void parseNarrativeFile(text, 'bench.toml'))],
  ['floor: JSON.parse, 100 rows', () => void JSON.parse(clean)],
  ['extractJson, clean', () => void extractJson(clean)],
  ['extractJson, fenced and cut', () => void extractJson(cut)],
  ['fillIn, 150 placeholders', () => void fillIn(prompt, values, 'lenient')],
]

console.log(`${texts.length} files, ${kilobytes.toFixed(0)} KB; median of ${ROUNDS} rounds`)
for (const [title, work] of table) console.log(`${title.padEnd(32)} ${measure(work).toFixed(2).padStart(8)} ms`)
