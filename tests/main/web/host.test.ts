import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { LabError } from '../../../src/shared/errors.ts';
import { startWebHost } from '../../../src/main/web/index.ts';
import { ask, clientOf, openSocket, router, startHost, streams } from './helpers.ts';

async function failureOf(work: Promise<unknown>): Promise<LabError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LabError) return error;
  throw new Error(`Expected a LabError, got ${String(error)}.`);
}

describe('the web host', () => {
  it('listens on loopback alone', async () => {
    const host = await startHost();
    expect(host.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
    const refused = (address: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = net.connect({ host: address, port: host.port, timeout: 500 });
        socket.on('connect', () => resolve('connected')).on('error', () => resolve('refused'));
        socket.on('timeout', () => resolve('refused'));
        socket.on('close', () => socket.destroy());
      });
    expect(await refused('127.0.0.1')).toBe('connected');
    // The rest of 127/8 is this machine as well: a server on every address would answer there.
    expect(await refused('127.0.0.2')).toBe('refused');
    expect(await refused('::1')).toBe('refused');
  });

  it('says what to do when its port is taken', async () => {
    const host = await startHost();
    const error = await failureOf(startHost({ port: host.port }));
    expect(error.code).toBe('web/port-in-use');
    expect(error.message).toBe(`Expected port ${host.port} to be free, and another program uses it.`);
    expect(error.hint).toContain('--port 0');
  });

  it('refuses to start where the window’s files are missing', async () => {
    const start = startWebHost({ service: { router }, port: 0, openFrom: null, folder: '/no/such/folder' });
    expect((await failureOf(start)).code).toBe('setup/no-renderer');
  });

  it('ends windows, streams and waiting connections when it is closed, and gives the port back', async () => {
    const host = await startHost();
    const socket = openSocket(host);
    const ticks = await clientOf(socket).ticks();
    await ticks.next();
    // A window that never answers, and a browser that keeps its connection.
    const silent = openSocket(host);
    await once(silent, 'open');
    (silent as unknown as { _socket: net.Socket })._socket.pause();
    const idle = net.connect(host.port, '127.0.0.1');
    await once(idle, 'connect');
    const idleClosed = once(idle.on('error', () => {}).resume(), 'close');
    const closed = once(socket, 'close');

    const started = performance.now();
    await Promise.all([host.close(), host.close()]);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(((await closed) as [number])[0]).toBe(1001);
    await idleClosed;
    await vi.waitFor(() => expect(streams.open).toBe(0));
    await expect(ask(host, '/')).rejects.toThrow(/ECONNREFUSED/);
    const again = await startHost({ port: host.port });
    expect((await ask(again, '/')).status).toBe(401);
    silent.terminate();
  });
});
