// help: the help of a command, a topic, or of everything.

import { BotticelliError } from '../../errors.ts'
import { nearest } from '../../narratives/nearest.ts'
import type { Run } from '../command.ts'
import { COMMANDS } from '../command-table.ts'
import { EXIT } from '../exit-codes.ts'
import { helpText } from '../help.ts'
import { TOPICS } from '../topics.ts'

export const help: Run = async ({ args }, io) => {
  const topic = args.join(' ')
  const text = Object.hasOwn(TOPICS, topic) ? TOPICS[topic]?.text() : helpText(args)
  if (text === undefined) {
    const meant = nearest(topic, [...Object.keys(TOPICS), ...COMMANDS.map((spec) => spec.name)])
    throw new BotticelliError('not-found', `There is no help for "${topic}".`, {
      fix: meant === undefined ? 'See "botticelli help".' : `Did you mean "botticelli help ${meant}"?`,
    })
  }
  if (io.json) io.printJson({ topic, text })
  else io.print(text)
  return EXIT.ok
}
