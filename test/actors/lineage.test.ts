import { describe, expect, test } from 'vitest'
import { type SourceRow, sourceOf } from '../../actors/lineage.ts'

const rows: SourceRow[] = [
  row(1, 'Ship narratives, not scripts. Each act is a prompt that you can read | review | version.'),
  row(2, 'Nothing is lost: every answer is journaled\nbefore it is used, and a crash resumes.'),
]

describe('the row that a generated row was made from', () => {
  test.for<[title: string, text: string, id: number | undefined]>([
    ['is the one with the same text', rows[0]!.values.text_content as string, 1],
    [
      'is found behind what a markdown table does to it',
      'Nothing is lost: every answer is journaled<br>before it is used, and a crash resumes.',
      2,
    ],
    [
      'is found when a few words differ',
      'Nothing is lost! Every answer is journaled before it is used; a crash simply resumes.',
      2,
    ],
    [
      'is nobody when the text is new',
      'Twelve recipes for bread that rises overnight, with and without a scale.',
      undefined,
    ],
    ['is nobody when the text is too short to tell', 'Nothing is lost', undefined],
  ])('%s', ([, text, id]) => {
    expect(sourceOf({ text_content: text, tags: ['curated'] }, rows)?.ref.id).toBe(id)
  })

  test('is the most alike of several', () => {
    const twins = [
      row(1, 'Botticelli writes your weekly digest on Monday.'),
      row(2, 'Botticelli writes your weekly digest on Friday.'),
    ]
    expect(sourceOf({ text: 'Botticelli writes your weekly digest on Friday!' }, twins)?.ref.id).toBe(2)
  })
})

function row(id: number, text: string): SourceRow {
  return { ref: { table: 'drafts', id }, values: { id, text_content: text } }
}
