import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach } from 'vitest';
import { LabError } from '../../../src/shared/errors.ts';
import type { DataSetDefinition } from '../../../src/engine/data/definition.ts';
import { idxDataSet } from '../../../src/engine/data/idx-data-set.ts';
import { encodeIdxHeader } from '../../../src/engine/data/readers/idx.ts';
import type { Source, UrlFile } from '../../../src/engine/data/sources/source.ts';

/** The LabError that `act` throws or rejects with. */
export async function errorOf(act: () => unknown): Promise<LabError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('Expected an error, got none.');
}

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs after the test, last one first. */
export function after(cleanup: () => void | Promise<void>): void {
  cleanups.push(cleanup);
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-data-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A fresh home for this test; returns its data folder. */
export function tempHome(): string {
  const home = tempFolder();
  const before = process.env.GRADIENT_LAB_HOME;
  process.env.GRADIENT_LAB_HOME = home;
  after(() => {
    if (before === undefined) delete process.env.GRADIENT_LAB_HOME;
    else process.env.GRADIENT_LAB_HOME = before;
  });
  return join(home, 'data');
}

/** A server on 127.0.0.1; returns its address with a slash at the end. */
export async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

export function idxBytes(shape: readonly number[], values: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  bytes.set(encodeIdxHeader(shape));
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that look random and do not pack, the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
}

export interface ToyFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly packed: Uint8Array<ArrayBuffer>;
}

/** The four files of a toy data set: 6 and 4 images of 5 x 7 in 3 classes. */
export function toyFiles(seed = 1): ToyFile[] {
  const split = (prefix: string, examples: number): [string, Uint8Array<ArrayBuffer>][] => [
    [`${prefix}-images-idx3-ubyte`, idxBytes([examples, 5, 7], noise(examples * 35, seed + examples))],
    [
      `${prefix}-labels-idx1-ubyte`,
      idxBytes(
        [examples],
        Uint8Array.from({ length: examples }, (_, i) => i % 3),
      ),
    ],
  ];
  return [...split('train', 6), ...split('t10k', 4)].map(([name, bytes]) => ({
    name,
    bytes,
    packed: new Uint8Array(gzipSync(bytes)),
  }));
}

export function urlFiles(files: readonly ToyFile[], bases: readonly string[]): UrlFile[] {
  return files.map(({ name, bytes, packed }) => ({
    name,
    urls: bases.map((base) => `${base}${name}.gz`),
    downloadBytes: packed.length,
    checksum: { algorithm: 'sha256', hex: sha256(packed) },
    packing: 'gzip',
    bytes: bytes.length,
  }));
}

export const FAST = { idleTimeoutMs: 300, attempts: 2, backoffMs: 1 };

export function toyDataSet(
  id: string,
  files: readonly ToyFile[],
  sources: readonly Source[],
  hashed = true,
): DataSetDefinition {
  return idxDataSet({
    kind: 'fetched',
    info: {
      id,
      name: id,
      description: 'A toy.',
      splits: [
        { name: 'train', examples: 6 },
        { name: 'test', examples: 4 },
      ],
      classes: ['a', 'b', 'c'],
      licence: 'CC0 1.0',
      source: { text: 'A test', url: '' },
    },
    imageShape: [5, 7],
    files: files.map(({ name, bytes }) => ({
      name,
      bytes: bytes.length,
      sha256: hashed ? sha256(bytes) : null,
    })),
    sources,
  });
}
