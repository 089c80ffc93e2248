// Rehearsal: what a run would ask and send, found out without asking or sending anything.
//
//   H1. The real run happens, on a copy of the database that is thrown away, with the scripted model in the place of
//       every other and Discord imagined: no provider is called, nothing is written, nothing leaves the machine.
//   H2. Tokens are estimates, about four characters each; answers are invented, so what depends on them is an example.
//   H3. What a provider does not take is refused as it would be.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Gathered } from '../actors/act-task.ts'
import { gatheredFrom } from '../actors/kept.ts'
import type { ProgressEvent } from '../actors/progress.ts'
import type { RunReport, RunRequest } from '../actors/runner.ts'
import type { Config, ModelsConfig } from '../config/config.ts'
import type { JsonObject } from '../json.ts'
import { takes } from '../models/media-support.ts'
import type { Models } from '../models/model.ts'
import { type ModelName, parseModelName } from '../models/model-name.ts'
import { createPrices, type Prices } from '../models/prices.ts'
import { mediaSupportOf } from '../models/provider-family.ts'
import { openRuns, type Runs } from '../server/runs.ts'
import { copyFile } from '../store/copy-file.ts'
import { systemClock } from '../supervisor/index.ts'

export interface Rehearsal {
  readonly report: RunReport
  readonly steps: readonly RehearsedStep[]
}

export type RehearsedStep =
  | {
      readonly is: 'prompt'
      readonly narrative: string
      readonly act: string
      readonly key: string
      /** As the narrative or the configuration names it. */
      readonly model: string
      /** What the model is told beforehand. */
      readonly system?: string
      /** The user message; media by its kind. */
      readonly prompt: string
      readonly inputTokens: number
      readonly outputTokens: number
      /** Undefined when no price is known. */
      readonly costUsd?: number
      /** Of an act with a `cache`: its answer would be kept, or is one that was kept before in this run. */
      readonly cache?: 'kept' | 'given'
      /** Of acts of a narrative with the same number, which run at the same time. */
      readonly group?: number
    }
  | { readonly is: 'command'; readonly act: string; readonly command: string; readonly args: JsonObject }
  | {
      readonly is: 'metric'
      readonly act: string
      readonly name: string
      readonly kind: string
      readonly value: number
      readonly labels: Readonly<Record<string, string>>
    }
  | { readonly is: 'skipped'; readonly act: string; readonly key: string }

/** @param now epoch ms, for prices that change with time */
export async function rehearse(request: RunRequest, config: Config, now: number): Promise<Rehearsal> {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-rehearsal-'))
  try {
    const database = join(folder, 'rehearsal.db')
    if (existsSync(config.database)) copyFile(config.database, database)
    const app = await openRuns(offline(config, database), {
      outside: { clock: systemClock, models: (scripted) => asNamed(scripted, config), platforms: (real) => real },
    })
    try {
      const events: ProgressEvent[] = []
      app.onProgress((event) => events.push(event))
      const report = await app.run(request)
      return { report, steps: await stepsOf(events, app, config, now) }
    } finally {
      await app.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function offline(config: Config, database: string): Config {
  const { otlpEndpoint: _, ...telemetry } = config.telemetry
  const { token: __, ...discord } = config.discord
  const models = { ...config.models, override: 'scripted', stream: false }
  return {
    ...config,
    database,
    media: { ...config.media, offline: true },
    models,
    discord,
    posting: 'dry-run',
    telemetry: { ...telemetry, prometheus: undefined },
  }
}

/** H3. */
function asNamed(scripted: Models, { models }: Config): Models {
  return {
    find(named) {
      const model = scripted.find(named)
      const { provider, model: name } = parsed(named ?? models.default, models)
      if (provider === 'scripted') return model
      return { ...model, provider, name, takes: (type) => takes(mediaSupportOf(provider), type) }
    },
  }
}

async function stepsOf(
  events: readonly ProgressEvent[],
  app: Runs,
  config: Config,
  now: number,
): Promise<RehearsedStep[]> {
  const prices = createPrices(config.models.prices)
  const named = new Map<string, string>()
  const told = new Set<string>()
  const steps: RehearsedStep[] = []
  const lookedUp = new Map<string, 'kept' | 'given'>()
  for (const event of events) {
    if (event.type === 'answer.looked_up') lookedUp.set(actOf(event), event.found ? 'given' : 'kept')
    if (event.type === 'act.started' && event.model !== undefined) named.set(idOf(event), event.model)
    if (event.type === 'act.measured') {
      for (const { metric, value, labels } of event.measures) {
        steps.push({ is: 'metric', act: event.act, name: metric.name, kind: metric.kind, value, labels })
      }
    }
    if (event.type === 'act.skipped') steps.push({ is: 'skipped', act: event.act, key: event.key })
    if (event.type === 'command.done') {
      for (const { key, act, platform, command, args } of app.store.effects.list(event.executionId)) {
        if (told.has(key)) continue
        told.add(key)
        steps.push({ is: 'command', act, command: `${platform} ${command}`, args })
      }
    }
    if (event.type === 'act.completed' && !event.replayed) {
      const { answer, prompt } = app.store.journal.find(event) ?? {}
      if (answer === undefined) continue
      const { narrative, act, key, inputTokens, outputTokens } = event
      const model = named.get(idOf(event)) ?? config.models.default
      const usage = { input: inputTokens, output: outputTokens }
      const costUsd = await costOf(model, usage, prices, config, now)
      const gathered = gatheredFrom(prompt ?? {})
      const cache = lookedUp.get(actOf(event))
      steps.push({
        is: 'prompt',
        ...{ narrative, act, key, model, prompt: textOf(gathered), inputTokens, outputTokens },
        ...(gathered.system !== undefined && { system: gathered.system }),
        ...(costUsd !== undefined && { costUsd }),
        ...(cache !== undefined && { cache }),
        ...(event.group !== undefined && { group: event.group }),
      })
    }
  }
  return steps
}

function idOf({ executionId, key }: { readonly executionId: string; readonly key: string }): string {
  return `${executionId}/${key}`
}

function actOf({ executionId, act }: { readonly executionId: string; readonly act: string }): string {
  return `${executionId}/${act}`
}

function costOf(
  named: string,
  usage: { input: number; output: number },
  prices: Prices,
  { models }: Config,
  now: number,
) {
  const { provider, model } = parsed(named, models)
  return prices.costUsd(provider, model, usage, new Date(now))
}

function parsed(named: string, { servers, default: fallback }: ModelsConfig): ModelName {
  const names = Object.keys(servers)
  return parseModelName(named, names, parseModelName(fallback, names))
}

function textOf({ pieces }: Gathered): string {
  return pieces.map(({ piece }) => (piece.type === 'text' ? piece.text : `<${piece.media}>`)).join('\n')
}
