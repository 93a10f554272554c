import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { UrlFile, UrlSource } from '../../../../src/engine/data/sources/source.ts';
import { fetchUrls } from '../../../../src/engine/data/sources/url.ts';
import { errorOf, FAST, noise, serve, sha256, tempFolder } from '../helpers.ts';

const BODY = noise(200_000);
const PACKED = new Uint8Array(gzipSync(BODY));

function fileFrom(urls: readonly string[], overrides: Partial<UrlFile> = {}): UrlFile {
  return {
    name: 'images',
    urls,
    downloadBytes: PACKED.length,
    checksum: { algorithm: 'sha256', hex: sha256(PACKED) },
    packing: 'gzip',
    bytes: BODY.length,
    ...overrides,
  };
}

interface Fetched {
  readonly folder: string;
  readonly reported: number[];
}

async function fetchFrom(
  file: UrlFile,
  options: { folder?: string; signal?: AbortSignal; onReport?: () => void; idleTimeoutMs?: number } = {},
): Promise<Fetched> {
  const { folder = tempFolder(), signal, onReport } = options;
  const timing = { ...FAST, idleTimeoutMs: options.idleTimeoutMs ?? FAST.idleTimeoutMs };
  const source: UrlSource = { kind: 'url', name: 'test server', files: [file], timing };
  const reported: number[] = [];
  await fetchUrls(source, {
    folder,
    signal,
    report: (_, bytes) => {
      reported.push(bytes);
      onReport?.();
    },
  });
  return { folder, reported };
}

function expectWhole({ folder }: Fetched): void {
  expect(readFileSync(join(folder, 'images')).equals(BODY)).toBe(true);
  expect(readdirSync(folder)).toEqual(['images']);
}

/** Answers a range as it should, and the whole otherwise. */
function sendRange(request: IncomingMessage, response: ServerResponse, body = PACKED, etag = '"v1"'): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const current = request.headers['if-range'] ?? etag;
  if (start > 0 && current === etag) {
    response.writeHead(206, {
      'content-length': body.length - start,
      'content-range': `bytes ${start}-${body.length - 1}/${body.length}`,
      etag,
    });
    response.end(body.subarray(start));
  } else {
    response.writeHead(200, { 'content-length': body.length, etag });
    response.end(body);
  }
}

/** Sends the first `bytes` of a 200 answer and cuts the connection. */
function cutAfter(bytes: number, response: ServerResponse, etag = '"v1"', body = PACKED): void {
  response.writeHead(200, { 'content-length': body.length, etag });
  response.write(body.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
}

describe('fetchUrls', () => {
  it('fetches, checks and unpacks, and reports the bytes on the way', async () => {
    const base = await serve((request, response) => sendRange(request, response));
    const fetched = await fetchFrom(fileFrom([base]));
    expectWhole(fetched);
    expect(fetched.reported.at(-1)).toBe(PACKED.length);
  });

  it('takes an MD5 and a file that is not packed', async () => {
    const base = await serve((request, response) => sendRange(request, response, BODY));
    const hex = createHash('md5').update(BODY).digest('hex');
    const file = fileFrom([base], {
      packing: 'none',
      downloadBytes: BODY.length,
      checksum: { algorithm: 'md5', hex },
    });
    expectWhole(await fetchFrom(file));
  });

  it('resumes where a broken connection left off, for the same version', async () => {
    const asked: (string | undefined)[] = [];
    const base = await serve((request, response) => {
      asked.push(request.headers.range);
      if (asked.length === 1) cutAfter(70_000, response);
      else {
        expect(request.headers['if-range']).toBe('"v1"');
        sendRange(request, response);
      }
    });
    const fetched = await fetchFrom(fileFrom([base]));
    expectWhole(fetched);
    expect(asked).toEqual([undefined, 'bytes=70000-']);
    // Nothing was received twice.
    expect(fetched.reported).toEqual([...fetched.reported].sort((a, b) => a - b));
  });

  it('begins again when the server ignores the range', async () => {
    let requests = 0;
    const base = await serve((_, response) => {
      if (++requests === 1) cutAfter(70_000, response);
      else response.writeHead(200).end(PACKED);
    });
    expectWhole(await fetchFrom(fileFrom([base])));
    expect(requests).toBe(2);
  });

  it('begins again when the file has changed in between', async () => {
    let requests = 0;
    const base = await serve((request, response) => {
      if (++requests === 1) cutAfter(70_000, response, '"old"', noise(PACKED.length, 9));
      else sendRange(request, response);
    });
    expectWhole(await fetchFrom(fileFrom([base])));
  });

  it('begins again once when the resumed file has a wrong checksum', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'images.part'), noise(50_000, 3));
    const asked: (string | undefined)[] = [];
    const base = await serve((request, response) => {
      asked.push(request.headers.range);
      sendRange(request, response);
    });
    expectWhole(await fetchFrom(fileFrom([base]), { folder }));
    expect(asked).toEqual(['bytes=50000-', undefined]);
  });

  it('begins again when the server has no such range', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'images.part'), PACKED.subarray(0, 1000));
    const base = await serve((request, response) => {
      if (request.headers.range !== undefined) response.writeHead(416).end();
      else sendRange(request, response);
    });
    expectWhole(await fetchFrom(fileFrom([base]), { folder }));
  });

  it('asks for nothing that is there already, whole', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'images.packed'), PACKED);
    let requests = 0;
    const base = await serve((_, response) => {
      requests++;
      response.end();
    });
    expectWhole(await fetchFrom(fileFrom([base]), { folder }));
    expect(requests).toBe(0);
  });

  it('turns to the next mirror on 404, and carries a partial file over to it', async () => {
    const missing = await serve((_, response) => response.writeHead(404).end('no'));
    const breaking = await serve((request, response) => {
      if (request.headers.range === undefined) cutAfter(60_000, response);
      else response.destroy();
    });
    const asked: (string | undefined)[] = [];
    const good = await serve((request, response) => {
      asked.push(request.headers.range);
      sendRange(request, response);
    });
    expectWhole(await fetchFrom(fileFrom([missing, breaking, good])));
    expect(asked).toEqual(['bytes=60000-']);
  });

  it('tries again on 503, and says so when it stays', async () => {
    let requests = 0;
    const base = await serve((request, response) => {
      if (++requests === 1) response.writeHead(503).end();
      else sendRange(request, response);
    });
    expectWhole(await fetchFrom(fileFrom([base])));

    const never = await serve((_, response) => response.writeHead(503).end());
    const error = await errorOf(() => fetchFrom(fileFrom([never])));
    expect(error.code).toBe('data/network');
    expect(error.message).toContain('HTTP status 503');
  });

  it('names every mirror that failed', async () => {
    const a = await serve((_, response) => response.writeHead(404).end());
    const b = await serve((_, response) => response.writeHead(403).end());
    const error = await errorOf(() => fetchFrom(fileFrom([a, b])));
    expect(error.code).toBe('data/http');
    expect(error.message).toMatch(/one of 2 mirrors.*HTTP status 404.*HTTP status 403/);
  });

  it('refuses a wrong checksum, giving both, and leaves nothing of it', async () => {
    const folder = tempFolder();
    const other = noise(PACKED.length, 7);
    const base = await serve((request, response) => sendRange(request, response, other));
    const error = await errorOf(() => fetchFrom(fileFrom([base]), { folder }));
    expect(error.code).toBe('data/checksum');
    expect(error.message).toContain(sha256(PACKED));
    expect(error.message).toContain(sha256(other));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses another content-length without reading the body', async () => {
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 10_000_000_000 });
      response.write('x');
    });
    const error = await errorOf(() => fetchFrom(fileFrom([base])));
    expect(error.code).toBe('data/wrong-size');
    expect(error.message).toContain('got a content-length of 10000000000');
  });

  it('stops an endless body at the first byte too many', async () => {
    const folder = tempFolder();
    let sent = 0;
    const base = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(BODY)) sent += BODY.length;
        sent += BODY.length;
      };
      response.on('drain', more);
      response.writeHead(200);
      more();
    });
    const error = await errorOf(() => fetchFrom(fileFrom([base]), { folder }));
    expect(error.code).toBe('data/too-large');
    expect(readdirSync(folder)).toEqual([]);
    expect(sent).toBeLessThan(100 * BODY.length);
  });

  it('gives up on a server that falls silent, and keeps what came', async () => {
    const folder = tempFolder();
    const base = await serve((request, response) => {
      if (request.headers.range !== undefined) return; // Never an answer.
      response.writeHead(200, { 'content-length': PACKED.length });
      response.write(PACKED.subarray(0, 40_000));
    });
    const error = await errorOf(() => fetchFrom(fileFrom([base]), { folder, idleTimeoutMs: 100 }));
    expect(error.code).toBe('data/network');
    expect(readFileSync(join(folder, 'images.part'))).toHaveLength(40_000);
  });

  it('gives up on an address where nothing listens', async () => {
    const error = await errorOf(() => fetchFrom(fileFrom(['http://127.0.0.1:1/'])));
    expect(error.code).toBe('data/network');
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('follows redirects over http, a few, and none to anything else', async () => {
    const good = await serve((request, response) => sendRange(request, response));
    const to = (location: string) => (_: IncomingMessage, response: ServerResponse) =>
      response.writeHead(302, { location }).end();
    expectWhole(await fetchFrom(fileFrom([await serve(to(good))])));

    for (const location of ['file:///etc/hostname', 'ftp://127.0.0.1/x', 'data:,x', 'http://[bad']) {
      const error = await errorOf(async () => fetchFrom(fileFrom([await serve(to(location))])));
      expect(error.code).toBe('data/redirect');
      expect(error.message).toContain(location);
    }
    const loop = await errorOf(async () => fetchFrom(fileFrom([await serve(to('/again'))])));
    expect(loop.code).toBe('data/redirect');
    expect(loop.message).toContain('at most 5 redirects');
  });

  it('refuses a packed file that holds more, or less, than it should', async () => {
    const base = await serve((request, response) => sendRange(request, response));
    for (const bytes of [BODY.length - 1, BODY.length + 1]) {
      const error = await errorOf(() => fetchFrom(fileFrom([base], { bytes })));
      expect(error.code).toBe('data/wrong-size');
    }
  });

  it('stops at once when it is cancelled, before, during and between tries', async () => {
    const before = new AbortController();
    before.abort();
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-length': PACKED.length });
      response.write(PACKED.subarray(0, 1000));
    });
    expect((await errorOf(() => fetchFrom(fileFrom([base]), { signal: before.signal }))).code).toBe(
      'data/aborted',
    );

    const during = new AbortController();
    const folder = tempFolder();
    const options = { folder, signal: during.signal, idleTimeoutMs: 10_000, onReport: () => during.abort() };
    expect((await errorOf(() => fetchFrom(fileFrom([base]), options))).code).toBe('data/aborted');
    expect(existsSync(join(folder, 'images'))).toBe(false);

    const silent = await serve(() => undefined);
    const waiting = new AbortController();
    const started = performance.now();
    void sleep(50).then(() => waiting.abort());
    const error = await errorOf(() =>
      fetchFrom(fileFrom([silent, silent]), { signal: waiting.signal, idleTimeoutMs: 10_000 }),
    );
    expect(error.code).toBe('data/aborted');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
