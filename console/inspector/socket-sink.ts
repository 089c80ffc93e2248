// Socket sink: frames into a WebSocket, no more than it can send soon.

import { WebSocket } from 'ws'
import type { Follow } from '../follow.ts'

/** Bytes that may wait in one socket. */
const MOST_WAITING = 1_048_576
/** The server is gone, or going: the one who looks may come back. */
const CLOSE_GOING_AWAY = 1001

/** Lets a socket follow for as long as it is open. */
export function feedSocket(socket: WebSocket, follow: Follow): void {
  let isFull = false
  const sent = () => {
    if (!isFull || socket.bufferedAmount > MOST_WAITING / 2 || socket.readyState !== WebSocket.OPEN) return
    isFull = false
    following.drained()
  }
  const following = follow({
    write(frame) {
      socket.send(frame, sent)
      isFull = socket.bufferedAmount > MOST_WAITING
      return !isFull
    },
    end: () => socket.close(CLOSE_GOING_AWAY),
  })
  socket.on('close', () => following.close())
}
