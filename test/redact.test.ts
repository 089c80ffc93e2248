import { describe, expect, test } from 'vitest'
import { BotticelliError, serializeError } from '../errors.ts'
import { hideSecrets, redact, withoutKnown, withoutKnownAsItComes } from '../redact.ts'
import { SECRETS } from './telemetry/secrets.ts'

describe('a secret that is known', () => {
  hideSecrets(['blue-whale', 'blue-whale-and-krill', 'tokentoken', 'a "quoted" one/with signs'])

  test('leaves nothing behind where it holds another one', () => {
    expect(redact('It is blue-whale-and-krill, not blue-whale.')).toBe('It is [redacted], not [redacted].')
  })

  test('is found in an address and in JSON', () => {
    const said = 'a "quoted" one/with signs'
    expect(withoutKnown(`?q=${encodeURIComponent(said)} ${JSON.stringify(said)}`)).toBe('?q=[redacted] "[redacted]"')
  })

  test.for([1, 2, 3, 5, 8, 13, 50])('is found in pieces of %i characters, and the rest is told as it comes', (size) => {
    const text = 'A blue whale, blue-whale-and-kelp, blue-whale-and-krill, tokentoken and blue-wha'
    const told: string[] = []
    const clean = withoutKnownAsItComes((piece) => told.push(piece))
    for (let at = 0; at < text.length; at += size) clean.tell(text.slice(at, at + size))
    expect(told.join('')).toMatch(/^A blue whale, .* and $/)
    clean.end()
    expect(told.join('')).toBe('A blue whale, [redacted]-and-kelp, [redacted], [redacted] and blue-wha')
    expect(told).not.toContain('')
  })

  test('goes alone where a text may speak of secrets', () => {
    const text = 'Never write password: hunter22 into a file.'
    expect(withoutKnown(`${text} Mine is blue-whale.`)).toBe(`${text} Mine is [redacted].`)
    expect(redact(text)).not.toContain('hunter22')
  })
})

describe('an error', () => {
  test.for(SECRETS)('of ours never holds %s', ([, secret, text]) => {
    const error = new BotticelliError('bad-config', text, { fix: `Do not write ${text}` })
    expect([error.message, error.fix, error.stack, JSON.stringify(serializeError(error))].join('\n')).not.toContain(
      secret,
    )
  })

  test.for(SECRETS)('of others, kept as data, never holds %s', ([, secret, text]) => {
    const cause = new TypeError(text)
    const kept = serializeError(new BotticelliError('model-server', 'It failed.', { cause }))
    expect(kept.cause).toMatchObject({ name: 'TypeError', stack: expect.stringMatching(/^TypeError: /) })
    expect(JSON.stringify([kept, serializeError(text)])).not.toContain(JSON.stringify(secret).slice(1, -1))
  })
})
