// actors tree: every living actor of the running server, below its supervisor.

import type { ActorsAnswer } from '../../console/actor-routes.ts'
import { actorJson } from '../actor-json.ts'
import { actorPath } from '../actor-path.ts'
import { selectActors, treeLines } from '../actor-tree.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { askRunning } from '../running-server.ts'

export const actorsTree: Run = async (options, io) => {
  const { config } = io.configInPart()
  const { now, actors } = await askRunning<ActorsAnswer>(config, '/v1/actors')
  const [given] = options.args
  const paths = actors.map(({ path }) => path)
  const top = given === undefined ? '/' : actorPath(given, paths)
  const depth = options.number('depth')
  const unhealthy = options.isSet('unhealthy')
  const shown = selectActors(actors, { top, depth, unhealthy })
  if (io.json) io.printJson(shown.map(actorJson))
  else if (shown.length === 0) io.remark(`Nothing is wrong ${top === '/' ? 'with any actor' : `at ${top} or below`}.`)
  else {
    const stats = options.isSet('stats')
    for (const line of treeLines(shown, { top, depth, stats, now, paint: io.paint, columns: io.columns }))
      io.print(line)
  }
  return EXIT.ok
}
