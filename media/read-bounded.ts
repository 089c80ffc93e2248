// Read bounded: the bytes of a file, and never more of them than are wanted.

import { constants, type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { MediaError } from './media-error.ts'

const CHUNK_BYTES = 256 * 1024

/**
 * However large the file becomes while it is read. A pipe or a device is no file.
 *
 * @throws MediaError `media-too-large`, `media-unreadable`
 */
export async function readBounded(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    // A pipe that nobody writes to would be waited for without O_NONBLOCK.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = await file.stat()
    if (!stat.isFile()) throw new MediaError('media-unreadable', `${path} is not a file.`)
    if (stat.size > maxBytes) throw tooLarge(`The file ${basename(path)}`, maxBytes)
    return await readAll(file, basename(path), maxBytes)
  } catch (cause) {
    if (cause instanceof MediaError) throw cause
    const reason = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
    throw new MediaError('media-unreadable', `The file ${path} cannot be read${reason}.`, { cause })
  }
}

async function readAll(file: FileHandle, name: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  while (size <= maxBytes) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES))
    if (bytesRead === 0) return Buffer.concat(chunks)
    chunks.push(buffer.subarray(0, bytesRead))
    size += bytesRead
  }
  throw tooLarge(`The file ${name}`, maxBytes)
}

export function tooLarge(what: string, maxBytes: number): MediaError {
  return new MediaError('media-too-large', `${what} is larger than ${maxBytes} bytes.`)
}
