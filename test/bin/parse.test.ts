import { describe, expect, test } from 'vitest'
import { parse, UsageError } from '../../bin/parse.ts'

describe('what was meant', () => {
  test.for<[words: string, is: object]>([
    ['', { is: 'help', topic: [], asked: true }],
    ['--help', { is: 'help', topic: [], asked: true }],
    ['content', { is: 'help', topic: ['content'], asked: false }],
    ['content -h', { is: 'help', topic: ['content'], asked: true }],
    ['content approve --help', { is: 'help', topic: ['content', 'approve'], asked: true }],
    ['--version', { is: 'version' }],
    ['-h content list', { is: 'help', topic: ['content', 'list'], asked: true }],
    ['rnu --help', { is: 'help', topic: [], asked: true }],
    ['server', { is: 'command', spec: { name: 'serve' } }],
    ['content list posts', { is: 'command', spec: { name: 'content list' }, options: { args: ['posts'] } }],
    ['--json status', { is: 'command', globals: { json: true } }],
    ['status --json', { is: 'command', globals: { json: true } }],
    ['status -C /x --config y.toml -qv', { globals: { project: '/x', config: 'y.toml', quiet: true, verbose: true } }],
    ['status --no-color --no-input --yes', { globals: { color: 'never', input: false, yes: true } }],
    ['status --color always', { globals: { color: 'always' } }],
    ['status --timeout 1m30s', { globals: { timeoutMs: 90_000 } }],
    ['status', { globals: { json: false, color: 'auto', input: true, yes: false } }],
  ])('botticelli %s', ([words, is]) => {
    expect(parse(words.split(' ').filter(Boolean))).toMatchObject(is)
  })

  test('the older spelling of run is understood', () => {
    const parsed = parse(['run', '--narrative', 'a.toml', '--narrative-name', 'b', '--save'])
    if (parsed.is !== 'command') throw new Error('not a command')
    expect(parsed.options.text('narrative')).toBe('a.toml')
    expect(parsed.options.text('narrative-name')).toBe('b')
    expect(parsed.options.isSet('save')).toBe(true)
  })

  test.for<[how: string, words: readonly string[], values: object]>([
    ['behind its name', ['--limit', '5'], { limit: 5 }],
    ['behind an equals sign', ['--table=a=b'], { table: 'a=b' }],
    ['that looks like a flag', ['--table', '--x'], { table: '--x' }],
    ['empty', ['--table='], { table: '' }],
    ['twice', ['--limit', '5', '--limit', '6'], { limit: 6 }],
    ['among those of every command', ['--limit', '--json', '5'], { limit: 5 }],
  ])('a value is read: %s', ([, words, values]) => {
    const parsed = parse(['content', 'list', ...words])
    if (parsed.is !== 'command') throw new Error('not a command')
    const { number, text } = parsed.options
    expect({ limit: number('limit'), table: text('table') }).toEqual({ limit: undefined, table: undefined, ...values })
  })

  test('what may be given several times is a list; behind -- nothing is a flag; - and -5 are none', () => {
    const parsed = parse(['run', '--input', 'a=1', '--input=b=2', '--', '--live'])
    if (parsed.is !== 'command') throw new Error('not a command')
    expect(parsed.options.list('input')).toEqual(['a=1', 'b=2'])
    expect(parsed.options.args).toEqual(['--live'])
    expect(parsed.options.isSet('live')).toBe(false)
    expect(parse(['run', '-'])).toMatchObject({ is: 'command', options: { args: ['-'] } })
    expect(parse(['run', '-5'])).toMatchObject({ is: 'command', options: { args: ['-5'] } })
  })

  test('short flags are written in one, or with their value', () => {
    expect(parse(['-qvC/x', 'status'])).toMatchObject({ globals: { quiet: true, verbose: true, project: '/x' } })
    const parsed = parse(['logs', '-vf'])
    expect(parsed.globals.verbose).toBe(true)
    expect(parsed.is === 'command' && parsed.options.isSet('follow')).toBe(true)
  })

  test('a flag is read by its kind', () => {
    const parsed = parse(['executions', 'list', '--limit', '5', '--status', 'failed'])
    if (parsed.is !== 'command') throw new Error('not a command')
    expect(parsed.options.number('limit')).toBe(5)
    expect(parsed.options.text('status')).toBe('failed')
  })
})

describe('what cannot be meant is a usage error with a way out', () => {
  test.for<[words: string, message: string, fix: string]>([
    ['rnu x.toml', 'Nobody knows the command "rnu".', 'Did you mean "botticelli run"?'],
    ['rnu --model x', 'Nobody knows the command "rnu".', 'Did you mean "botticelli run"?'],
    ['xyzzy', 'Nobody knows the command "xyzzy".', 'See "botticelli --help".'],
    ['contnet list', 'Nobody knows the command "contnet".', 'Did you mean "botticelli content"?'],
    ['content aprove 3', 'Nobody knows the command "content aprove".', 'Did you mean "botticelli content approve"?'],
    ['content list --limt 3', "Unknown option '--limt'.", 'Did you mean "--limit"?'],
    ['content list --jsn', "Unknown option '--jsn'.", 'Did you mean "--json"?'],
    ['--limt status', "Unknown option '--limt'.", 'See "botticelli --help".'],
    ['status --json=yes', "Unknown option '--json=yes'.", 'Did you mean "--json"?'],
    ['content list --limit', "Option '--limit <n>' argument missing.", 'See "botticelli content list --help".'],
    ['content approve', "Missing required argument 'ID'.", 'See "botticelli content approve --help".'],
    [
      'status extra',
      "Too many arguments for 'status'. Expected 0 arguments but got 1: extra.",
      'See "botticelli status --help".',
    ],
    ['content list --limit banana', 'It must be a whole number from 1 to 1000.', 'content list --help'],
    ['run x --timeout soon', 'It must be a duration', 'botticelli --help'],
    ['status --color sometimes', 'It must be "auto" or "always" or "never".', 'botticelli --help'],
  ])('botticelli %s', ([words, message, fix]) => {
    const error = failure(words.split(' '))
    expect(error.message).toContain(message)
    expect(error.fix).toContain(fix)
  })

  test('--json is heard even so', () => {
    expect(failure(['--json', 'rnu']).globals.json).toBe(true)
    expect(failure(['run', 'x', '--timeout', 'soon', '--json']).globals.json).toBe(true)
  })
})

function failure(words: readonly string[]): UsageError {
  try {
    parse(words)
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
  throw new Error('The words were understood.')
}
