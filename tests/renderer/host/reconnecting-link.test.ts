import { afterEach, describe, expect, it, vi } from 'vitest';
import { createORPCClient } from '@orpc/client';
import { StandardRPCLink } from '@orpc/client/standard';
import { WebSocket as NodeSocket } from 'ws';
import type { ConnectionState } from '../../../src/renderer/host/connection.ts';
import { ReconnectingLink, type Answer } from '../../../src/renderer/host/reconnecting-link.ts';
import { ARRAY_SERIALIZERS } from '../../../src/shared/arrays.ts';
import { ask, startHost, waiting, type Client, type TestHost } from '../../main/web/helpers.ts';

const FAST = { firstPauseMs: 5, longestPauseMs: 20, patienceMs: 2000, silenceMs: 60 };

const links: ReconnectingLink[] = [];
afterEach(() => links.splice(0).forEach((link) => link.close()));

/** A window on `port` with a browser's cookie; the browser can be given another one. */
function openWindow(port: number, browser: { cookie: string }, timing: Partial<typeof FAST> = {}) {
  const sockets: NodeSocket[] = [];
  let probes = 0;
  const link = new ReconnectingLink({
    openSocket: () => {
      const Origin = `http://127.0.0.1:${port}`;
      const socket = new NodeSocket(`ws://127.0.0.1:${port}/rpc`, {
        headers: { Origin, Cookie: browser.cookie },
      });
      socket.on('error', () => {});
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    probe: async (): Promise<Answer> => {
      probes += 1;
      try {
        const { status } = await ask({ port }, '/', { method: 'HEAD', headers: { Cookie: browser.cookie } });
        return status === 401 ? 'locked' : 'here';
      } catch {
        return 'silent';
      }
    },
    timing: { ...FAST, ...timing },
  });
  links.push(link);
  const client: Client = createORPCClient(
    new StandardRPCLink(link, { url: 'http://orpc', customJsonSerializers: ARRAY_SERIALIZERS }),
  );
  const states: ConnectionState[] = [];
  link.status.listen((state) => states.push(state));
  return { link, client, states, sockets, probes: () => probes };
}

/** The lab again on the same port, as after a restart: with a new token. */
async function restart(host: TestHost): Promise<TestHost> {
  await host.close();
  return startHost({ port: host.port });
}

describe('a window’s connection', () => {
  it('takes calls before it is there and carries them', async () => {
    const host = await startHost();
    const { client, states } = openWindow(host.port, host);
    expect(await client.echo('early')).toBe('early');
    expect(states).toEqual(['connecting', 'open']);
  });

  it('comes back after it broke, with calls that waited and streams anew', async () => {
    const host = await startHost();
    const { client, states, sockets } = openWindow(host.port, host);
    const ticks = await client.ticks();
    expect((await ticks.next()).value).toBe(0);
    sockets[0]?.terminate();
    await expect(
      (async () => {
        for await (const tick of ticks) void tick;
      })(),
    ).rejects.toThrow();
    expect(await client.echo('waited')).toBe('waited');
    expect((await (await client.ticks()).next()).value).toBe(0);
    expect(states).toEqual(['connecting', 'open', 'lost', 'open']);
  });

  it('fails a call that was under way, and says what to do', async () => {
    const host = await startHost();
    const { client, sockets } = openWindow(host.port, host);
    const call = client.forever();
    await vi.waitFor(() => expect(waiting.calls).toBe(1));
    sockets[0]?.terminate();
    await expect(call).rejects.toMatchObject({ name: 'LabError', code: 'connection/lost' });
  });

  it('says when the lab has another token, and comes back once the browser has it', async () => {
    const host = await startHost();
    const browser = { cookie: host.cookie };
    const { client, states, link } = openWindow(host.port, browser);
    await client.echo('there');
    const again = await restart(host);
    await vi.waitFor(() => expect(link.status.state).toBe('locked'));
    await expect(client.echo('refused')).rejects.toMatchObject({ code: 'connection/locked' });
    // The new address was opened in another tab.
    browser.cookie = again.cookie;
    await vi.waitFor(async () => expect(await client.echo('back')).toBe('back'));
    expect(states.slice(0, 4)).toEqual(['connecting', 'open', 'lost', 'locked']);
    expect(states.at(-1)).toBe('open');
  });

  it('gives up waiting for a lab that is gone, or when the caller does', async () => {
    const host = await startHost();
    const { client, link } = openWindow(host.port, host, { patienceMs: 100 });
    await client.echo('there');
    await host.close();
    await vi.waitFor(() => expect(link.status.state).toBe('lost'));
    await expect(client.echo('too late')).rejects.toMatchObject({ code: 'connection/lost' });
    const controller = new AbortController();
    const call = client.echo('never mind', { signal: controller.signal });
    controller.abort(new Error('changed my mind'));
    await expect(call).rejects.toThrow('changed my mind');
  });

  it('notices another end that went away without a word, and only that', async () => {
    const host = await startHost();
    const { client, states, sockets, probes } = openWindow(host.port, host);
    await client.echo('there');
    await vi.waitFor(() => expect(probes()).toBeGreaterThan(0));
    // It was silent, and answered when it was asked.
    expect(states).toEqual(['connecting', 'open']);
    // From here on it answers nothing, and the socket does not close.
    sockets[0]?.pause();
    await host.close();
    await vi.waitFor(() => expect(states).toEqual(['connecting', 'open', 'lost']));
  });

  it('tries again at once when asked to, and never after it was closed', async () => {
    const host = await startHost();
    const { client, link, sockets } = openWindow(host.port, host, {
      firstPauseMs: 60_000,
      longestPauseMs: 60_000,
    });
    await client.echo('there');
    sockets[0]?.terminate();
    await vi.waitFor(() => expect(link.status.state).toBe('lost'));
    await vi.waitFor(() => {
      link.retryNow();
      expect(link.status.state).toBe('open');
    });
    link.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    link.retryNow();
    expect(sockets).toHaveLength(2);
  });
});
