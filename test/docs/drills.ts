// Drills: failures that are really injected into a running server, and the commands that find each of them. The table in
// docs/observability.md is printed from here.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import type { Project, Running } from '../end-to-end/project.ts'

export interface Drill {
  readonly broken: string
  /** Commands in the order in which a person asks them, and what of their answers leads on. */
  readonly path: readonly { readonly command: string; readonly says: RegExp; readonly shown: string }[]
  /** Writes what differs from the healthy project; what it opens is closed after the drill. */
  inject(project: Project): Promise<Injected> | Injected
}

interface Injected {
  readonly env?: Record<string, string>
  /** Done to the server once it runs. */
  after?(server: Running): Promise<void>
  close?(): Promise<void>
}

export const DRILLS: readonly Drill[] = [
  {
    broken: 'the key of the provider is refused',
    path: [
      step(
        'status',
        /writer: \d+ failures? in a row \(model-auth\): .*401/,
        '`writer: 3 failures in a row (model-auth): scripted answered 401 …`',
      ),
      step('explain model-auth', /key/, 'which key it is, and where it belongs'),
    ],
    inject: scripted('[default]\nfault = "http:401"\n'),
  },
  {
    broken: 'the provider is down',
    path: [
      step(
        'status',
        /local: \d+ calls? failed in a row \(model-network\)/,
        '`local: 4 calls failed in a row (model-network)`',
      ),
      step('logs --level warn', /ECONNREFUSED|Cannot connect/, 'the address that refuses'),
    ],
    async inject(project) {
      const port = await closedPort()
      const models = `[models]\ndefault = "local:llama"\n[models.servers.local]\nbase_url = "http://127.0.0.1:${port}/v1"\n`
      project.write('botticelli.toml', config({ models }))
      return {}
    },
  },
  {
    broken: 'the provider takes no more calls for now',
    path: [
      step(
        'status',
        /scripted: \d+ calls? failed in a row \(model-rate-limit\)/,
        '`scripted: 1 call failed in a row (model-rate-limit)`; the bot is `running`',
      ),
      step(
        'logs --level warn',
        /Rate limited, backing off .*retry_after_ms=60000/,
        '`Rate limited, backing off … retry_after_ms=60000`',
      ),
    ],
    inject: scripted('[default]\nfault = "http:429 retry_after=60s"\n'),
  },
  {
    broken: 'a call is never answered',
    path: [
      step('status', /writer +running \d/, 'the state `running 4 m`, longer than any run takes'),
      step('actors tree', /draft +asking/, '`draft asking`: the act waits for its model'),
    ],
    inject: scripted('[default]\nfault = "hang"\n'),
  },
  {
    broken: 'answers hold no JSON, so nothing is stored',
    path: [
      step('status', /pending 0 .*\n.*[1-9]\d* model calls/, 'calls that cost, and `pending 0`'),
      step('logs --level warn', /Answer holds no usable JSON/, '`Answer holds no usable JSON` for each of them'),
    ],
    inject(project) {
      project.write('script.toml', '[default]\ntext = "I would rather not."\n')
      project.write('w.toml', narrative('write_posts'))
      return {}
    },
  },
  {
    broken: 'Discord takes nothing: the bot has lost a permission',
    path: [
      step(
        'status',
        /poster: \d+ failures? in a row \(discord-forbidden\): .*Missing Permissions/,
        '`poster: 2 failures in a row (discord-forbidden): The bot may not do POST …`',
      ),
      step('explain discord-forbidden', /permission/i, 'which permissions are needed'),
    ],
    inject: (project) =>
      discord(project, [{ is: 'status', status: 403, code: 50013, message: 'Missing Permissions', times: 1_000 }]),
  },
  {
    broken: 'Discord broke off in the middle of a post, and cannot be asked what it has',
    path: [
      step(
        'status',
        /nobody knows whether a command had its effect: botticelli executions show \w+/,
        '`nobody knows whether a command had its effect: botticelli executions show ID`',
      ),
      step('executions list --status failed', /post \(poster\)/, 'the run that waits for a person'),
    ],
    inject: (project) =>
      discord(project, [
        { is: 'lost-answer', method: 'POST', path: '/messages', times: 1_000 },
        {
          is: 'status',
          method: 'GET',
          path: '/messages',
          status: 403,
          code: 50001,
          message: 'Missing Access',
          times: 1_000,
        },
      ]),
  },
  {
    broken: 'somebody broke the narrative file of a bot that runs',
    path: [
      step('status', /writer +\w+ .* 0 +\d+\/0/, 'nothing: the bot goes on with the last file that was whole'),
      step('logs --level warn', /w\.toml:\d+:\d+/, 'file, line and column of the mistake'),
    ],
    inject: (project) => ({
      after: async (server) => {
        await server.says('Bot run completed')
        project.write('w.toml', '[narrative]\nname = broken\n')
      },
    }),
  },
  {
    broken: 'a schedule was paused and forgotten',
    path: [
      step('status', /writer +idle .*paused/, '`paused` where the next run was'),
      step('schedule list', /paused: while we move/, 'the reason that was given'),
    ],
    inject: (project) => ({
      after: async () => {
        await project.botticelli(['schedule', 'pause', 'writer', '--reason', 'while we move'])
      },
    }),
  },
  {
    broken: 'another program holds the database',
    path: [
      step('logs --level warn', /locked by another process/, '`The database … is locked by another process`'),
      step('status', /writer .* now /, 'the bot stays due'),
    ],
    inject(project) {
      let other: Database.Database | undefined
      return {
        after: async (server) => {
          await server.says('Bot run completed')
          other = new Database(join(project.folder, '.botticelli', 'botticelli.db'))
          other.exec('begin immediate')
        },
        close: async () => {
          other?.close()
        },
      }
    },
  },
  {
    broken: 'nobody listens where traces are sent',
    path: [
      step(
        'logs --level warn',
        /Traces could not be sent .*lost_spans=\d+/,
        '`Traces could not be sent … lost_spans=9`, once a minute',
      ),
      step('status', /writer .* \d+\/0 /, 'the bots do not notice'),
    ],
    async inject() {
      return { env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await closedPort()}` } }
    },
  },
]

function step(command: string, says: RegExp, shown: string) {
  return { command, says, shown }
}

// ---------------------------------------------------------------------------- the healthy project

/** A project that works: a bot that writes every second, with a scripted model. */
export function fill(project: Project): void {
  project.write('botticelli.toml', config({}))
  project.write('script.toml', '')
  project.write('w.toml', narrative('write'))
}

function narrative(name: string): string {
  return `[narrative]\nname = "${name}"\ndescription = "Writes"\n${name === 'write' ? 'skip_content_generation = true\n' : ''}\n[toc]\norder = ["draft"]\n\n[acts]\ndraft = "Write a post."\n`
}

function config({
  models = '[models]\ndefault = "scripted"\nscript = "script.toml"\n',
  bots = '[bots.writer]\nnarrative = "w.toml"\nevery = "1s"\non_start = true\n',
  posting = 'dry-run',
}): string {
  return `posting = "${posting}"\n${models}\n[telemetry]\nmetrics = false\nlog_format = "pretty"\n\n${bots}`
}

function scripted(script: string) {
  return (project: Project): Injected => {
    project.write('script.toml', script)
    return {}
  }
}

async function discord(
  project: Project,
  faults: NonNullable<Parameters<typeof startDiscordDouble>[0]>['faults'],
): Promise<Injected> {
  const double = await startDiscordDouble({ ...(faults !== undefined && { faults }) })
  const channel = String(double.channels()[0]?.id)
  const bots = '[bots.poster]\nnarrative = "post.toml"\nevery = "1s"\non_start = true\n'
  project.write('botticelli.toml', config({ bots, posting: 'live' }))
  project.write(
    'post.toml',
    `[narrative]\nname = "post"\ndescription = "Posts"\nskip_content_generation = true\n\n[toc]\norder = ["publish"]\n\n[bots.publish]\nplatform = "discord"\ncommand = "messages.send"\nrequired = true\nchannel_id = "${channel}"\ncontent = "Hello"\n\n[acts]\npublish = [{ ref = "bots.publish" }]\n`,
  )
  return {
    env: { DISCORD_TOKEN: 'a-token', DISCORD_GUILD_ID: double.guildId, DISCORD_API_URL: double.url },
    close: () => double.stop(),
  }
}

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
