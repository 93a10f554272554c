import { createWriteStream } from 'node:fs';
import { rename, rm, stat, truncate } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError, messageOf } from '../../../shared/errors.ts';
import { abortedError, codeOf, hashFile, isMissing, throwIfAborted } from '../files.ts';
import { unpackGzip } from '../readers/gzip.ts';
import type { FetchContext, UrlFile, UrlSource, UrlTiming } from './source.ts';

const DEFAULT_TIMING: UrlTiming = { idleTimeoutMs: 30_000, attempts: 3, backoffMs: 500 };
const MAX_REDIRECTS = 5;
/** Whatever the progress, so many requests for one file are enough. */
const MAX_REQUESTS = 100;

/** What is being received, and what is received but not yet unpacked; both are worth keeping when a fetch is cut short. */
export const PARTIAL_SUFFIX = '.part';
export const PACKED_SUFFIX = '.packed';

/**
 * Fetches files from web servers: mirrors in turn, resuming with HTTP ranges after a broken connection, every file's size and
 * checksum checked before it is unpacked.
 *
 * What an earlier, interrupted fetch left in the folder is used: finished files after a look at their checksum, a partial one by
 * asking for the rest. Proxies are not supported: where one is needed, import the files.
 * Throws a LabError: that of the last mirror (`data/network`, `data/http`, `data/wrong-size`, `data/too-large`,
 * `data/checksum`, `data/redirect`), `data/gzip`, `data/aborted`.
 */
export async function fetchUrls(source: UrlSource, context: FetchContext): Promise<void> {
  const timing = { ...DEFAULT_TIMING, ...source.timing };
  let before = 0;
  for (const file of source.files) {
    const base = before;
    await receive(file, timing, {
      ...context,
      report: (name, bytes) => context.report(name, base + bytes),
    });
    before += file.downloadBytes;
  }
  // Unpacked only once all are there: until then the packed files are what a later fetch can check and use.
  for (const file of source.files) {
    const packed = join(context.folder, file.name + PACKED_SUFFIX);
    const unpacked = join(context.folder, file.name);
    if (file.packing === 'gzip') {
      await unpackGzip(packed, unpacked, file.bytes, file.name, context.signal);
      await rm(packed);
    } else {
      await rename(packed, unpacked);
    }
  }
}

/** Gets one file, packed, from the first mirror that gives it. */
async function receive(file: UrlFile, timing: UrlTiming, context: FetchContext): Promise<void> {
  const packed = join(context.folder, file.name + PACKED_SUFFIX);
  if ((await bytesOf(packed)) !== null) {
    if ((await hashFile(packed, file.checksum.algorithm, context.signal)) === file.checksum.hex) {
      context.report(file.name, file.downloadBytes);
      return;
    }
    await rm(packed);
  }
  const failures: unknown[] = [];
  for (const url of file.urls) {
    try {
      await receiveFrom(url, file, timing, context);
      return;
    } catch (error) {
      if (context.signal?.aborted) throw abortedError(`Fetching "${file.name}"`);
      // A full or forbidden disk does not get better with another mirror.
      if (!(error instanceof LabError)) throw error;
      failures.push(error);
    }
  }
  const last = failures.at(-1);
  if (failures.length === 1) throw last;
  throw new LabError(
    last instanceof LabError ? last.code : 'data/network',
    `Expected "${file.name}" from one of ${failures.length} mirrors, got: ${failures.map(messageOf).join(' ')}`,
    { hint: 'Check the network and try again later, or import the files.', cause: last },
  );
}

async function receiveFrom(
  url: string,
  file: UrlFile,
  timing: UrlTiming,
  context: FetchContext,
): Promise<void> {
  const part = join(context.folder, file.name + PARTIAL_SUFFIX);
  // Of this mirror's copy: the server compares it, so that a resumed file is not made of two versions.
  let validator: string | undefined;
  let failures = 0;
  let inOneGo = false;
  let restarted = false;

  for (let requests = 0; ; requests++) {
    throwIfAborted(context.signal, `Fetching "${file.name}"`);
    let offset = (await bytesOf(part)) ?? 0;
    if (offset > file.downloadBytes) {
      await rm(part);
      offset = 0;
    }

    if (offset === file.downloadBytes) {
      const hex = await hashFile(part, file.checksum.algorithm, context.signal);
      if (hex === file.checksum.hex) {
        await rename(part, join(context.folder, file.name + PACKED_SUFFIX));
        return;
      }
      await rm(part);
      // The seam, or a start from another fetch or mirror, may be to blame: this mirror has one try from the beginning.
      if (!inOneGo && !restarted) {
        restarted = true;
        continue;
      }
      throw new LabError(
        'data/checksum',
        `Expected ${file.checksum.algorithm} ${file.checksum.hex} of "${file.name}" from ${hostOf(url)}, got ${hex}.`,
        { hint: 'The server or a proxy sends another file: try again later, or import the files.' },
      );
    }

    inOneGo = offset === 0;
    try {
      validator = await receivePiece(url, file, part, offset, validator, timing, context);
    } catch (error) {
      throwIfAborted(context.signal, `Fetching "${file.name}"`);
      if (!(error instanceof BrokenConnection)) throw error;
      validator = error.validator ?? validator;
      const progressed = ((await bytesOf(part)) ?? 0) > offset;
      failures = progressed ? 0 : failures + 1;
      if (failures >= timing.attempts || requests >= MAX_REQUESTS) {
        throw new LabError(
          'data/network',
          `Expected "${file.name}" from ${hostOf(url)}, got an error ${failures} times: ${error.message}.`,
          { hint: 'Check the network and try again: what has come is kept.', cause: error },
        );
      }
      const pause = progressed ? 0 : timing.backoffMs * 2 ** (failures - 1);
      await sleep(pause, undefined, context.signal ? { signal: context.signal } : {}).catch(() => undefined);
    }
  }
}

/** Something that may pass: worth another try on the same mirror. */
class BrokenConnection extends Error {
  readonly validator: string | undefined;

  constructor(message: string, cause?: unknown, validator?: string) {
    super(message, { cause });
    this.validator = validator;
  }
}

/** One request: appends what comes to the partial file. Returns the validator of the copy that was sent. */
async function receivePiece(
  url: string,
  file: UrlFile,
  part: string,
  offset: number,
  validator: string | undefined,
  timing: UrlTiming,
  context: FetchContext,
): Promise<string | undefined> {
  const headers: OutgoingHttpHeaders = { 'accept-encoding': 'identity', 'user-agent': 'gradient-lab' };
  if (offset > 0) {
    headers.range = `bytes=${offset}-`;
    if (validator !== undefined) headers['if-range'] = validator;
  }
  const response = await ask(new URL(url), headers, timing, context.signal);
  const status = response.statusCode ?? 0;
  const sent = validatorOf(response);
  try {
    if (status === 416) {
      // Nothing after what we have: what we have cannot be a part of this file.
      await rm(part, { force: true });
      throw new BrokenConnection('the server has no such range');
    }
    if (status === 408 || status === 429 || status >= 500) {
      throw new BrokenConnection(`HTTP status ${status}`);
    }
    if (status !== 200 && status !== 206) {
      throw new LabError(
        'data/http',
        `Expected "${file.name}" from ${hostOf(url)}, got HTTP status ${status}.`,
        {
          hint: 'Try again later, or import the files.',
        },
      );
    }
    const start = status === 206 ? checkRange(response, offset, file, url) : 0;
    checkLength(response, start, file, url);
    // A server that ignores the range, or whose copy has changed, sends it all: begin again.
    if (start === 0 && offset > 0) await truncate(part, 0);

    let received = start;
    const limit = async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const piece of pieces) {
        received += piece.length;
        if (received > file.downloadBytes) {
          throw new LabError(
            'data/too-large',
            `Expected ${file.downloadBytes} bytes of "${file.name}" from ${hostOf(url)}, got more.`,
            { hint: 'The server sends another file: try again later, or import the files.' },
          );
        }
        context.report(file.name, received);
        yield piece;
      }
    };
    try {
      await pipeline(response, limit, createWriteStream(part, { flags: 'a' }));
    } catch (error) {
      if (error instanceof LabError) {
        await rm(part, { force: true });
        throw error;
      }
      if (isOfTheNetwork(error)) throw new BrokenConnection(messageOf(error), error, sent);
      throw error;
    }
    if (received < file.downloadBytes) {
      throw new BrokenConnection(
        `the connection ended at ${received} of ${file.downloadBytes} bytes`,
        undefined,
        sent,
      );
    }
    return sent;
  } finally {
    response.destroy();
  }
}

/** Sends a GET and follows redirects; answers with the response, its body unread. */
async function ask(
  url: URL,
  headers: OutgoingHttpHeaders,
  timing: UrlTiming,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  let at = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await askOnce(at, headers, timing, signal);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return response;
    response.destroy();
    const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined;
    const allowed = at.protocol === 'https:' ? ['https:'] : ['https:', 'http:'];
    if (next === undefined || !allowed.includes(next.protocol)) {
      throw new LabError(
        'data/redirect',
        `Expected ${at.host} to redirect to ${allowed.join(' or ')}, got "${location.slice(0, 200)}".`,
        { hint: 'Try again later, or import the files.' },
      );
    }
    at = next;
  }
  throw new LabError(
    'data/redirect',
    `Expected at most ${MAX_REDIRECTS} redirects from ${url.host}, got more.`,
    { hint: 'Try again later, or import the files.' },
  );
}

function askOnce(
  url: URL,
  headers: OutgoingHttpHeaders,
  timing: UrlTiming,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      headers,
      agent: false,
      // Counts from the first packet of the connection to the last of the body: silence for so long.
      timeout: timing.idleTimeoutMs,
      ...(signal ? { signal } : {}),
    });
    request.on('timeout', () => {
      const silence = `nothing came for ${timing.idleTimeoutMs} ms`;
      request.destroy(Object.assign(new Error(silence), { code: 'ETIMEDOUT' }));
    });
    // Stays for the body too: an error there reaches the response's reader, and must not be unhandled here.
    request.on('error', (error) => reject(new BrokenConnection(messageOf(error), error)));
    request.on('response', resolve);
    request.end();
  });
}

/** The start that a 206 answers with; it has to be the one that was asked for. */
function checkRange(response: IncomingMessage, offset: number, file: UrlFile, url: string): number {
  const range = response.headers['content-range'] ?? '';
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range);
  const total = match?.[3] === '*' ? file.downloadBytes : Number(match?.[3]);
  if (match === null || Number(match[1]) !== offset || total !== file.downloadBytes) {
    throw new LabError(
      'data/wrong-size',
      `Expected bytes ${offset} to ${file.downloadBytes - 1} of "${file.name}" from ${hostOf(url)}, got the range "${range.slice(0, 100)}".`,
      { hint: 'The server sends another file: try again later, or import the files.' },
    );
  }
  return offset;
}

function checkLength(response: IncomingMessage, start: number, file: UrlFile, url: string): void {
  const declared = response.headers['content-length'];
  if (declared === undefined || start + Number(declared) === file.downloadBytes) return;
  throw new LabError(
    'data/wrong-size',
    `Expected ${file.downloadBytes - start} bytes of "${file.name}" from ${hostOf(url)}, got a content-length of ${declared.slice(0, 20)}.`,
    { hint: 'The server sends another file: try again later, or import the files.' },
  );
}

/** What If-Range takes: a strong entity tag, or else a date. */
function validatorOf(response: IncomingMessage): string | undefined {
  const { etag } = response.headers;
  return etag?.startsWith('"') === true ? etag : response.headers['last-modified'];
}

function isOfTheNetwork(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code);
}

async function bytesOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const hostOf = (url: string): string => new URL(url).host;
