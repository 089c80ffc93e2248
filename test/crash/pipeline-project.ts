// Pipeline project: a folder whose server drafts, curates and posts a few items, and then has nothing left to do.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type DiskFault, withDiskFault } from './failing-disk.ts'

const CLI = resolve(import.meta.dirname, '../../bin/cli.ts')

/** Drafts of one run of the generator. */
export const ITEMS = 3

export interface Kind {
  /** Bots that have a thread of their own. */
  readonly threads: readonly string[]
  /** Two bots post, to the same channel. */
  readonly twoPosters: boolean
  /** What a post is: one message, a text of two, or a message that is reacted to and edited afterwards. */
  readonly post: (typeof POSTS)[number]
}

export const POSTS = ['plain', 'long', 'edited'] as const
export const PLAIN: Kind = { threads: [], twoPosters: false, post: 'plain' }

/** The messages that publishing a text leaves in the channel, in their order. */
export function messagesOf(text: string, { post }: Kind): readonly string[] {
  if (post === 'long') return [`${text} begins. ${FILLER}`, `${text} ends.`]
  return [post === 'edited' ? `${text}, edited` : text]
}

/** Of so many characters that a text around it takes two messages. */
const FILLER = 'x'.repeat(1_950)

export interface PipelineProject extends AsyncDisposable {
  readonly folder: string
  readonly database: string
  /**
   * Writes the files as a person does who changes something that matters to no run: a server that runs takes it over, or,
   * where it is spoilt, nothing of it.
   */
  edit(change: { readonly version: number; readonly isSpoilt?: boolean }): void
  /** Starts `botticelli serve`, without a launcher in between: what is killed is the server itself. */
  serve(limits?: { readonly largestFileKb?: number; readonly disk?: DiskFault }): Server
  /** Runs a command to its end. @returns what it printed */
  run(...words: readonly string[]): Promise<string>
}

export interface Server {
  readonly process: ChildProcess
  output(): string
  kill(signal: NodeJS.Signals): Promise<void>
}

export function makePipelineProject(env: Readonly<Record<string, string>>, kind: Kind): PipelineProject {
  const { threads } = kind
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-crash-'))
  mkdirSync(join(folder, 'narratives'))
  const edit: PipelineProject['edit'] = ({ version, isSpoilt = false }) => {
    for (const [name, text] of Object.entries(filesOf(kind))) {
      const isolated = text.replace(/^\[bots\.(\w+)\]$/gm, (header, bot) =>
        threads.includes(bot) && name === 'botticelli.toml' ? `${header}\nisolation = "thread"` : header,
      )
      const faster = isolated.replace('"60ms"', `"${60 + (version % 20)}ms"`)
      writeFileSync(join(folder, name), `${faster}\n# version ${version}\n${isSpoilt ? '[spoilt\n' : ''}`)
    }
  }
  edit({ version: 0 })
  const running = new Set<ChildProcess>()
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env }

  return {
    folder,
    database: join(folder, '.botticelli', 'botticelli.db'),
    edit,
    serve({ largestFileKb, disk } = {}) {
      const before = disk === undefined ? [] : withDiskFault(disk)
      const command = [...before, process.execPath, CLI, 'serve', '--live']
      const limit = largestFileKb === undefined ? '' : `ulimit -f ${largestFileKb}; `
      const child = spawn('bash', ['-c', `${limit}exec "$@"`, 'bash', ...command], {
        cwd: folder,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      running.add(child)
      const exited = once(child, 'exit')
      const closed = once(child, 'close').then(() => void running.delete(child))
      let said = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
      return {
        process: child,
        output: () => said,
        async kill(signal) {
          child.kill(signal)
          // A tracer that was about to begin may outlive what is killed, and holds its output open.
          await (signal === 'SIGKILL' ? exited : closed)
        },
      }
    },
    async run(...words) {
      const child = spawn(process.execPath, [CLI, ...words], { cwd: folder, env: environment, stdio: 'pipe' })
      let said = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
      await once(child, 'close')
      return said
    },
    async [Symbol.asyncDispose]() {
      for (const child of running) {
        child.kill('SIGKILL')
        // Of one whose tracer holds them open: this process would not end.
        child.stdout?.destroy()
        child.stderr?.destroy()
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Shared by all servers of all scenarios, so that a start costs less. */
const COMPILE_CACHE = join(tmpdir(), 'botticelli-crash-compiled')

function filesOf({ twoPosters, post }: Kind): Readonly<Record<string, string>> {
  const second = twoPosters ? POSTER.replace('[bots.poster]', '[bots.poster_two]') : ''
  return {
    ...FILES,
    'botticelli.toml': `${FILES['botticelli.toml']}${POSTER}${second}`,
    'narratives/post.toml': post === 'edited' ? edited(postNarrative('')) : postNarrative(post === 'long' ? LONG : ''),
  }
}

/** Two messages: the first is full. */
const LONG = ` begins. ${FILLER}\\n\${next.text_content} ends.`

function postNarrative(rest: string): string {
  return FILES['narratives/post.toml']!.replace(
    'content = "${next.text_content}"',
    `content = "\${next.text_content}${rest}"`,
  )
}

function edited(narrative: string): string {
  return narrative
    .replace('"publish", ', '"publish", "react", "edit", ')
    .replace('publish = "bots.publish"', 'publish = "bots.publish"\nreact = "bots.react"\nedit = "bots.edit"')
    .replace(
      '[bots.mark_posted]',
      `[bots.react]
platform = "discord"
command = "reactions.add"
required = true
channel_id = "\${channel.id}"
message_id = "\${publish.id}"
emoji = "👍"

[bots.edit]
platform = "discord"
command = "messages.edit"
required = true
channel_id = "\${channel.id}"
message_id = "\${publish.id}"
content = "\${next.text_content}, edited"

[bots.mark_posted]`,
    )
}

const POSTER = `
[bots.poster]
type = "posting"
narrative = "post"
after = "curator"
every = "60ms"
`

const FILES: Readonly<Record<string, string>> = {
  'botticelli.toml': `
[telemetry]
metrics = false
log_level = "info"

[models]
default = "openai:gpt-4o-mini"
retries = 5

[bots.generator]
type = "generation"
narrative = "generate"
every = "24h"
on_start = true

[bots.curator]
type = "curation"
narrative = "curate"
after = "generator"

[pipeline]
drafts = "drafts"
approved = "approved"
updatable_tables = ["approved"]
`,
  'narratives/generate.toml': `
[narrative]
name = "generate"
description = "Drafts"
target = "drafts"

[narrative.carousel]
iterations = ${ITEMS}

[toc]
order = ["write", "as_json"]

[acts]
write = "ACT:write. Write something."
as_json = "ACT:as_json. Say it in JSON: {{write}}"
`,
  'narratives/curate.toml': `
[narrative]
name = "curate"
description = "Approves every draft"
target = "approved"

[toc]
order = ["choose"]

[tables.drafts]
table_name = "drafts"
where_clause = "review_status = 'pending'"
limit = 10
format = "json"
pull_and_delete = true

[[acts.choose.input]]
ref = "tables.drafts"

[[acts.choose.input]]
type = "text"
content = "ACT:choose. All of them, as a JSON array."
`,
  'narratives/post.toml': `
[narrative]
name = "post"
description = "Publishes one approved row"
skip_content_generation = true

[toc]
order = ["channel", "next", "publish", "mark_posted"]

[bots.channel]
platform = "discord"
command = "channels.get_or_create"
required = true
guild_id = "\${DISCORD_GUILD_ID}"
name = "crash"
channel_type = "text"

[tables.next]
table_name = "approved"
columns = ["id", "text_content"]
where_clause = "review_status = 'pending'"
order_by = "id ASC"
limit = 1
format = "json"
required = true

[bots.publish]
platform = "discord"
command = "messages.send"
required = true
channel_id = "\${channel.id}"
content = "\${next.text_content}"

[bots.mark_posted]
platform = "database"
command = "update_table"
required = true
table_name = "approved"
where_clause = "review_status = 'pending'"
limit = 1

[bots.mark_posted.updates]
review_status = "posted"

[acts]
channel = "bots.channel"
next = "tables.next"
publish = "bots.publish"
mark_posted = "bots.mark_posted"
`,
}
