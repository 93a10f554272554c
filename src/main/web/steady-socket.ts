/** A WebSocket that a slow or vanished window cannot fill up. */
import type { WebSocket } from 'ws';

export interface SteadyOptions {
  /** Above this many bytes that the system has not taken yet, senders wait. */
  readonly highWaterBytes: number;
  /** How often the other end is asked for a sign of life; one that gives none until the next time is cut off. */
  readonly pingMs: number;
}

/** Some hundred live updates; a large answer may exceed it by itself, once. */
export const STEADY: SteadyOptions = { highWaterBytes: 4 * 2 ** 20, pingMs: 15_000 };

/** What oRPC's handler asks of a socket. */
export type RpcSocket = Pick<WebSocket, 'addEventListener' | 'send'>;

/**
 * Wraps a socket so that `send` returns a promise while too much is unsent: oRPC waits for it before it takes the next event of
 * a stream, so that at most one event of each stream waits here.
 */
export function makeSteady(socket: WebSocket, { highWaterBytes, pingMs }: SteadyOptions = STEADY): RpcSocket {
  watch(socket, pingMs);
  return {
    addEventListener: socket.addEventListener.bind(socket),
    // oRPC passes the data alone; what it is given back, it waits for.
    send: ((data: string | Uint8Array): Promise<void> | undefined => {
      if (socket.readyState !== socket.OPEN) return undefined;
      const sent = new Promise<void>((resolve) => socket.send(data, () => resolve()));
      return socket.bufferedAmount > highWaterBytes ? sent : undefined;
    }) as RpcSocket['send'],
  };
}

/** Cuts a socket off whose other end neither answers pings nor takes data. A slow one that takes data is left alone. */
function watch(socket: WebSocket, pingMs: number): void {
  let alive = true;
  let unsent = 0;
  const timer = setInterval(() => {
    const moved = socket.bufferedAmount < unsent;
    if (!alive && !moved) return socket.terminate();
    alive = false;
    unsent = socket.bufferedAmount;
    socket.ping();
  }, pingMs);
  socket.on('pong', () => (alive = true));
  socket.on('message', () => (alive = true));
  socket.on('close', () => clearInterval(timer));
  timer.unref();
}
