import { describe, expect, test } from 'vitest'
import { hideSecrets, isSecretKey, redact, redactValue, redactWithin } from '../../telemetry/redaction.ts'
import { SECRETS } from './secrets.ts'

describe('redact', () => {
  test.for(SECRETS)('takes out %s', ([, secret, text]) => {
    expect(text).toContain(secret)
    expect(redact(text)).not.toContain(secret)
    expect(redact(text)).toContain('[redacted]')
    expect(redact(redact(text))).toBe(redact(text))
  })

  test.for([
    ['a sentence', 'The curator approved 3 of 15 drafts in potential_discord_posts.'],
    ['a bot by name', 'Bot discord_poster_01 is restarted.'],
    ['a scheme', 'Use bearer authentication for this server.'],
    ['a parser that met a token', 'unexpected token: identifier at 3:14'],
    ['numbers of tokens', 'max_tokens=512, input_tokens: 100000, token_type: plain'],
    ['a trace', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['an id', '/bots/curator/run-01JD7Z6Y3K5X8V0Q2M4N6P8R9T/analyze'],
    ['an address', 'https://discord.com/api/v10/channels/1234567890/messages?limit=50&after=1'],
    ['a file and place', 'narratives/post.toml:12:5: key "api" is not known'],
    ['a risk', 'risk-adjusted-returns-over-long-time'],
    ['text', 'Passwords are a topic; secrets are told. The key point: keep it short.'],
  ] as const)('leaves %s alone', ([, text]) => {
    expect(redact(text)).toBe(text)
  })

  test('takes out what configuration named as a secret, whatever its shape', () => {
    hideSecrets(['correct horse battery staple', undefined, 'short'])
    expect(redact('he said correct horse battery staple!')).toBe('he said [redacted]!')
    expect(redact('a short word')).toBe('a short word')
    hideSecrets(['100% "secret" words'])
    const said = '100% "secret" words'
    expect(redact(`?q=${encodeURIComponent(said)}`)).toBe('?q=[redacted]')
    expect(redact(JSON.stringify({ said }))).toBe('{"said":"[redacted]"}')
  })

  test('leaves no half of a secret at a cut', () => {
    const secret = `sk-${'aB3dE5fG7hJ9'.repeat(4)}`
    for (let before = 50; before <= 100; before++) {
      const text = redactWithin(`${'x'.repeat(before - 1)} ${secret} and more`, 100)
      expect(text).not.toMatch(/sk-|aB3dE5/)
      expect(text.length).toBeLessThanOrEqual(108)
    }
    expect(redactWithin('y'.repeat(101), 100)).toBe(`${'y'.repeat(100)}… [cut]`)
    expect(redactWithin('y'.repeat(100), 100)).toBe('y'.repeat(100))
  })

  test('stays quick on long texts that look like secrets', () => {
    const long = `${'eyJ'.repeat(20_000)} ${'sk-'.repeat(20_000)} ${'token:'.repeat(20_000)} ${'//a'.repeat(20_000)}`
    const begun = process.cpuUsage()
    redact(long)
    expect(process.cpuUsage(begun).user / 1_000).toBeLessThan(2_000)
  })
})

describe('a key', () => {
  test.for([
    'token',
    'Token',
    'DISCORD_TOKEN',
    'apiKey',
    'X-Api-Key',
    'api.key',
    'Authorization',
    'proxy-authorization',
    'set-cookie',
    'password',
    'clientSecret',
    'secret',
    'accessToken',
    'refresh_token',
    'private_key',
    'sentry_dsn',
    'webhook',
    'webhookUrl',
    'session',
    'OPENAI_API_KEY',
  ])('%s is secret', (key) => {
    expect(isSecretKey(key)).toBe(true)
  })
  test.for([
    'max_tokens',
    'input_tokens',
    'outputTokens',
    'gen_ai.usage.input_tokens',
    'token_type',
    'sort_key',
    'idempotencyKey',
    'botticelli.act.key',
    'key',
    'keys',
    'monkey',
    'author',
    'secretary',
  ])('%s is not', (key) => {
    expect(isSecretKey(key)).toBe(false)
  })
})

describe('redactValue', () => {
  test('finds secrets by key and by shape at any depth', () => {
    const clean = redactValue({
      list: [{ Token: 'x' }, 'Bearer abc123def456ghi7'],
      a: { b: { token: 12345 } },
      headers: new Map([['k', 'sk-abcdefghijklmnop1234']]),
      max_tokens: 5,
      enabled: { secret: true },
    })
    expect(clean).toEqual({
      list: [{ Token: '[redacted]' }, 'Bearer [redacted]'],
      a: { b: { token: '[redacted]' } },
      headers: [['k', '[redacted]']],
      max_tokens: 5,
      enabled: { secret: true },
    })
  })

  test('keeps what leads to an error, without its secrets', () => {
    const cause = Object.assign(new Error('401 for https://me:pass@host.test/x'), { code: 'E401' })
    const clean = redactValue(new TypeError('no', { cause })) as { type: string; stack: string; cause: object }
    expect(clean).toMatchObject({ type: 'TypeError', message: 'no' })
    expect(clean.stack).toContain('redaction.test.ts')
    expect(clean.cause).toMatchObject({ code: 'E401', message: '401 for https://[redacted]@host.test/x' })
  })

  test('cuts what is long, wide, deep or round', () => {
    const round: Record<string, unknown> = {}
    round.self = round
    expect(JSON.stringify(redactValue(round))).toContain('[too deep]')
    expect((redactValue('x'.repeat(10_000)) as string).length).toBeLessThan(8_300)
    expect(redactValue(Array(150).fill(1))).toHaveLength(101)
    expect(redactValue(new Uint8Array(5))).toBe('[5 bytes]')
    expect(redactValue(10n)).toBe('10')
    expect(redactValue({ at: new Date(0), no: undefined, f: () => 1 })).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      f: '[function]',
    })
  })
})
