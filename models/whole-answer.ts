// Whole answer: servers that speak OpenAI's protocol and do not stream answer whole though they were asked for pieces.
// That answer is paid, so it is taken as a stream of one piece rather than asked for again.

import type { Json, JsonObject } from '../json.ts'

/** `fetch` for chat completions: a whole answer to a request for pieces becomes an event stream of one. */
export const fetchInPieces: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  // Within a text of the question the quotes are escaped.
  const wantsPieces = typeof init?.body === 'string' && init.body.includes('"stream":true')
  const isWhole = response.headers.get('content-type')?.includes('application/json') === true
  if (!response.ok || !wantsPieces || !isWhole) return response
  const headers = new Headers(response.headers)
  headers.set('content-type', 'text/event-stream')
  headers.delete('content-length')
  return new Response(response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(onePiece()) ?? null, {
    status: response.status,
    headers,
  })
}

/** What is no answer goes on as it is, for the reader of the stream to refuse. */
function onePiece(): TransformStream<string, Uint8Array> {
  const encoder = new TextEncoder()
  let whole = ''
  return new TransformStream({
    transform: (text) => {
      whole += text
    },
    flush: (stream) => stream.enqueue(encoder.encode(`data: ${pieceOf(whole)}\n\ndata: [DONE]\n\n`)),
  })
}

function pieceOf(whole: string): string {
  const { choices, ...answer } = JSON.parse(whole) as JsonObject
  if (!Array.isArray(choices)) return whole
  const deltas = choices.map((choice: Json) => {
    const { message, ...rest } = choice as JsonObject
    return { ...rest, delta: message }
  })
  return JSON.stringify({ ...answer, object: 'chat.completion.chunk', choices: deltas })
}
