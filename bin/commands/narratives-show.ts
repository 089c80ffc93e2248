// narratives show: what one narrative does, act by act.

import { relative } from 'node:path'
import { loadNarrative } from '../../narratives/load-file.ts'
import { type Act, extractsOutput, type Input, type Narrative, targetTable } from '../../narratives/narrative.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { duration } from '../figures.ts'
import type { Io } from '../io.ts'
import { readText } from '../narrative-files.ts'
import { oneLine } from '../plain-text.ts'
import { findNarrative } from '../project.ts'

export const narrativesShow: Run = async (options, io) => {
  const { config, settings } = io.config()
  const ref = findNarrative(options.args[0] ?? '', io.cwd, config)
  const name = options.text('narrative-name') ?? ref.narrative
  const { file, narrative } = loadNarrative(ref.file, name, { base: config.root })
  if (options.isSet('resolved')) {
    const { showResolved } = await import('./narratives-show-resolved.ts')
    showResolved({ file, narrative }, readText(file.path), settings, io)
    return EXIT.ok
  }
  if (io.json) io.printJson({ file: file.path, ...narrative, targetTable: storesRows(narrative) ?? null })
  else showNarrative(narrative, file.path, config.models.default, io)
  return EXIT.ok
}

function showNarrative(narrative: Narrative, path: string, defaultModel: string, io: Io): void {
  const { key, description, acts, carousel, template, metrics = [] } = narrative
  io.print(`${io.paint('bold', oneLine(key, 100))}  ${relative(io.cwd, path)}:${narrative.place.line}`)
  if (description !== '') io.print(oneLine(description, 500))
  if (carousel !== undefined) io.print(`repeats   ${carousel.iterations} times`)
  if (template !== undefined) io.print(`shaped as ${template}`)
  io.print(`stores in ${storesRows(narrative) ?? 'no table'}`)
  for (const metric of metrics) {
    io.print(`measures  ${metric.kind} ${metric.name}: ${oneLine(`${metric.value ?? 'count'} of ${metric.act}`, 100)}`)
  }
  acts.forEach((act, index) => {
    const model = act.composes === undefined ? (act.settings.model ?? defaultModel) : `runs ${act.composes}`
    io.print(
      `\n${String(index + 1).padStart(2)}  ${io.paint('bold', oneLine(act.name, 100))}  ${io.paint('dim', model)}`,
    )
    if (act.group !== undefined) {
      const others = acts.filter((one) => one !== act && one.group === act.group).map(({ name }) => name)
      io.print(`    at once  with ${oneLine(others.join(', '), 100)}`)
    }
    if (act.cacheMs !== undefined) io.print(`    cache    ${duration(act.cacheMs)}`)
    for (const line of inputsOf(act)) io.print(`    ${oneLine(line, 500)}`)
  })
}

function storesRows(narrative: Narrative): string | undefined {
  return narrative.acts.some((_, index) => extractsOutput(narrative, index)) ? targetTable(narrative) : undefined
}

function inputsOf(act: Act): string[] {
  return act.inputs.map((input) => oneLine(describe(input), 100))
}

function describe(input: Input): string {
  switch (input.kind) {
    case 'text':
      return 'text' in input.source ? `text     ${input.source.text}` : `text     from ${input.source.file}`
    case 'media':
      return `${input.media.padEnd(8)} ${'file' in input.source ? input.source.file : 'url' in input.source ? input.source.url : 'inline'}`
    case 'command':
      return `command  ${input.platform} ${input.command}`
    case 'table':
      return `table    ${input.table}${input.where === undefined ? '' : ` where ${input.where}`}${input.pullAndDelete ? ', taken out' : ''}`
    case 'narrative':
      return `runs     ${input.name}`
  }
}
