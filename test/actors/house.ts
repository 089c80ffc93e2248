// House: everything that actors need, real apart from the model, which says what the test wants and keeps what it was asked.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { callsInFlight } from '../../actors/calls-in-flight.ts'
import { durableInbox } from '../../actors/durable-inbox.ts'
import { findFile } from '../../actors/find-file.ts'
import type { ProgressEvent } from '../../actors/progress.ts'
import { createRunner, type RunReport, type RunRequest } from '../../actors/runner.ts'
import type { Services } from '../../actors/services.ts'
import { openMedia } from '../../media/open-media.ts'
import type { Model, Question } from '../../models/model.ts'
import { ModelError } from '../../models/model-error.ts'
import { withTimeLimit } from '../../models/time-limit.ts'
import { loadNarrative, loadNested } from '../../narratives/load-file.ts'
import { loadWhole } from '../../narratives/sources.ts'
import { createDatabasePlatform } from '../../platforms/database.ts'
import { createDiscord } from '../../platforms/discord/discord.ts'
import { createPlatforms } from '../../platforms/platforms.ts'
import { applyPolicy, refusalOf } from '../../platforms/policy.ts'
import { openStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { type ActorSystem, type ChildSpec, startSystem, systemClock } from '../../supervisor/index.ts'

/** What the model says to a question; thrown when it is an error. */
export type Say = (question: Asked) => string | Error | Promise<string | Error>

interface Asked {
  /** From 1. */
  readonly call: number
  readonly act: string
  readonly narrative: string
  /** Text of the last user message. */
  readonly prompt: string
  /** Speaker and text of everything said, the last message included. */
  readonly conversation: readonly { readonly role: string; readonly text: string }[]
  readonly question: Question
}

export interface House extends AsyncDisposable {
  readonly store: Store
  readonly services: Services
  readonly system: ActorSystem
  readonly asked: readonly Asked[]
  readonly events: readonly ProgressEvent[]
  /** Prompts that an act was asked with, in order. */
  promptsOf(act: string): readonly string[]
  write(file: string, text: string | Uint8Array): string
  /** Writes the text as a narrative file and runs it. */
  run(toml: string, request?: Partial<RunRequest>): Promise<RunReport>
  resume(executionId: string): Promise<RunReport>
}

export async function openHouse(
  say: Say = ({ act }) => `answer of ${act}`,
  children: (services: Services) => readonly ChildSpec[] = () => [],
  own: Partial<Services> = {},
): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-house-'))
  const store = own.store ?? openStore(join(folder, 'test.db'))
  const asked: Asked[] = []
  const events: ProgressEvent[] = []
  const model = programmed(say, asked)
  const platforms = createPlatforms({
    platforms: [
      createDiscord({ posting: 'dry-run', now: systemClock.now }),
      createDatabasePlatform({
        tables: {
          update: (change) => store.content.update(change, systemClock.now()),
          once: (key, work) => store.effects.perform(key, work, systemClock.now()),
        },
      }),
    ],
    now: systemClock.now,
  })
  const services: Services = {
    store,
    findModel: () => model,
    paced: (model) => model,
    limited: (limited, timeoutMs) => withTimeLimit(limited, { clock: systemClock, timeoutMs }),
    platformsFor: (policy) => applyPolicy(platforms, policy, 'dry-run'),
    refusalOf: (command, policy) =>
      refusalOf(command, { effect: platforms.effectOf(command), policy, posting: 'dry-run' }),
    loadNarrative: (file, narrative, texts) =>
      texts === undefined ? loadWhole(file, narrative) : loadNarrative(file, narrative, { texts }),
    loadNested: (file, input, texts) => loadNested(file, input, texts ? { texts } : {}),
    findFile: (name, narrativeFile) => findFile(name, narrativeFile, []),
    media: openMedia({ maxBytes: 1_000_000, timeoutMs: 10_000, privateHosts: [] }),
    env: (name) => (name === 'GUILD_ID' ? '1234567890' : undefined),
    clock: systemClock,
    processId: process.pid,
    newId: ulid,
    retry: { maxRestarts: 2, minMs: 1, maxMs: 2 },
    onProgress: (event) => events.push(event),
    streams: false,
    calls: callsInFlight(systemClock),
    ...own,
  }
  const runner = createRunner(services)
  const root = { id: '', strategy: 'one_for_one', children: [runner.spec, ...children(services)] } as const
  const system = await startSystem(root, { inbox: durableInbox(store, systemClock) })
  const write = (file: string, text: string) => {
    const path = join(folder, file)
    writeFileSync(path, text)
    return path
  }
  return {
    store,
    services,
    system,
    asked,
    events,
    promptsOf: (act) => asked.filter((each) => each.act === act).map(({ prompt }) => prompt),
    write,
    resume: (executionId) => runner.run({ resume: executionId }),
    run: (toml, request) => runner.run({ file: write('narrative.toml', toml), ...request }),
    async [Symbol.asyncDispose]() {
      await system.stop()
      store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Fails when the question is withdrawn or its time is over, as a provider's model does. */
function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => {
      const isLate = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
      reject(new ModelError(isLate ? 'model-timeout' : 'model-aborted', 'Ended.', { retryable: isLate }))
    }
    signal.addEventListener('abort', end, { once: true })
  })
}

function programmed(say: Say, asked: Asked[]): Model {
  return {
    provider: 'programmed',
    name: 'test',
    async ask(question, { signal }) {
      const conversation = question.messages.map(({ role, parts }) => ({
        role,
        text: parts.map((part) => (part.type === 'text' ? part.text : `<${part.kind} ${part.mime}>`)).join('\n'),
      }))
      const { act, narrative } = question.origin
      const prompt = conversation.at(-1)?.text ?? ''
      const each: Asked = { call: asked.length + 1, act, narrative, prompt, conversation, question }
      asked.push(each)
      const said = await Promise.race([say(each), ended(signal)])
      if (said instanceof Error) throw said
      return {
        text: said,
        finishReason: 'stop',
        usage: { input: 10, output: 5 },
        costUsd: 0.001,
        model: 'test',
        provider: 'programmed',
        durationMs: 1,
      }
    },
  }
}
