import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FetchProgress } from '../../../src/shared/data.ts';
import {
  ensureDataSet,
  fetchDataSet,
  hashOfFiles,
  listDataSets,
  loadDataSet,
  numbersOf,
  registerDataSet,
  removeDataSet,
  verifyDataSet,
  type Split,
} from '../../../src/engine/data/index.ts';
import type { DataSetDefinition } from '../../../src/engine/data/definition.ts';
import {
  after,
  errorOf,
  FAST,
  serve,
  sha256,
  tempHome,
  toyDataSet,
  toyFiles,
  urlFiles,
  type ToyFile,
} from './helpers.ts';

const FILES = toyFiles();

interface Toy {
  readonly root: string;
  readonly folder: string;
  readonly definition: DataSetDefinition;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** What the server sends; change it to break things. */
  readonly contents: Map<string, Uint8Array>;
}

/** A registered data set `toy`, a server that has it, and an empty home. */
async function setUp(options: { files?: ToyFile[]; hashed?: boolean } = {}): Promise<Toy> {
  const { files = FILES, hashed = true } = options;
  const root = tempHome();
  const asked: string[] = [];
  const contents = new Map<string, Uint8Array>(FILES.map(({ name, packed }) => [`/${name}.gz`, packed]));
  const base = await serve((request, response) => {
    asked.push(request.url ?? '');
    const body = contents.get(request.url ?? '');
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': body.length }).end(body);
  });
  const source = { kind: 'url', name: 'toy server', files: urlFiles(files, [base]), timing: FAST } as const;
  const definition = toyDataSet('toy', files, [source], hashed);
  after(registerDataSet(definition));
  return { root, folder: join(root, 'toy'), definition, asked, contents };
}

async function stateOf(id: string): Promise<string | undefined> {
  return (await listDataSets()).find((listing) => listing.info.id === id)?.state;
}

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  return child.pid as number;
}

describe('fetchDataSet and loadDataSet', () => {
  it('fetches, records and loads a data set', async () => {
    const { root, folder } = await setUp();
    expect(await stateOf('toy')).toBe('absent');
    const reports: FetchProgress[] = [];
    const listing = await fetchDataSet('toy', { onProgress: (progress) => reports.push(progress) });
    expect(listing.state).toBe('present');
    expect(readdirSync(root)).toEqual(['toy']);
    expect(readdirSync(folder).sort()).toEqual([...FILES.map(({ name }) => name), 'manifest.json'].sort());
    const total = FILES.reduce((sum, { packed }) => sum + packed.length, 0);
    expect(reports.at(-1)).toMatchObject({
      id: 'toy',
      source: 'toy server',
      receivedBytes: total,
      totalBytes: total,
    });

    const { info, splits, sha256: hash } = loadDataSet('toy');
    expect(info.id).toBe('toy');
    expect(splits['train']?.features['image']?.shape).toEqual([6, 5, 7]);
    expect(splits['train']?.features['label']?.shape).toEqual([6]);
    expect([...numbersOf(splits['test'] as Split, 'label')]).toEqual([0, 1, 2, 0]);
    const firstImage = FILES[0]?.bytes.subarray(16, 16 + 35) ?? [];
    expect([...numbersOf(splits['train'] as Split, 'image').subarray(0, 35)]).toEqual([...firstImage]);
    // As `sha256sum * | sha256sum` has it.
    const lines = FILES.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`)
      .sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1))
      .join('');
    expect(hash).toBe(sha256(Buffer.from(lines)));
    expect(hashOfFiles(info.files)).toBe(hash);
  });

  it('says how to get an absent data set, and what there is for an unknown one', async () => {
    await setUp();
    const absent = await errorOf(() => loadDataSet('toy'));
    expect(absent.code).toBe('data/absent');
    expect(absent.hint).toContain('gradient-lab data fetch toy');
    const unknown = await errorOf(() => loadDataSet('toys'));
    expect(unknown.code).toBe('data/unknown');
    expect(unknown.message).toMatch(/"toys": expected one of .*mnist.*toy/);
    for (const id of ['../toy', 'TOY', '', 'con', 'a/b', 'toy.partial-1', 'a'.repeat(41)]) {
      expect((await errorOf(() => loadDataSet(id))).code).toBe('data/id');
      expect((await errorOf(() => removeDataSet(id))).code).toBe('data/id');
    }
  });

  it('leaves a valid data set alone, and asks nobody', async () => {
    const { asked } = await setUp();
    await fetchDataSet('toy');
    const before = asked.length;
    await fetchDataSet('toy');
    await ensureDataSet('toy');
    expect(asked).toHaveLength(before);
  });

  it('repairs one whose contents have changed, whole or in part', async () => {
    const { folder } = await setUp();
    await fetchDataSet('toy');
    const path = join(folder, 't10k-images-idx3-ubyte');
    const bytes = readFileSync(path);
    bytes[20] = (bytes[20] as number) ^ 1;
    writeFileSync(path, bytes);
    expect((await errorOf(() => verifyDataSet('toy'))).message).toContain('t10k-images-idx3-ubyte');
    await fetchDataSet('toy');
    await verifyDataSet('toy');

    truncateSync(path, 10);
    expect(await stateOf('toy')).toBe('damaged');
    const error = await errorOf(() => loadDataSet('toy'));
    expect(error.code).toBe('data/damaged');
    expect(error.message).toContain('Expected 156 bytes in "t10k-images-idx3-ubyte", got 10');
    await ensureDataSet('toy');
    expect(await stateOf('toy')).toBe('present');
  });

  it('takes whatever stands in the manifest for possible damage', async () => {
    const { folder } = await setUp();
    const path = join(folder, 'manifest.json');
    await fetchDataSet('toy');
    const good = readFileSync(path, 'utf8');
    const renamed = good.replaceAll('train-images-idx3-ubyte', '../../secret');
    for (const text of ['', '{', '[]', 'null', '{"version":2}', renamed, good.replace('"toy"', '"other"')]) {
      writeFileSync(path, text);
      expect(await stateOf('toy')).toBe('damaged');
      expect((await errorOf(() => loadDataSet('toy'))).code).toBe('data/damaged');
    }
    writeFileSync(path, good);
    expect(await stateOf('toy')).toBe('present');
    // A record of other hashes than the definition's is not this data set.
    writeFileSync(path, good.replace(/"sha256": "[0-9a-f]{8}/, '"sha256": "00000000'));
    expect(await stateOf('toy')).toBe('damaged');
    rmSync(path);
    expect(await stateOf('toy')).toBe('damaged');
    await fetchDataSet('toy');
    expect(await stateOf('toy')).toBe('present');
  });

  it('turns to the next source when one fails, and says what each said when all do', async () => {
    const { root, definition, contents } = await setUp();
    const [source] = definition.sources;
    if (source?.kind !== 'url') throw new Error('Expected a url source.');
    const gone = urlFiles(FILES, [await serve((_, response) => response.writeHead(410).end())]);
    const first = { kind: 'url', name: 'gone', files: gone, timing: FAST } as const;
    after(registerDataSet(toyDataSet('two-sources', FILES, [first, source])));
    await fetchDataSet('two-sources');
    const manifest = readFileSync(join(root, 'two-sources', 'manifest.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ source: 'toy server' });

    await removeDataSet('two-sources');
    contents.clear();
    const error = await errorOf(() => fetchDataSet('two-sources'));
    expect(error.code).toBe('data/fetch-failed');
    expect(error.message).toMatch(/2 sources.*gone: .*410.*toy server: .*404/);
    expect(error.hint).toContain('gradient-lab data import');
    expect(readdirSync(root)).toEqual([]);
  });

  it('checks the contents too, where no hash is known', async () => {
    const files = FILES.map(({ name, bytes }) => {
      const copy = Uint8Array.from(bytes);
      if (name === 'train-labels-idx1-ubyte') copy[10] = 3;
      return { name, bytes: copy, packed: new Uint8Array(gzipSync(copy)) };
    });
    const { contents } = await setUp({ files, hashed: false });
    for (const { name, packed } of files) contents.set(`/${name}.gz`, packed);
    const error = await errorOf(() => fetchDataSet('toy'));
    expect(error.message).toMatch(/Expected labels from 0 to 2 .* got 3 at example 2/);
    expect(await stateOf('toy')).toBe('absent');
  });

  it('records the hash of the first fetch where none is published', async () => {
    const { definition } = await setUp({ hashed: false });
    await fetchDataSet('toy');
    expect(definition.info.files[0]?.sha256).toBeNull();
    const { info } = loadDataSet('toy');
    expect(info.files.map((file) => file.sha256)).toEqual(FILES.map(({ bytes }) => sha256(bytes)));
  });

  it('never harms a valid data set by a fetch that fails or is cancelled', async () => {
    const { contents, folder } = await setUp();
    await fetchDataSet('toy');
    const hash = loadDataSet('toy').sha256;
    // Damaged, so that a fetch has work to do: what is there stays until there is better.
    truncateSync(join(folder, 't10k-labels-idx1-ubyte'), 3);
    contents.delete('/t10k-labels-idx1-ubyte.gz');
    await errorOf(() => fetchDataSet('toy'));
    expect(existsSync(join(folder, 'train-images-idx3-ubyte'))).toBe(true);
    contents.set('/t10k-labels-idx1-ubyte.gz', FILES[3]?.packed as Uint8Array);
    await fetchDataSet('toy');
    expect(loadDataSet('toy').sha256).toBe(hash);

    const abort = new AbortController();
    abort.abort();
    expect((await errorOf(() => fetchDataSet('toy', { signal: abort.signal }))).code).toBe('data/aborted');
    expect(loadDataSet('toy').sha256).toBe(hash);
  });

  it('uses what a fetch in the same process, or one that was killed, has left', async () => {
    const { root, contents, asked } = await setUp();
    contents.delete('/t10k-images-idx3-ubyte.gz');
    await errorOf(() => fetchDataSet('toy'));
    expect(asked).toHaveLength(3);
    expect(readdirSync(root)).toEqual([`toy.partial-${process.pid}`]);
    expect(await stateOf('toy')).toBe('absent');

    renameSync(join(root, `toy.partial-${process.pid}`), join(root, `toy.partial-${await deadPid()}`));
    contents.set('/t10k-images-idx3-ubyte.gz', FILES[2]?.packed as Uint8Array);
    asked.length = 0;
    await fetchDataSet('toy');
    expect(asked).toEqual(['/t10k-images-idx3-ubyte.gz', '/t10k-labels-idx1-ubyte.gz']);
    expect(readdirSync(root)).toEqual(['toy']);
  });

  it('cleans up after dead processes, and leaves those that run alone', async () => {
    const { root } = await setUp();
    const dead = await deadPid();
    const names = [
      `toy.partial-${dead}`,
      `toy.old-${dead}`,
      `toy.partial-${process.ppid}`,
      `other.partial-${dead}`,
    ];
    for (const name of names) {
      mkdirSync(join(root, name), { recursive: true });
      writeFileSync(join(root, name, 'train-images-idx3-ubyte'), 'half');
    }
    expect(await stateOf('toy')).toBe('absent');
    await fetchDataSet('toy');
    expect(readdirSync(root).sort()).toEqual(
      ['toy', `other.partial-${dead}`, `toy.partial-${process.ppid}`].sort(),
    );
    await verifyDataSet('toy');
  });

  it('fetches once when asked twice at the same time', async () => {
    const { asked } = await setUp();
    await Promise.all([fetchDataSet('toy'), ensureDataSet('toy'), fetchDataSet('toy')]);
    expect(asked).toHaveLength(4);
  });
});

describe('verifyDataSet', () => {
  it('returns every file and the hash for the record', async () => {
    await setUp();
    await fetchDataSet('toy');
    const report = await verifyDataSet('toy');
    expect(report.sha256).toBe(loadDataSet('toy').sha256);
    expect(report.files.map((file) => file.state)).toEqual(['same', 'same', 'same', 'same']);
  });

  it('names each file that differs or is missing', async () => {
    const { folder } = await setUp();
    await fetchDataSet('toy');
    const path = join(folder, 'train-labels-idx1-ubyte');
    const bytes = readFileSync(path);
    bytes[9] = 2;
    writeFileSync(path, bytes);
    rmSync(join(folder, 't10k-labels-idx1-ubyte'));
    const error = await errorOf(() => verifyDataSet('toy'));
    expect(error.code).toBe('data/damaged');
    expect(error.message).toContain(`of "train-labels-idx1-ubyte", got ${sha256(bytes)}`);
    expect(error.message).toContain('Missing the file "t10k-labels-idx1-ubyte"');
    expect(error.message).not.toContain('train-images');
    expect(error.hint).toContain('gradient-lab data fetch toy');
  });

  it('has nothing to say of an absent one', async () => {
    await setUp();
    expect((await errorOf(() => verifyDataSet('toy'))).code).toBe('data/absent');
  });
});

describe('removeDataSet', () => {
  it('removes a data set, damaged or not, and says when there is none', async () => {
    const { root, folder } = await setUp();
    await fetchDataSet('toy');
    rmSync(join(folder, 'manifest.json'));
    await removeDataSet('toy');
    expect(readdirSync(root)).toEqual([]);
    expect((await errorOf(() => removeDataSet('toy'))).code).toBe('data/absent');
    expect((await errorOf(() => removeDataSet('drawn-digits'))).code).toBe('data/built-in');
  });

  it('lists and removes a folder that nobody can read', async () => {
    const { root } = await setUp();
    mkdirSync(join(root, 'mystery'), { recursive: true });
    writeFileSync(join(root, 'mystery', 'manifest.json'), '{');
    const listing = (await listDataSets()).find(({ info }) => info.id === 'mystery');
    expect(listing).toMatchObject({ state: 'damaged', kind: 'personal', info: { splits: [] } });
    await removeDataSet('mystery');
    expect(await stateOf('mystery')).toBeUndefined();
  });
});
