/**
 * Files that are not what they should be. Not covered: a disk that fails while it is read, and a file system that is mounted
 * read-only.
 */
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
  mkdtempSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../../../src/main/history/connection.ts';
import { openHistory, type History } from '../../../src/main/history/index.ts';
import { bundleWriter, codeOf, newRun, points, Writer } from './helpers.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradient-lab-damage-'));
  file = join(folder, 'history.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file of 20 runs with 1,000 points each, closed. */
async function fill(): Promise<void> {
  const history = await openHistory(file);
  for (let i = 0; i < 20; i++) {
    const { number } = await history.create(newRun());
    history.append(points(number, 1, { loss: Array.from({ length: 1000 }, (_, k) => k) }));
  }
  await history.close();
}

function overwrite(from: number, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, from);
  closeSync(descriptor);
}

/** It is refused with this code, it says what to do, and neither the file nor its folder has changed. */
async function expectRefused(code: string): Promise<void> {
  const before = readFileSync(file);
  const names = readdirSync(folder);
  await expect(openHistory(file)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(file) as unknown,
    hint: expect.stringMatching(/\w{3}/) as unknown,
  });
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(readdirSync(folder)).toEqual(names);
}

const PAGE = 4096;

describe('a damaged file', () => {
  it('is refused where its header is overwritten', async () => {
    await fill();
    overwrite(0, Buffer.alloc(100, 0xa5));
    await expectRefused('history/damaged');
  });

  it('is refused where it was cut to a half', async () => {
    await fill();
    truncateSync(file, Math.floor(statSync(file).size / 2 / PAGE) * PAGE);
    await expectRefused('history/damaged');
  });

  it('is refused where it was cut within a page', async () => {
    await fill();
    truncateSync(file, Math.floor(statSync(file).size / 2) + 777);
    await expectRefused('history/damaged');
  });

  it.each(['not a database\n', 'x', `${'All work and no play\n'.repeat(5000)}`])(
    'is refused where it is a text (%#)',
    async (text) => {
      writeFileSync(file, text);
      await expectRefused('history/damaged');
    },
  );

  it("is refused where it is another program's database", async () => {
    const other = await Connection.open(file);
    await other.exec('CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 1');
    await other.close();
    await expectRefused('history/damaged');
  });

  it('is a new one where it is empty', async () => {
    writeFileSync(file, '');
    const history = await openHistory(file);
    expect((await history.create(newRun())).number).toBe(1);
    await history.close();
  });

  it('says so where it is read, wherever it was overwritten, and goes on with what is whole', async () => {
    await fill();
    const whole = readFileSync(file);
    const codes = new Set<string>();
    for (let page = 1; page < whole.length / PAGE; page += 3) {
      writeFileSync(file, whole);
      overwrite(page * PAGE, Buffer.alloc(PAGE, 0xff));
      for (const code of await useAll()) codes.add(code);
    }
    expect(codes).toEqual(new Set(['resolved', 'history/damaged']));
  });

  async function useAll(): Promise<string[]> {
    let history: History;
    try {
      history = await openHistory(file);
    } catch (error) {
      return [(error as { code: string }).code];
    }
    const problems: Error[] = [];
    history.onProblem = (problem) => problems.push(problem);
    const runs = Array.from({ length: 20 }, (_, i) => i + 1);
    const codes = [
      await codeOf(history.list({ text: 'relu' })),
      await codeOf(history.active()),
      await codeOf(history.curves(runs, ['loss'])),
      await codeOf(history.exportCsv(3)),
      await codeOf(history.update(5, { state: 'completed' })),
      await codeOf(history.rewind(7, 500)),
    ];
    history.append(points(9, 1001, { loss: [1] }));
    codes.push(await codeOf(history.flush()), await codeOf(history.close()));
    return [...codes, ...problems.map((problem) => (problem as Error & { code: string }).code)];
  }
});

describe('a place that cannot be used', () => {
  it('is refused where a folder has the name', async () => {
    mkdirSync(file);
    expect(await codeOf(openHistory(file))).toBe('history/cannot-open');
  });

  it('is refused where a file has the name of the folder', async () => {
    writeFileSync(join(folder, 'home'), '');
    expect(await codeOf(openHistory(join(folder, 'home', 'history.sqlite')))).toBe('history/cannot-open');
  });

  it('is made where the folder is not there yet', async () => {
    const history = await openHistory(join(folder, 'new', 'home', 'history.sqlite'));
    await history.close();
    expect(readdirSync(join(folder, 'new', 'home'))).toEqual(['history.sqlite']);
  });

  it.skipIf(process.platform === 'win32').each(['the file', 'the folder', 'both'])(
    'is refused where %s may only be read',
    async (what) => {
      await fill();
      const program = await bundleWriter(folder);
      const before = readFileSync(file);
      chmodSync(program, 0o644);
      chmodSync(file, what === 'the folder' ? 0o666 : 0o444);
      chmodSync(folder, what === 'the file' ? 0o777 : 0o555);
      // The rights of files do not bind root: then the program runs as another user, one without rights.
      const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const writer = new Writer(program, [file, 'open'], user);
      expect(await writer.line('error')).toBe('history/read-only');
      expect(readFileSync(file).equals(before)).toBe(true);
      chmodSync(folder, 0o755);
    },
  );

  it(
    'is refused while another program has it locked, and taken after that',
    { timeout: 30_000 },
    async () => {
      await fill();
      const other = await Connection.open(file);
      await other.exec('BEGIN EXCLUSIVE');
      expect(await codeOf(openHistory(file))).toBe('history/busy');
      await other.exec('COMMIT');
      await other.close();
      await (await openHistory(file)).close();
    },
  );
});
