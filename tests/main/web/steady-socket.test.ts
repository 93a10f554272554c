import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { makeSteady } from '../../../src/main/web/steady-socket.ts';

/** A socket whose far end takes nothing until it is told to. */
class StuckSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  pings = 0;
  terminated = false;
  readonly #waiting: { bytes: number; done: () => void }[] = [];

  addEventListener(): void {}
  send(data: string, done: () => void): void {
    this.bufferedAmount += data.length;
    this.#waiting.push({ bytes: data.length, done });
  }
  take(): void {
    const next = this.#waiting.shift();
    this.bufferedAmount -= next?.bytes ?? 0;
    next?.done();
  }
  ping(): void {
    this.pings += 1;
  }
  terminate(): void {
    this.terminated = true;
    this.emit('close');
  }
}

const PING_MS = 1000;
let socket: StuckSocket;
let send: (data: string) => unknown;
beforeEach(() => {
  vi.useFakeTimers();
  socket = new StuckSocket();
  const steady = makeSteady(socket as unknown as WebSocket, { highWaterBytes: 100, pingMs: PING_MS });
  send = (data) => (steady.send as (data: string) => unknown)(data);
});
afterEach(() => vi.useRealTimers());

describe('a steady socket', () => {
  it('lets senders go on at once while little is unsent, and wait above that', async () => {
    expect(send('x'.repeat(100))).toBeUndefined();
    const waiting = send('y');
    expect(waiting).toBeInstanceOf(Promise);
    let taken = false;
    void (waiting as Promise<void>).then(() => (taken = true));
    socket.take();
    await vi.advanceTimersByTimeAsync(0);
    expect(taken).toBe(false);
    socket.take();
    await vi.advanceTimersByTimeAsync(0);
    expect(taken).toBe(true);
  });

  it('drops what is sent after the end', () => {
    socket.readyState = 3;
    expect(send('late')).toBeUndefined();
    expect(socket.bufferedAmount).toBe(0);
  });

  it('is cut off after one ping without a sign of life', () => {
    vi.advanceTimersByTime(PING_MS);
    expect({ pings: socket.pings, terminated: socket.terminated }).toEqual({ pings: 1, terminated: false });
    vi.advanceTimersByTime(PING_MS);
    expect(socket.terminated).toBe(true);
    vi.advanceTimersByTime(10 * PING_MS);
    expect(socket.pings).toBe(1);
  });

  it('stays for as long as the other end answers', () => {
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(PING_MS);
      socket.emit('pong');
    }
    expect(socket.terminated).toBe(false);
  });

  it('stays while the other end still takes data, however slowly, and goes when it stops', () => {
    for (let i = 0; i < 5; i++) send('z'.repeat(50));
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(PING_MS);
      socket.take();
    }
    vi.advanceTimersByTime(PING_MS);
    expect(socket.terminated).toBe(false);
    vi.advanceTimersByTime(PING_MS);
    expect(socket.terminated).toBe(true);
  });
});
