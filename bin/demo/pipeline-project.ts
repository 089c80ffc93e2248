// Pipeline project: a configuration with one bot for each stage, over the library's narratives and a Discord double.
//
// What the demo runs is what the tests of whole servers run.

export interface PipelineProject {
  readonly discordUrl: string
  /** The narrative of generate.toml that the writer runs. */
  readonly writes: string
  /** What makes the poster run, in lines of TOML; nothing without it. */
  readonly postsWhen?: string
  /** Lines of `[telemetry]`, and further ones of `[models]`. */
  readonly telemetry: string
  readonly models?: string
  /** Further settings, before all tables. */
  readonly settings?: string
}

/** The text of botticelli.toml; more bots may be written behind it. */
export function pipelineProject(project: PipelineProject): string {
  const { discordUrl, writes, postsWhen = '', telemetry, models = '', settings = '' } = project
  return `${settings}posting = "live" # to a Discord double, on this machine

[models]
default = "scripted"
script = "script.toml"
${models}

[discord]
api_url = "${discordUrl}"

[telemetry]
${telemetry}

[bots.writer]
type = "generation"
narrative = "generate"
narrative_name = "${writes}"
every = "1h"
on_start = true

[bots.curator]
type = "curation"
narrative = "curate"
after = ["writer"]

[bots.poster]
type = "posting"
narrative = "post"
${postsWhen}
`
}
