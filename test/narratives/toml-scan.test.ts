// The fast way through a valid file gives what the careful way gives, places included.

import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { parse, stringify, TomlError } from 'smol-toml'
import { parseTOML } from 'toml-eslint-parser'
import { describe, expect, test } from 'vitest'
import { scanToml } from '../../narratives/toml-scan.ts'
import { treeOf } from '../../narratives/toml-tree.ts'
import { CORPUS } from '../end-to-end/project.ts'

/** The tree by the fast way, and by the careful one. */
function both(text: string) {
  const [document] = parseTOML(text, { tomlVersion: '1.1' }).body
  return [treeOf(scanToml(text)), treeOf(document)] as const
}

const LIBRARY = path.resolve(import.meta.dirname, '../../narratives/library')
const files = [CORPUS, LIBRARY].flatMap((folder) =>
  globSync('**/*.toml', { cwd: folder }).map((name) => [name, path.join(folder, name)] as const),
)

test.for(files)('%s', ([, file]) => {
  const text = readFileSync(file, 'utf8')
  const [fast, slow] = both(text)
  expect(fast).toEqual(slow)
})

describe('unusual but valid', () => {
  test.for([
    '',
    '# only a comment',
    'a = 1 # one\r\nb = "x"\r\n[t]\r\nc = 2',
    '"quoted key" = 1\n\'literal.key\' = 2\n"" = 3\na . "b.c" . d = 4',
    '[ a . b ]\nx = 1\n[[ a . c ]]\ny = 2\n[[a.c]]\n[a.c.d]\nz = 3',
    'a = [ 1, 2, # two\n  3,\n]\nb = [[1], [], ["x", { y = 1 }]]',
    'a = { b = 1, "c" = [ { d.e = 2 } ], f = {} }',
    's = "tab\\t quote\\" back\\\\ uni\\u00e9 \\U0001F35E é 🍞"',
    's = """\nfirst\n  second \\\n   joined\n"""',
    's = """a "quoted" ""word"" \\""" end"""\nt = """"two""""\nu = """"""',
    "s = '''\nC:\\path ''two'' '''''\nt = ''''''\nu = ''",
    's = """crlf\r\nline\\\r\n  joined"""',
    'i = +1\nj = -0\nk = 1_000_000\nh = 0xDEAD_beef\no = 0o755\nb = 0b1010\nbig = 9223372036854775807',
    'f = 1.5\ng = -2e10\nh = 6.02E+23\ni = inf\nj = -inf\nk = +inf\nl = nan\nm = 1_0.0_1',
    'a = true\nb = false\nc = [true,false]',
    'd = 1979-05-27\nt = 07:32:00\nl = 1979-05-27T07:32:00\no = 1979-05-27T07:32:00.5Z\np = 1979-05-27 07:32:00-07:00\nq = [1979-05-27,07:32:00]',
    '\n\n  [t]  # indented\n\tx\t=\t1',
    'x = """🍞\n🍞""" # after',
  ])('%j', (text) => {
    const [fast, slow] = both(text!)
    expect(fast).toEqual(slow)
  })
})

test('whatever is valid gives the same both ways', () => {
  const scalar = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
  )
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('any'), { maxLength: 3 }), tie('table')),
    table: fc.dictionary(fc.string({ maxLength: 6 }), tie('any'), { maxKeys: 4 }),
  })).table
  fc.assert(
    fc.property(value, (table) => {
      let text: string
      try {
        text = stringify(table as Record<string, unknown>)
        parse(text)
      } catch (error) {
        fc.pre(!(error instanceof TomlError || error instanceof TypeError))
        throw error
      }
      const [fast, slow] = both(text)
      expect(fast).toEqual(slow)
    }),
    { numRuns: 300 },
  )
})
