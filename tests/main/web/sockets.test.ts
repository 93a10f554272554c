import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { clientOf, openSocket, startHost, streams, upgradeStatus } from './helpers.ts';

describe('the windows’ sockets', () => {
  it('carry calls, typed arrays and numbers that JSON does not know', async () => {
    const host = await startHost();
    const client = clientOf(openSocket(host));
    const sent = {
      image: Uint8Array.of(0, 128, 255),
      wide: Float64Array.of(1, Number.NaN, Number.NEGATIVE_INFINITY),
      part: new Float32Array([1, 2, 3, 4]).subarray(1, 3),
      loss: Number.POSITIVE_INFINITY,
      rate: Number.NaN,
      nothing: null,
    };
    expect(await client.echo(sent)).toEqual(sent);
  });

  it('are open to our own page with the cookie alone', async () => {
    const host = await startHost();
    const own = `http://127.0.0.1:${host.port}`;
    const cases: [headers: Record<string, string>, path: string, status: number][] = [
      [{}, '/rpc', 101],
      [{ Cookie: '' }, '/rpc', 401],
      [{ Cookie: host.cookie.replace(/.$/, '_') }, '/rpc', host.cookie.endsWith('_') ? 101 : 401],
      [{ Cookie: `gradient-lab-1=${host.token}` }, '/rpc', 401],
      [{ Origin: 'https://evil.example' }, '/rpc', 403],
      [{ Origin: 'null' }, '/rpc', 403],
      [{ Origin: `http://127.0.0.1:${host.port + 1}` }, '/rpc', 403],
      [{ Origin: `http://localhost:${host.port}` }, '/rpc', 403],
      [{ Origin: `${own}.evil.example` }, '/rpc', 403],
      [{ Host: `evil.example:${host.port}`, Origin: `http://evil.example:${host.port}` }, '/rpc', 421],
      [{}, '/', 404],
      [{}, `/rpc?token=${host.token}`, 404],
      [{ Cookie: '' }, `/rpc?token=${host.token}`, 404],
    ];
    for (const [headers, path, status] of cases) {
      expect([headers, path, await upgradeStatus(openSocket(host, headers, path))]).toEqual([
        headers,
        path,
        status,
      ]);
    }
    const noOrigin = openSocket(host, { Origin: '' });
    expect(await upgradeStatus(noOrigin)).toBe(403);
  });

  it('serve two windows at once, and one that goes away ends its streams alone', async () => {
    const host = await startHost();
    const [one, two] = [openSocket(host), openSocket(host)];
    const [first, second] = [await clientOf(one).ticks(), await clientOf(two).ticks()];
    expect((await first.next()).value).toBe(0);
    expect((await second.next()).value).toBe(0);
    expect(streams.open).toBe(2);
    one.terminate();
    await vi.waitFor(() => expect(streams.open).toBe(1));
    expect((await second.next()).value).toBe(1);
    two.terminate();
    await vi.waitFor(() => expect(streams.open).toBe(0));
  });

  it('close on a message that is too long, and the lab goes on for the others', async () => {
    const host = await startHost({ maxMessageBytes: 10_000 });
    const [greedy, other] = [openSocket(host), openSocket(host)];
    const call = clientOf(greedy).echo('x'.repeat(20_000));
    const rejected = expect(call).rejects.toThrow();
    const [code] = (await once(greedy, 'close')) as [number];
    expect(code).toBe(1009);
    await rejected;
    expect(await clientOf(other).echo('short')).toBe('short');
  });

  it('survive what is no message of the contract', async () => {
    const host = await startHost();
    const socket = openSocket(host);
    await once(socket, 'open');
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    for (const text of ['', 'no JSON', '{}', '[]', 'null', '{"i":"8","p":{"u":"/echo","b":5}}', '{"i":7}']) {
      socket.send(text);
    }
    socket.send(Buffer.from([0xff, 0xfe, 0x00]));
    const array = { json: ['#'], meta: [[32, 0]] };
    socket.send(JSON.stringify({ i: '9', p: { u: '/echo', b: array } }));
    expect(await clientOf(socket).echo('still here')).toBe('still here');
    expect(await clientOf(openSocket(host)).echo('and here')).toBe('and here');
    said.mockRestore();
  });

  it('give way to a window that reads slowly, and lose nothing', async () => {
    const host = await startHost();
    const socket = openSocket(host);
    await once(socket, 'open');
    const client = clientOf(socket);
    socket.pause();
    const answers = [1, 2, 3].map(() => client.large(1_000_000));
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.resume();
    for (const answer of await Promise.all(answers)) expect(answer).toHaveLength(1_000_000);
  });

  it('are limited in number', async () => {
    const host = await startHost();
    const open = Array.from({ length: 64 }, () => openSocket(host));
    await Promise.all(open.map((socket) => once(socket, 'open')));
    expect(await upgradeStatus(openSocket(host))).toBe(503);
    open[0]?.terminate();
    await vi.waitFor(async () => expect(await upgradeStatus(openSocket(host))).toBe(101));
  });
});
