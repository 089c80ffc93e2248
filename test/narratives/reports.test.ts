// Diagnostics for other programs: SARIF for code scanners, annotations for GitHub.

import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { githubAnnotations } from '../../narratives/github-annotations.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import { sarifLog } from '../../narratives/sarif.ts'

const TEXT = '[narrative]\nname = "n"\ntoc = ["a"]\n[acts.a]\nprompt = "x"\nmodell = "m"\ntemperature = "hot"\n'
const { diagnostics } = parseNarrativeFile(TEXT, '/work dir/narratives/50%, ok.toml')

/** What the published schema of SARIF 2.1.0 demands of the parts that are used here. */
const SARIF = {
  type: 'object',
  required: ['version', 'runs'],
  properties: {
    $schema: { type: 'string' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool'],
        additionalProperties: false,
        properties: {
          tool: {
            type: 'object',
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                properties: {
                  rules: { type: 'array', uniqueItems: true, items: { type: 'object', required: ['id'] } },
                },
              },
            },
          },
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message'],
              additionalProperties: false,
              properties: {
                ruleId: { type: 'string' },
                ruleIndex: { type: 'integer', minimum: -1 },
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
                locations: {
                  type: 'array',
                  items: {
                    type: 'object',
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        required: ['artifactLocation'],
                        properties: {
                          artifactLocation: {
                            type: 'object',
                            properties: { uri: { type: 'string', pattern: '^[^ ]*$' } },
                          },
                          region: {
                            type: 'object',
                            additionalProperties: { type: 'integer', minimum: 1 },
                            properties: { startLine: {}, startColumn: {}, endLine: {}, endColumn: {} },
                          },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
}

describe('SARIF', () => {
  const log = sarifLog(diagnostics, '1.2.3', '/work dir')

  test('is what the schema demands', () => {
    const validate = new Ajv({ strict: false }).compile(SARIF)
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true)
    expect(validate(sarifLog([], '1.2.3', '/'))).toBe(true)
    expect(validate({ version: '2.1.0' })).toBe(false)
  })

  test('has each finding with its rule and its place, files relative to the root', () => {
    expect(log).toMatchObject({
      runs: [
        {
          tool: {
            driver: { name: 'botticelli', version: '1.2.3', rules: [{ id: 'unknown-key' }, { id: 'bad-type' }] },
          },
          results: [
            {
              ruleId: 'unknown-key',
              ruleIndex: 0,
              level: 'warning',
              message: { text: 'Unknown key "modell" in act "a". (did you mean "model"?)' },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'narratives/50%25%2C%20ok.toml' },
                    region: { startLine: 6, startColumn: 1, endLine: 6, endColumn: 7 },
                  },
                },
              ],
            },
            { ruleId: 'bad-type', ruleIndex: 1, level: 'error' },
          ],
        },
      ],
    })
  })

  test('names a file outside of the root whole', () => {
    expect(JSON.stringify(sarifLog(diagnostics, '1', '/elsewhere'))).toContain('"file:///work%20dir/narratives/')
  })
})

test('GitHub gets a line for each, escaped as it wants', () => {
  const [warning, error] = githubAnnotations(diagnostics, '/work dir')
  expect(warning).toBe(
    '::warning file=narratives/50%25%2C ok.toml,line=6,endLine=6,col=1,endColumn=7,title=unknown-key' +
      '::Unknown key "modell" in act "a". (did you mean "model"?)',
  )
  expect(error).toMatch(/^::error file=/)
  const [several] = githubAnnotations([{ ...diagnostics[0]!, message: 'a\nb: 5 %', end: { line: 9, column: 1 } }], '/')
  expect(several).toContain('a%0Ab: 5 %25')
  expect(several).not.toContain('col=')
})
