import { describe, expect, test } from 'vitest'
import {
  boolean,
  choice,
  duration,
  hostOrUrl,
  integer,
  type Kind,
  number,
  pathList,
  snowflake,
  textList,
  time,
  url,
} from '../../config/kinds.ts'

describe('from TOML', () => {
  test.for<[title: string, Kind<unknown>, value: unknown, result: unknown]>([
    ['a duration with two units', duration, '1h30m', 5_400_000],
    ['a duration in milliseconds', duration, '500ms', 500],
    ['a duration with a decimal', duration, '1.5s', 1500],
    ['no duration without a unit', duration, '90', undefined],
    ['no duration of nothing', duration, '0s', undefined],
    ['no duration as a number', duration, 90, undefined],
    ['an integer at the limit', integer(1, 10), 10, 10],
    ['no integer past the limit', integer(1, 10), 11, undefined],
    ['no integer with decimals', integer(1, 10), 1.5, undefined],
    ['a share', number(0, 1), 0.25, 0.25],
    ['no share above one', number(0, 1), 1.1, undefined],
    ['a choice', choice(['a', 'b']), 'b', 'b'],
    ['no choice that was not offered', choice(['a', 'b']), 'c', undefined],
    ['one path as a list', pathList, 'narratives', ['narratives']],
    ['no list with an empty path', pathList, ['a', ''], undefined],
    ['an id beyond exact numbers', snowflake, 1234567890123456789n, '1234567890123456789'],
    ['no id with letters', snowflake, '12ab', undefined],
    ['a URL without its last slash', url, 'http://127.0.0.1:4318/', 'http://127.0.0.1:4318'],
    ['no URL of another scheme', url, 'ftp://host', undefined],
    ['a day of a leap year', time, '2028-02-29T10:00Z', { ms: Date.UTC(2028, 1, 29, 10), isLocal: false }],
    ['no day that no calendar has', time, '2027-02-29T10:00', undefined],
    ['no month that no calendar has', time, '2027-13-01T10:00', undefined],
    ['no truth in a text', boolean, 'true', undefined],
  ])('%s', ([, kind, value, result]) => {
    expect(kind.fromToml(value)).toEqual(result)
  })
})

describe('from text, as in the environment', () => {
  test.for<[title: string, Kind<unknown>, text: string, result: unknown]>([
    ['yes', boolean, 'yes', true],
    ['zero is no', boolean, '0', false],
    ['neither', boolean, 'maybe', undefined],
    ['an integer', integer(0), '9464', 9464],
    ['no negative integer', integer(0), '-1', undefined],
    ['no number in nothing', number(0, 1), ' ', undefined],
    ['paths', pathList, 'a:b', ['a', 'b']],
    ['texts', textList, 'a, b,,c', ['a', 'b', 'c']],
    ['a host and port', hostOrUrl, '192.168.0.2:11434', 'http://192.168.0.2:11434'],
    ['a host that listens everywhere', hostOrUrl, '0.0.0.0', 'http://127.0.0.1:11434'],
    ['a URL where a host would do', hostOrUrl, 'https://ollama.example', 'https://ollama.example'],
  ])('%s', ([, kind, text, result]) => {
    expect(kind.fromText(text)).toEqual(result)
  })
})
