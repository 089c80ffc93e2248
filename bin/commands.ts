// Commands: the code of each command, loaded when it is called. `botticelli --version` reads none of it.

import type { Run } from './command.ts'
import type { CommandName } from './command-table.ts'

export const LOADERS: Readonly<Record<CommandName, () => Promise<Run>>> = {
  demo: async () => (await import('./commands/demo.ts')).demo,
  run: async () => (await import('./commands/run.ts')).run,
  serve: async () => (await import('./commands/serve.ts')).serve,
  status: async () => (await import('./commands/status.ts')).status,
  'narratives list': async () => (await import('./commands/narratives-list.ts')).narrativesList,
  'narratives validate': async () => (await import('./commands/narratives-validate.ts')).narrativesValidate,
  'narratives show': async () => (await import('./commands/narratives-show.ts')).narrativesShow,
  'content list': async () => (await import('./commands/content-list.ts')).contentList,
  'content show': async () => (await import('./commands/content-show.ts')).contentShow,
  'content approve': async () => (await import('./commands/content-review.ts')).contentApprove,
  'content reject': async () => (await import('./commands/content-review.ts')).contentReject,
  'executions list': async () => (await import('./commands/executions-list.ts')).executionsList,
  'executions show': async () => (await import('./commands/executions-show.ts')).executionsShow,
  'config show': async () => (await import('./commands/config-show.ts')).configShow,
  explain: async () => (await import('./commands/explain.ts')).explain,
  version: async () => (await import('./commands/version.ts')).version,
  help: async () => (await import('./commands/help.ts')).help,
}
