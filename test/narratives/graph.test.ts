import path from 'node:path'
import { expect, test } from 'vitest'
import { drawNarrative } from '../../narratives/graph.ts'
import { loadNarrativeFile } from '../../narratives/load-file.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import { corpus, corpusFiles } from './corpus.ts'

const FILE = `
[acts]
old = ["tables.posts", "Which are good?"]
write = { prompt = "Write.", carousel = 3, when = "not empty(old)" }
batch = { narrative = "batch" }
send = { input = { type = "bot_command", platform = "discord", command = "messages.send", channel_id = "1" } }
[tables.posts]
table_name = "posts"
[narrative.batch]
toc = ["old", "write"]
target = "drafts"
[narrative.main]
toc = ["batch", "send"]
carousel = 2
`
const { file } = parseNarrativeFile(FILE, 'x.toml')
const draw = (format: 'mermaid' | 'dot' | 'ascii') => drawNarrative(file!, file!.narratives.get('main')!, format)

test('ascii', () => {
  expect(draw('ascii')).toBe(
    `main, 2 times
|-- batch
|   batch
|   |-- old (reads posts)
|   \`-- write, 3 times (on a condition; stores in drafts)
\`-- send (discord messages.send)`,
  )
})

test('mermaid', () => {
  expect(draw('mermaid')).toBe(`flowchart TD
  subgraph g0["main, 2 times"]
    n0a0[["batch"]]
    n0a1["send"]
  end
  subgraph g1["batch"]
    n1a0("old")
    n1a1("write, 3 times")
  end
  x0[("posts")]
  x1[("drafts")]
  x2>"discord messages.send"]
  x0 -.-> n1a0
  n1a0 -->|if| n1a1
  n1a1 -.-> x1
  n0a0 -.->|runs| n1a0
  n0a0 --> n0a1
  n0a1 -.-> x2`)
})

test('dot', () => {
  expect(draw('dot')).toContain('  n1a0 -> n1a1 [label="if"]\n')
  expect(draw('dot')).toMatch(/^digraph narrative \{\n[\s\S]*\n\}$/)
})

test('names cannot break out of the drawing', () => {
  const name = 'x"] --> y\\n\\u001b[31m'
  const { file: odd } = parseNarrativeFile(
    `[narrative]\nname = "n"\ntoc = ["${name}"]\n[acts]\n"${name}" = "Hi."`.replaceAll('x"]', 'x\\"]'),
    'x.toml',
  )
  const narrative = odd!.narratives.get('n')!
  expect(drawNarrative(odd!, narrative, 'mermaid')).toContain('("x#34;#93; --#62; y#10;#27;#91;31m")')
  expect(drawNarrative(odd!, narrative, 'dot')).toContain('label="x\\"] --> y [31m"')
  expect(drawNarrative(odd!, narrative, 'ascii')).not.toContain('\u001b')
})

test.skipIf(corpusFiles().length === 0)('every narrative of the corpus can be drawn (needs ../shared/corpus)', () => {
  for (const name of corpusFiles()) {
    const loaded = loadNarrativeFile(path.join(corpus, name))
    for (const narrative of loaded.narratives.values()) {
      const lines = drawNarrative(loaded, narrative, 'ascii').split('\n')
      expect(lines.length, name).toBeGreaterThan(narrative.acts.length)
    }
  }
})
