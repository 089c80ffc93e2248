// explain: what an error code means and what to do about it.

import { BotticelliError, CODES, type ErrorCode } from '../../errors.ts'
import { nearest } from '../../narratives/nearest.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { table } from '../table.ts'

export const explain: Run = async ({ args: [code] }, io) => {
  if (code === undefined) {
    const codes = Object.entries(CODES).map(([name, { summary, fix }]) => ({ code: name, summary, fix }))
    if (io.json) io.printJson(codes)
    else
      for (const line of table(
        ['CODE', 'MEANING'],
        codes.map((one) => [one.code, one.summary]),
        io,
      ))
        io.print(line)
    return EXIT.ok
  }
  const entry = Object.hasOwn(CODES, code) ? CODES[code as ErrorCode] : undefined
  if (entry === undefined) {
    const meant = nearest(code, Object.keys(CODES))
    throw new BotticelliError('not-found', `There is no error code "${code}".`, {
      fix: meant === undefined ? 'List them all with "botticelli explain".' : `Did you mean "${meant}"?`,
    })
  }
  if (io.json) io.printJson({ code, ...entry })
  else io.print(`${io.paint('bold', code)}\n${entry.summary}\n${io.paint('dim', 'fix')}    ${entry.fix}`)
  return EXIT.ok
}
