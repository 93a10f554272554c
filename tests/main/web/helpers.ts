/** A web host in front of a router of its own, and requests in every shape that a browser would never send. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { os, type RouterClient } from '@orpc/server';
import { WebSocket } from 'ws';
import { afterAll, afterEach } from 'vitest';
import { startWebHost, type WebHost, type WebHostOptions } from '../../../src/main/web/index.ts';
import { ARRAY_SERIALIZERS } from '../../../src/shared/arrays.ts';

/** Streams that are open at this moment, for tests that look whether they are ended. */
export const streams = { open: 0 };
/** Calls that were heard and wait for ever. */
export const waiting = { calls: 0 };

/** Procedures that show what travels: an echo, an endless stream, a call without an end, and a large answer. */
export const router = {
  echo: os.handler(({ input }) => input),
  ticks: os.handler(async function* ({ signal }) {
    streams.open += 1;
    try {
      for (let tick = 0; signal?.aborted !== true; tick++) {
        yield tick;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    } finally {
      streams.open -= 1;
    }
  }),
  forever: os.handler(() => {
    waiting.calls += 1;
    return new Promise<void>(() => {});
  }),
  large: os.handler(({ input }) => new Float64Array(input as number).fill(1)),
};
export type Client = RouterClient<typeof router>;

const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-web-'));
mkdirSync(join(folder, 'renderer', 'assets'), { recursive: true });
writeFileSync(join(folder, 'secret.txt'), 'not for the browser');
writeFileSync(join(folder, 'renderer', 'index.html'), '<!doctype html><title>Lab</title>');
writeFileSync(join(folder, 'renderer', 'assets', 'main-abc123.js'), 'export {};');
writeFileSync(join(folder, 'renderer', 'assets', '.hidden.js'), 'export {};');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hosts: WebHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

export interface TestHost extends WebHost {
  readonly port: number;
  readonly token: string;
  /** `name=value` as the browser sends it back. */
  readonly cookie: string;
}

/** A host on a free port that is closed after the test. */
export async function startHost(options: Partial<WebHostOptions> = {}): Promise<TestHost> {
  const host = await startWebHost({
    service: { router },
    port: 0,
    openFrom: null,
    folder: join(folder, 'renderer'),
    ...options,
  });
  hosts.push(host);
  const url = new URL(host.url);
  const port = Number(url.port);
  const token = url.searchParams.get('token') ?? '';
  return { ...host, port, token, cookie: `gradient-lab-${port}=${token}` };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request whose path and headers go out exactly as given. */
export function ask(
  { port }: { readonly port: number },
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: { Host: `127.0.0.1:${port}`, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A socket that presents itself as our own page, but for what `headers` changes. */
export function openSocket(host: TestHost, headers: Record<string, string> = {}, path = '/rpc'): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${host.port}${path}`, {
    headers: {
      Host: `127.0.0.1:${host.port}`,
      Origin: `http://127.0.0.1:${host.port}`,
      Cookie: host.cookie,
      ...headers,
    },
  });
}

/** The status with which an upgrade is refused, or 101. */
export function upgradeStatus(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('error', () => {});
  });
}

/** A window's client over a socket. */
export function clientOf(socket: WebSocket): Client {
  const link = new RPCLink({
    websocket: socket as unknown as globalThis.WebSocket,
    customJsonSerializers: ARRAY_SERIALIZERS,
  });
  return createORPCClient(link);
}
