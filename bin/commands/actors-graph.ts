// actors graph: the statechart of an actor as text for a drawing, with the state that it is in marked.

import type { ActorsAnswer, ChartAnswer } from '../../console/actor-routes.ts'
import { toDot } from '../../console/statechart/dot.ts'
import { toMermaid } from '../../console/statechart/mermaid.ts'
import { BotticelliError } from '../../errors.ts'
import { actorPath } from '../actor-path.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { plainText } from '../plain-text.ts'
import { askRunning } from '../running-server.ts'

export const actorsGraph: Run = async (options, io) => {
  const { config } = io.configInPart()
  const { actors } = await askRunning<ActorsAnswer>(config, '/v1/actors')
  const paths = actors.map((one) => one.path)
  const path = actorPath(options.args[0] ?? '', paths)
  const { chart, incarnation } = await askRunning<ChartAnswer>(config, '/v1/actor/chart', { path })
  if (chart === null) {
    const kind = actors.find((one) => one.path === path)?.kind ?? 'actor'
    throw new BotticelliError('no-statechart', `${path} is a ${kind} and no state machine, or it is down.`)
  }
  if (io.json) io.printJson({ path, incarnation, ...chart })
  else io.print(plainText(options.text('format') === 'dot' ? toDot(chart) : toMermaid(chart)))
  return EXIT.ok
}
