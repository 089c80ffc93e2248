// Follow: a stream of lines from whoever knows to whoever looks, at the pace of the one who looks.
//
//   F1. `write` always takes its line; when it says false, nothing more is written until `drained` was called.
//   F2. Either side ends it: the reader with `close`, the writer with `end`.

import type { IncomingMessage, ServerResponse } from 'node:http'

/** Where lines go. */
export interface LineSink {
  /** Takes a line, without a line break in it. False: no more until `drained`. */
  write(line: string): boolean
  /** No line will come any more. */
  end(): void
}

/** What the one who reads holds while it reads. */
export interface Following {
  /** The sink takes lines again. */
  drained(): void
  close(): void
}

/** Begins to write to a sink, perhaps at once. */
export type Follow = (sink: LineSink) => Following

/** Bytes that may wait for one reader. */
const MOST_WAITING = 1_048_576

/** Answers with the lines, until the reader goes away. */
export function sendLines(response: ServerResponse, follow: Follow): void {
  let isFull = false
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  response.flushHeaders()
  const following = follow({
    write(line) {
      response.write(`${line}\n`)
      isFull = response.writableLength > MOST_WAITING
      return !isFull
    },
    end: () => void response.end(),
  })
  response.on('drain', () => {
    if (!isFull) return
    isFull = false
    following.drained()
  })
  response.on('close', () => following.close())
}

/** The lines of an answer as they come; ends with the answer, with the connection, or when `signal` says so. */
export async function* linesOf(message: IncomingMessage, signal: AbortSignal): AsyncIterable<string> {
  let rest = ''
  try {
    for await (const chunk of message.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    // The server went away in the middle, or the reader has had enough: both are an end.
    if (!signal.aborted && (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
  } finally {
    message.destroy()
  }
}

/** Follows lines that come from elsewhere, at the pace of the sink. What breaks is told and ends it. */
export function followLines(
  begin: (signal: AbortSignal) => Promise<AsyncIterable<string>>,
  broke: (error: unknown) => void,
): Follow {
  return (sink) => {
    const enough = new AbortController()
    let room = Promise.withResolvers<void>()
    const pump = async () => {
      for await (const line of await begin(enough.signal)) {
        if (enough.signal.aborted) return
        if (sink.write(line)) continue
        await room.promise
        room = Promise.withResolvers<void>()
      }
    }
    void pump()
      .catch((error) => {
        if (!enough.signal.aborted) broke(error)
      })
      .finally(() => sink.end())
    return {
      drained: () => room.resolve(),
      close: () => {
        enough.abort()
        room.resolve()
      },
    }
  }
}
