import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { History } from '../../../src/main/history/index.ts';
import { exportFolder } from '../../../src/main/service/exports.ts';

/** Runs before the copy of a folder goes on. */
const beforeFile = vi.hoisted((): { call: (source: string) => void } => ({ call: () => undefined }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  const cp: typeof real.cp = (from, to, options) =>
    real.cp(from, to, {
      ...options,
      filter: (source, target) => {
        const taken = options?.filter?.(source, target) ?? true;
        beforeFile.call(source);
        return taken;
      },
    });
  return { ...real, cp };
});

let home: string;
let checkpoints: string;
const history = {
  get: () => Promise.resolve({ id: 'tiny' }),
  export: () => Promise.resolve({}),
  exportCsv: () => Promise.resolve('step\n'),
} as unknown as History;
const exported = (): Promise<string> => exportFolder(history, 1, { home, parent: join(home, 'exports') });

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gradient-lab-exports-'));
  checkpoints = join(home, 'runs', 'tiny', 'checkpoints');
  mkdirSync(checkpoints, { recursive: true });
});
afterEach(() => {
  beforeFile.call = () => undefined;
  rmSync(home, { recursive: true, force: true });
});

describe('the folder of a run that trains', () => {
  it('has the checkpoints of one moment, when one was replaced in mid-copy', async () => {
    writeFileSync(join(checkpoints, 'step-1'), 'old');
    beforeFile.call = (source) => {
      if (!source.endsWith('step-1')) return;
      rmSync(join(checkpoints, 'step-1'));
      writeFileSync(join(checkpoints, 'step-2'), 'new');
    };
    expect(readdirSync(join(await exported(), 'checkpoints'))).toEqual(['step-2']);
  });

  it('is none when its checkpoints never hold still', async () => {
    let step = 1;
    writeFileSync(join(checkpoints, 'step-1'), '');
    beforeFile.call = (source) => {
      if (!source.endsWith(`step-${step}`)) return;
      rmSync(source);
      writeFileSync(join(checkpoints, `step-${++step}`), '');
    };
    await expect(exported()).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(join(home, 'exports'))).toEqual([]);
  });

  it('has the vocabulary of a run that has one', async () => {
    expect(existsSync(join(await exported(), 'vocabulary.json'))).toBe(false);
    writeFileSync(join(home, 'runs', 'tiny', 'vocabulary.json'), '{"words": "of the run"}');
    expect(readFileSync(join(await exported(), 'vocabulary.json'), 'utf8')).toBe('{"words": "of the run"}');
  });

  it('has no checkpoints where the run has none', async () => {
    rmSync(checkpoints, { recursive: true });
    expect(existsSync(join(await exported(), 'checkpoints'))).toBe(false);
  });
});
