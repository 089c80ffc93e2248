// Demo folder: the project that the demo runs, made fresh each time.
//
// An ordinary project: `botticelli -C FOLDER content list` and the like work on it as on any other.

import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BotticelliError } from '../../errors.ts'
import { LIBRARY } from '../library.ts'
import { pipelineProject } from './pipeline-project.ts'

export const DEMO_FOLDER = join('.botticelli', 'demo')
/** How often the posting bot looks for something to post. */
export const POST_EVERY_MS = 2_000

/** Makes the folder where it does not exist. @throws BotticelliError `demo-folder` */
export function makeDemoFolder(folder: string): void {
  write(folder, () => mkdirSync(folder, { recursive: true }))
}

/** Replaces what an earlier demo left by a project without any content, which posts to the given server. */
export function fillDemoFolder(folder: string, discordUrl: string): void {
  write(folder, () => {
    for (const name of readdirSync(folder)) {
      if (OURS.test(name)) rmSync(join(folder, name), { recursive: true })
    }
    mkdirSync(join(folder, 'narratives'))
    for (const name of readdirSync(LIBRARY)) copyFileSync(join(LIBRARY, name), join(folder, 'narratives', name))
    writeFileSync(join(folder, 'script.toml'), SCRIPT)
    writeFileSync(join(folder, 'botticelli.toml'), configOf(discordUrl))
  })
}

/** All that a demo makes, and nothing that a person might have put here. */
const OURS = /^(narratives|script\.toml|botticelli\.toml|botticelli\.db(-wal|-shm)?)$/

/** A model that takes a moment to answer, and refuses once as a busy provider does. */
const SCRIPT = `[[reply]]
when  = { narrative = "use_case", act = "critique", call = 1 }
fault = "http:429 retry_after=1s"

[[reply]]
when  = { act = "choose" }
delay = "800ms ±200ms"

[default]
delay = "150ms ±100ms"
`

function configOf(discordUrl: string): string {
  return pipelineProject({
    discordUrl,
    writes: 'batch',
    postsWhen: `after = ["curator"]\nevery = "${POST_EVERY_MS}ms"`,
    telemetry: 'metrics = false\nlog_level = "silent"',
    settings: '# The project of "botticelli demo". It is made anew each time.\nstate_dir = "."\n',
  })
}

function write(folder: string, change: () => void): void {
  try {
    change()
  } catch (cause) {
    throw new BotticelliError('demo-folder', `The demo keeps its state in ${folder}, which cannot be written.`, {
      cause,
      fix: 'Change to a folder that you may write to and start it there: cd DIR && PATH/TO/bin/botticelli demo',
    })
  }
}
