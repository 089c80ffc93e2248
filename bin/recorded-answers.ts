// Recorded answers: what the cassette beside a narrative says, as replies of the scripted model. So a narrative is seen at
// work with the answers that it was made for, without a key.

import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { BotticelliError } from '../errors.ts'
import type { ScriptedReply } from '../models/scripted/script.ts'
import { parseCassette, type RecordedAnswer } from '../narratives/testing/cassette.ts'
import { parseTestFile, testFileOf } from '../narratives/testing/test-file.ts'
import { readText } from './narrative-files.ts'

export interface RecordedRun {
  /** The case of the test that the answers were recorded for. */
  readonly name: string
  /** What the case gives the narrative's variables. */
  readonly vars: Readonly<Record<string, string>>
  readonly replies: readonly ScriptedReply[]
}

/**
 * The case with the most answers, of those that run this narrative of the file.
 *
 * @throws BotticelliError `not-found` where nothing is recorded; NarrativeError `bad-cassette`
 */
export function recordedRun(narrativeFile: string, narrative: string | undefined, cwd: string): RecordedRun {
  const path = testFileOf(narrativeFile)
  const { file } = existsSync(path) ? parseTestFile(readText(path), path) : {}
  const cassette =
    file !== undefined && existsSync(file.cassette) ? parseCassette(readText(file.cassette), file.cassette) : undefined
  const runs = (file?.cases ?? [])
    .filter((one) => narrative === undefined || (one.narrative ?? narrative) === narrative)
    .map(({ name, vars }) => ({ name, vars, replies: repliesOf(cassette?.get(name)?.answers ?? []) }))
  const best = runs.toSorted((a, b) => b.replies.length - a.replies.length)[0]
  if (best !== undefined && best.replies.length > 0) return best
  throw new BotticelliError(
    'not-found',
    `Nothing is recorded for ${relative(cwd, narrativeFile)}${narrative === undefined ? '' : `, narrative ${narrative}`}.`,
    {
      fix: `Record its test: botticelli narratives test ${relative(cwd, narrativeFile)} --record; or let the model invent answers: --model scripted.`,
    },
  )
}

/** An act that was asked several times gives its answers in the order in which they were recorded. */
function repliesOf(answers: readonly RecordedAnswer[]): readonly ScriptedReply[] {
  const calls = new Map<string, number>()
  return answers.flatMap(({ act: position, answer }) => {
    const call = (calls.get(position) ?? 0) + 1
    calls.set(position, call)
    if ('error' in answer) return []
    const slash = position.lastIndexOf('/')
    const when = { narrative: position.slice(0, slash).split('/').at(-1)!, act: position.slice(slash + 1), call }
    return [{ when, text: answer.text, usage: { input: answer.inputTokens, output: answer.outputTokens } }]
  })
}
