// help: the help of a command, a topic, or of everything.

import { BotticelliError } from '../../errors.ts'
import { nearest } from '../../narratives/nearest.ts'
import type { Run } from '../command.ts'
import { COMMANDS } from '../command-table.ts'
import { EXIT } from '../exit-codes.ts'
import { helpText } from '../help.ts'
import { TOPICS } from '../topics.ts'

export const help: Run = async ({ args }, io) => {
  const text = TOPICS[args.join(' ')]?.text() ?? helpText(args)
  if (text === undefined) {
    const name = args.join(' ')
    const meant = nearest(name, [...Object.keys(TOPICS), ...COMMANDS.map((spec) => spec.name)])
    throw new BotticelliError('not-found', `There is no help for "${name}".`, {
      fix: meant === undefined ? 'See "botticelli help".' : `Did you mean "botticelli help ${meant}"?`,
    })
  }
  if (io.json) io.printJson({ topic: args.join(' '), text })
  else io.print(text)
  return EXIT.ok
}
