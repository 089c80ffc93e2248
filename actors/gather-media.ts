// Gather media: reads what an act shows to its model, and keeps the bytes for as long as the execution is known.
//
//   M1. What media is, its bytes say. The narrative says what it is wanted as, and both have to agree.
//   M2. A model whose provider does not take it is not asked.

import { BotticelliError } from '../errors.ts'
import type { MediaSource, MediaType } from '../media/media.ts'
import type { MediaInput } from '../narratives/narrative.ts'
import { fillInEnv } from '../narratives/placeholders.ts'
import type { ActTask, Processed } from './act-task.ts'
import { inputFile, withPlace } from './input-file.ts'
import type { Services } from './services.ts'

export function gatherMedia(
  input: MediaInput,
  task: ActTask,
  services: Services,
  signal: AbortSignal,
): Promise<Processed> {
  return withPlace(input.place, async () => {
    const { media: expected, mime: said, filename } = input
    const source = locate(input, task, services)
    const medium = await services.media.read(source, { said, expected, signal })
    const type = asWanted(medium, input, task)
    refuseUnsupported(type, task, services)
    const { hash, bytes } = medium
    services.store.media.keep(task.executionId, { hash, bytes })
    const about = { mime: type.mime, hash, sizeBytes: bytes.length, ...originOf(source) }
    return { pieces: [{ type: 'media', media: type.kind, ...about, ...(filename !== undefined && { filename }) }] }
  })
}

function locate({ source, place }: MediaInput, task: ActTask, services: Services): MediaSource {
  if ('file' in source) return { file: inputFile(source.file, place, task, services) }
  return 'url' in source ? { url: fillInEnv(source.url, services.env) } : source
}

/** For people and cassettes, without what may be secret in an address. */
function originOf(source: MediaSource): { readonly from: 'file' | 'web' | 'narrative'; readonly name: string } {
  if ('file' in source) return { from: 'file', name: source.file }
  if ('base64' in source || /^data:/i.test(source.url)) return { from: 'narrative', name: 'in the narrative' }
  return { from: 'web', name: source.url.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//') }
}

/** A film of which no picture is wanted is a sound: both come in the same containers. */
function asWanted({ kind, mime }: MediaType, { media }: MediaInput, { act }: ActTask): MediaType {
  if (kind === media) return { kind, mime }
  if (media === 'audio' && kind === 'video') return { kind: media, mime: mime.replace(/^video/, 'audio') }
  if (media === 'video' && kind === 'audio' && /ogg|mp4|webm/.test(mime))
    return { kind: media, mime: mime.replace(/^audio/, 'video') }
  throw new BotticelliError('media-mismatch', `The act "${act.name}" says ${media}, but what is there is ${mime}.`)
}

function refuseUnsupported(type: MediaType, task: ActTask, services: Services): void {
  const model = services.findModel(task.model ?? task.act.settings.model)
  const taken = model.takes?.(type)
  if (taken === undefined || taken === true) return
  throw new BotticelliError(
    'media-unsupported',
    `${model.provider} takes no ${type.kind} of the type ${type.mime}: the act "${task.act.name}" cannot ask ${model.name} about it.`,
    { fix: `It takes ${taken}. Ask a model of another provider, or convert the media.` },
  )
}
