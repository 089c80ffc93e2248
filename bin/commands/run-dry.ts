// run --dry-run: every prompt as it would be asked, every command as it would be sent, and what that would cost.

import type { RunRequest } from '../../actors/runner.ts'
import type { Config } from '../../config/config.ts'
import { errorText } from '../error-report.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { money, plural, tokens } from '../figures.ts'
import type { Io } from '../io.ts'
import { plainText } from '../plain-text.ts'
import { type RehearsedStep, rehearse } from '../rehearsal.ts'

export async function dryRun(request: RunRequest, config: Config, io: Io): Promise<ExitCode> {
  const { report, steps } = await rehearse({ ...request, signal: io.signal }, config, io.now())
  const prompts = steps.filter((step) => step.is === 'prompt')
  const total = {
    calls: prompts.length,
    inputTokens: prompts.reduce((sum, one) => sum + one.inputTokens, 0),
    outputTokens: prompts.reduce((sum, one) => sum + one.outputTokens, 0),
    costUsd: prompts.reduce((sum, one) => sum + (one.costUsd ?? 0), 0),
    unpriced: prompts.filter(({ costUsd }) => costUsd === undefined).length,
  }
  const { status, narrative, error } = report
  if (io.json) io.printJson({ narrative, status, estimated: total, steps, ...(error !== undefined && { error }) })
  else {
    for (const step of steps) show(step, io)
    const { calls, inputTokens, outputTokens, costUsd, unpriced } = total
    const unknown = unpriced > 0 ? ` and ${plural(unpriced, 'call')} without a known price` : ''
    const figures = [
      plural(calls, 'call'),
      `about ${tokens(inputTokens + outputTokens)}`,
      `${money(costUsd)}${unknown}`,
    ]
    io.remark(`${io.paintRemark('bold', narrative)} dry run: ${figures.join(' · ')}`)
    io.remark('Nothing was asked, sent or stored. Answers were invented, so what depends on them is an example.')
    if (error !== undefined) io.stderr.write(`${errorText(error, io)}\n`)
  }
  return status === 'completed' ? EXIT.ok : EXIT.failed
}

const CACHE_WORDS = { kept: 'answer kept', given: 'answer given before' } as const

function show(step: RehearsedStep, io: Io): void {
  if (step.is === 'skipped') {
    io.print(`${io.paint('bold', step.key)}  ${io.paint('dim', 'skipped: its condition does not hold')}\n`)
    return
  }
  if (step.is === 'command') {
    io.print(`${io.paint('bold', step.act)}  ${step.command} ${plainText(JSON.stringify(step.args))}\n`)
    return
  }
  if (step.is === 'metric') {
    const labels = Object.entries(step.labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    const text = `${step.kind} ${step.name}{${labels.join(',')}} ${step.value}`
    io.print(`${io.paint('bold', step.act)}  ${io.paint('dim', plainText(text))}\n`)
    return
  }
  const { key, model, inputTokens, outputTokens, costUsd, cache, group } = step
  const cost = costUsd === undefined ? 'price unknown' : money(costUsd)
  const remarks = [
    `~${inputTokens} tokens in, ~${outputTokens} out`,
    cost,
    ...(cache === undefined ? [] : [CACHE_WORDS[cache]]),
    ...(group === undefined ? [] : [`in group ${group}, at once`]),
  ]
  const figures = [model, ...remarks].join('  ')
  io.print(`${io.paint('bold', key)}  ${io.paint('dim', figures)}`)
  if (step.system !== undefined) {
    for (const line of plainText(`system: ${step.system}`).split('\n'))
      io.print(`    ${io.paint('dim', line)}`.trimEnd())
  }
  for (const line of plainText(step.prompt).split('\n')) io.print(`    ${line}`.trimEnd())
  io.print()
}
