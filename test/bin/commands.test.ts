// Commands as a shell sees them: exit codes, streams, JSON.

import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { whyAlone } from '../another-user.ts'
import { type Finished, makeProject, type Project } from '../end-to-end/project.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const ESCAPE = '\x1b'

let project: Project
let written: Finished
beforeAll(async () => {
  project = makeProject()
  cpSync(join(ROOT, 'narratives', 'library'), join(project.folder, 'narratives'), { recursive: true })
  project.write(
    'broken.toml',
    '[narrative]\nname = "x"\n\n[toc]\norder = ["a"]\n\n[acts.a]\nprompt = "hi"\ntemperature = "hot"\n',
  )
  project.write('bad.toml', 'posting = "alive"')
  project.write('crash.toml', '[narrative]\nname = "x"\n[toc]\norder = ["a"]\n[acts]\na = "hello"\n')
  written = await project.botticelli(['run', 'generate.batch', '--model', 'scripted', '--json'])
}, 60_000)
afterAll(() => project[Symbol.dispose]())

describe('exit codes', { concurrent: true }, () => {
  test.for<[code: number, words: string]>([
    [0, '--version'],
    [0, '--help'],
    [0, 'help exit-codes'],
    [0, 'content list --status rejected'],
    [0, 'executions list --status failed --json'],
    [0, 'narratives validate narratives'],
    [0, 'status'],
    [0, 'config show'],
    [0, 'explain bad-config'],
    [1, 'run crash.toml --model gemini:gemini-2.5-flash'],
    [1, 'status --exit-status'],
    [2, 'content'],
    [2, 'rnu'],
    [2, 'content list --limit banana'],
    [2, 'run'],
    [2, 'run generate --model scripted'],
    [2, 'content approve twelve'],
    [2, 'content list --status bogus'],
    [3, 'run narratives'],
    [3, 'run /dev/null'],
    [3, 'narratives validate broken.toml'],
    [3, 'run broken.toml --model scripted'],
    [3, '--config broken.toml config show --config bad.toml'],
    [3, '--config nothing.toml status'],
    [3, '--config narratives status'],
    [4, 'run nothing.toml'],
    [4, 'run generate.nothing --model scripted'],
    [4, 'run --resume 01JD8M'],
    [4, 'content show 999'],
    [4, 'content approve 999'],
    [4, 'content list nothing'],
    [4, 'executions show 01JD8M'],
    [4, 'explain nothing'],
    [4, 'help nothing'],
    [4, 'help constructor'],
    [4, 'explain __proto__'],
    [4, 'status -C nowhere'],
    [8, 'content reject 4 999'],
    [124, 'run crash.toml --model scripted:hang --timeout 300ms'],
  ])('%i  botticelli %s', async ([code, words], { expect }) => {
    expect(await project.botticelli(words.split(' '))).toMatchObject({ code })
  })
})

describe('streams', () => {
  test('nothing is coloured when it is piped', async () => {
    for (const words of [
      'content list',
      'executions list',
      'status',
      'help',
      'rnu',
      'narratives validate broken.toml',
    ]) {
      const { stdout, stderr } = await project.botticelli(words.split(' '))
      expect(stdout + stderr).not.toContain(ESCAPE)
    }
  })

  test('colour can be asked for, and is never forced on who says no', async () => {
    expect((await project.botticelli(['content', 'list', '--color', 'always'])).stdout).toContain(ESCAPE)
    const words = ['content', 'list', '--color', 'never']
    expect((await project.botticelli(words, { FORCE_COLOR: '1' })).stdout).not.toContain(ESCAPE)
  })

  test('the result is on stdout, what is said about it on stderr', async () => {
    const { stdout, stderr } = await project.botticelli(['run', 'crash.toml', '--model', 'scripted'])
    expect(stdout.trim()).not.toBe('')
    expect(stderr).toContain('completed')
    expect(stdout).not.toContain('completed')
  })

  test('--quiet leaves the result alone', async () => {
    const { stdout, stderr } = await project.botticelli(['run', 'crash.toml', '--model', 'scripted', '--quiet'])
    expect(stdout.trim()).not.toBe('')
    expect(stderr).toBe('')
  })

  test('whoever reads one line and leaves does not make it fail', async () => {
    const child = spawn(join(ROOT, 'bin', 'botticelli'), ['explain', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += chunk))
    const code = await new Promise((done) => child.once('close', done))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

test('a server whose log nobody reads any more goes on, and leaves in order', async () => {
  const server = spawn(join(ROOT, 'bin', 'botticelli'), ['serve', '--color', 'never'], {
    cwd: project.folder,
    env: { ...process.env, BOTTICELLI_METRICS_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = new Promise((done) => server.once('close', done))
  await new Promise((heard) => server.stderr.once('data', heard))
  server.stdout.destroy()
  server.stderr.destroy()
  const ready = async () => JSON.parse((await project.botticelli(['status', '--json'])).stdout)
  await expect.poll(ready, { timeout: 20_000 }).toMatchObject({ running: true, posting: 'dry-run' })
  server.kill('SIGTERM')
  expect(await closed).toBe(0)
  expect(existsSync(join(project.folder, '.botticelli', 'run', 'control.sock'))).toBe(false)
}, 40_000)

describe('--json', { concurrent: true }, () => {
  test('run prints its report', () => {
    expect(written).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(written.stdout)).toMatchObject({
      executionId: expect.stringMatching(/^[0-9A-Z]{26}$/),
      status: 'completed',
      narrative: 'batch',
      rows: [{ table: 'potential_discord_posts', stored: 5, skipped: 0 }],
      inputTokens: expect.any(Number),
      costUsd: 0,
    })
  })

  test.for<[words: string, shape: unknown]>([
    [
      'content list --status pending',
      expect.arrayContaining([expect.objectContaining({ id: 1, values: expect.anything() })]),
    ],
    [
      'content show 1',
      expect.objectContaining({ table: 'potential_discord_posts', generatedAt: expect.stringMatching(/Z$/) }),
    ],
    [
      'executions list',
      expect.arrayContaining([expect.objectContaining({ narrative: 'batch', startedAt: expect.stringMatching(/Z$/) })]),
    ],
    ['narratives list', expect.arrayContaining([expect.objectContaining({ narrative: 'curate', acts: 2 })])],
    ['narratives show curate', expect.objectContaining({ key: 'curate', targetTable: 'approved_discord_posts' })],
    ['narratives validate narratives', expect.objectContaining({ errors: 0, files: 6 })],
    ['status', expect.objectContaining({ running: false, pipeline: expect.anything() })],
    [
      'config show',
      expect.objectContaining({ settings: expect.arrayContaining([expect.objectContaining({ key: 'posting' })]) }),
    ],
    ['explain usage', expect.objectContaining({ code: 'usage', summary: expect.any(String) })],
    ['version', expect.objectContaining({ node: expect.stringMatching(/^24\./) })],
    ['help json', expect.objectContaining({ topic: 'json' })],
  ])('botticelli %s', async ([words, shape], { expect }) => {
    const { stdout, stderr } = await project.botticelli([...words.split(' '), '--json'])
    expect(stderr).toBe('')
    expect(stdout.split('\n')).toHaveLength(2)
    expect(JSON.parse(stdout)).toEqual(shape)
  })

  test('a list without entries is an empty array', async () => {
    const { stdout } = await project.botticelli(['content', 'list', '--status', 'posted', '--json'])
    expect(JSON.parse(stdout)).toEqual([])
  })

  test('an error is one object on stderr', async () => {
    const { stdout, stderr } = await project.botticelli(['run', 'broken.toml', '--json'])
    expect(stdout).toBe('')
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'bad-type',
        exitCode: 3,
        place: { line: 9, column: 15 },
        diagnostics: [{ path: 'acts.a.temperature' }],
      },
    })
  })
})

test('what goes less well is told once each, and counted at the end', async () => {
  project.write(
    'odd.toml',
    '[narrative]\nname = "odd"\n[toc]\norder = ["a"]\n[acts.a]\nprompt = "hello {{nobody}}"\n' +
      '[[acts.a.input]]\ntype = "table"\ntable_name = "nowhere"\n',
  )
  const { code, stderr } = await project.botticelli(['run', 'odd.toml', '--model', 'scripted'])
  expect(code).toBe(0)
  const lines = stderr.split('\n').filter((line) => line.startsWith('warning: '))
  expect(lines.length).toBeGreaterThan(0)
  expect(stderr).toMatch(/completed .* · \d+ warnings?\n/)
  const quiet = await project.botticelli(['run', 'odd.toml', '--model', 'scripted', '--quiet'])
  expect(quiet.stderr).toBe('')
})

test('a run that fails says so on both streams, without a stack', async () => {
  const words = ['run', 'crash.toml', '--model', 'nope:xyz', '--json']
  const { code, stdout, stderr } = await project.botticelli(words)
  expect(code).toBe(1)
  const { id, executionId, status, acts } = JSON.parse(stdout)
  expect({ status, acts }).toEqual({ status: 'failed', acts: 0 })
  expect(id).toBe(executionId)
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: 'provider-unknown', message: expect.any(String), fix: expect.any(String), exitCode: 1 },
  })
  expect(stdout + stderr).not.toContain('    at ')
})

test('names with escape sequences never reach the terminal raw', async () => {
  const name = 'red\\u001b[2J'
  project.write(
    'escape.toml',
    `[narrative]\nname = "${name}"\n[toc]\norder = ["${name}"]\n[acts."${name}"]\nprompt = "hi"\n`,
  )
  const run = await project.botticelli(['run', 'escape.toml', '--model', 'scripted'])
  expect(run.code).toBe(0)
  expect(run.stdout + run.stderr).not.toContain(ESCAPE)
  const id = project.look((store) => store.executions.list({ limit: 1 })[0]?.id ?? '')
  for (const words of [
    ['executions', 'list'],
    ['executions', 'show', id, '--prompts'],
    ['narratives', 'show', 'escape.toml'],
  ]) {
    const { stdout, stderr } = await project.botticelli(words)
    expect(stdout + stderr).not.toContain(ESCAPE)
  }
})

test('a prompt is shown as the model read it', async () => {
  const { stdout: report } = await project.botticelli(['run', 'crash.toml', '--model', 'scripted', '--json'])
  const { stdout } = await project.botticelli(['executions', 'show', JSON.parse(report).id, '--prompts'])
  expect(stdout).toContain('a: asked\nhello\n')
  expect(stdout).not.toContain('pieces')
})

test('a run that is stopped says that it was cancelled, and how to go on', async () => {
  const running = project.start(['run', 'crash.toml', '--model', 'scripted:hang'])
  await running.says('x · 1 act')
  const { code, stderr } = await running.kill('SIGTERM')
  expect(code).toBe(130)
  expect(stderr).toContain('cancelled')
  expect(stderr).toContain('run --resume')
  expect(stderr).not.toContain('actor-stopped')
})

describe('a broken file', () => {
  test.for(['run', 'narratives validate', 'narratives show'])(
    'is shown by %s with its place and its line',
    async (words) => {
      const { code, stdout, stderr } = await project.botticelli([...words.split(' '), 'broken.toml'])
      expect(code).toBe(3)
      expect(stdout + stderr).toContain('broken.toml:9:15')
      expect(stdout + stderr).toContain('temperature = "hot"')
    },
  )

  test('cannot write to the terminal through its own text', async () => {
    project.write(
      'hostile.toml',
      `[narrative]\nname = "x"\nmodell = "${ESCAPE}[2J"\n[toc]\norder = ["a"]\n[acts]\na = 3\n`,
    )
    const { code, stdout } = await project.botticelli(['narratives', 'validate', 'hostile.toml'])
    expect(code).toBe(3)
    expect(stdout).not.toContain(ESCAPE)
  })

  test('a configuration is shown the same way', async () => {
    const { stderr } = await project.botticelli(['--config', 'bad.toml', 'config', 'show'])
    expect(stderr).toContain('bad.toml:1:11')
    expect(stderr).toContain('posting = "alive"')
    const status = await project.botticelli(['--config', 'bad.toml', 'status'])
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('not running') })
    expect(status.stderr).toMatch(/^warning: bad\.toml:1:11: posting must be .*goes on without it\.$/m)
  })
})

test('a schedule that is wrong is told with the reason, and nothing is previewed', async () => {
  project.write('wrong.toml', '[bots.poster]\nnarrative = "x.toml"\ncron = "0 9 31 2 *"\n')
  const list = await project.botticelli(['--config', 'wrong.toml', 'schedule', 'list'])
  expect(list).toMatchObject({ code: 0, stdout: '' })
  expect(list.stderr).toContain('got "0 9 31 2 *" (there is no such day). This command goes on without it.')
  const preview = await project.botticelli(['--config', 'wrong.toml', 'schedule', 'preview', 'poster'])
  expect(preview).toMatchObject({ code: 3, stdout: '' })
  expect(preview.stderr).toContain('--> wrong.toml:3:8')
})

// One story: each test goes on where the one before left the project.
describe('decisions', { shuffle: false }, () => {
  test('an approved draft is copied to where the poster looks, once', async () => {
    const { stdout } = await project.botticelli(['content', 'approve', '1', '--note', 'good', '--json'])
    const copied = { table: 'approved_discord_posts', id: 1 }
    expect(JSON.parse(stdout)).toEqual([{ table: 'potential_discord_posts', id: 1, changed: true, copied }])
    const again = await project.botticelli(['content', 'approve', '1', '--json'])
    expect(JSON.parse(again.stdout)).toEqual([{ table: 'potential_discord_posts', id: 1, changed: false, copied }])
    const copy = project.look((store) => store.content.find(copied))
    expect(copy).toMatchObject({ reviewStatus: 'pending', source: { table: 'potential_discord_posts', id: 1 } })
    const pending = await project.botticelli(['content', 'list', '--status', 'pending', '--json'])
    expect(JSON.parse(pending.stdout)).not.toContainEqual(expect.objectContaining(copied))
    const waiting = await project.botticelli(['content', 'list', '--status', 'approved', '--json'])
    const shown = expect.objectContaining({ ...copied, reviewStatus: 'pending', stage: 'approved' })
    expect(JSON.parse(waiting.stdout)).toContainEqual(shown)
  })

  test('what waits to be posted already is not approved once more', async () => {
    const { code, stderr } = await project.botticelli(['content', 'approve', 'approved_discord_posts/1'])
    expect(code).toBe(7)
    expect(stderr).toContain('waits to be posted already')
  })

  test('a row of another table is approved with --yes alone, and only where it has a text to post', async () => {
    using other = makeProject()
    other.look((store) => {
      const insert = (table: string, column: string) =>
        store.content.insert(
          {
            table,
            columns: [{ name: column, type: 'text' }],
            rows: [{ values: { [column]: 'hello' } }],
            narrative: 'x',
            act: 'a',
            executionId: '',
          },
          1,
        )
      insert('potential_discord_posts', 'text_content')
      insert('ideas', 'text_content')
      insert('figures', 'label')
    })
    const approve = (...words: string[]) => other.botticelli(['content', 'approve', ...words])
    const refused = await approve('ideas/1')
    expect(refused.code).toBe(7)
    expect(refused.stderr).toContain('--yes')
    expect((await approve('figures/1', '--yes')).code).toBe(7)
    expect(await approve('ideas/1', '--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('ideas/1') })
  })

  test('of several, each is decided and told by itself', async () => {
    const { code, stdout, stderr } = await project.botticelli(['content', 'reject', '2', '999'])
    expect(code).toBe(8)
    expect(stdout).toContain('2  rejected')
    expect(stderr).toContain('potential_discord_posts/999')
  })
})

test('a project that cannot be written to can be looked at', async ({ skip }) => {
  // Root may write everywhere, so that somebody else has to look.
  const isRoot = process.getuid?.() === 0
  const reason = isRoot ? whyAlone() : undefined
  if (reason !== undefined) skip(reason)
  using other = makeProject()
  other.write('one.toml', '[narrative]\nname = "x"\n[toc]\norder = ["a"]\n[acts]\na = "[\\"hello\\"]"\n')
  expect((await other.botticelli(['run', 'one.toml', '--model', 'scripted'])).code).toBe(0)
  const state = join(other.folder, '.botticelli')
  rmSync(join(state, 'run'), { recursive: true, force: true })
  chmodSync(join(state, 'botticelli.db'), 0o444)
  for (const folder of [state, other.folder]) chmodSync(folder, 0o555)
  const somebody = isRoot ? { uid: 65_534, gid: 65_534 } : {}
  try {
    for (const words of [['status'], ['content', 'list'], ['executions', 'list', '--json']]) {
      const looked = spawnSync(process.execPath, [join(ROOT, 'bin', 'cli.ts'), ...words], {
        ...somebody,
        cwd: other.folder,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: '/' },
      })
      expect({ status: looked.status, stderr: looked.stderr.includes('error[') }, looked.stderr).toEqual({
        status: 0,
        stderr: false,
      })
    }
  } finally {
    for (const folder of [other.folder, state]) chmodSync(folder, 0o755)
  }
})

test('an execution is found by its last letters, with its acts', async () => {
  const { executionId } = JSON.parse(written.stdout)
  const { stdout } = await project.botticelli(['executions', 'show', executionId.slice(-8), '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ id: executionId, children: expect.any(Array) })
})

test('config show tells where values came from, and no secret', async () => {
  const env = { GEMINI_API_KEY: 'AIza-not-to-be-seen', BOTTICELLI_MODEL: 'gemini-2.5-pro' }
  for (const flags of [[], ['--json']]) {
    const { stdout } = await project.botticelli(['config', 'show', '--origin', ...flags], env)
    expect(stdout).not.toContain('not-to-be-seen')
    expect(stdout).toContain('BOTTICELLI_MODEL')
  }
})
