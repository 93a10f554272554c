import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf, readRunExport, RunReader } from '../../../src/engine/runs/read-export.ts';
import { LabError } from '../../../src/shared/errors.ts';
import type { RunPart } from '../../../src/shared/run-export.ts';
import { errorOf, tempFolder } from '../data/helpers.ts';

const TIME = Date.UTC(2026, 10, 25);
const run = (points: number, histograms = 1): object => ({
  format: 'gradient-lab-run',
  version: 2,
  run: {
    ...{ number: 41, id: '20261125-131500-mnist-mlp-ffff', lab: 'mnist-mlp', config: { data: 'mnist' } },
    ...{ seed: 1, device: 'cpu', plan: 'graph', threads: 0, state: 'completed', reason: null, name: 'Näme' },
    ...{ note: '', tags: [], pinned: false, dataSet: null, createdAt: TIME, endedAt: null, seconds: 1 },
    ...{ versions: { gradientLab: '0.1.0', tensorflow: '2.21.0' }, start: null, step: 2, steps: 2 },
    ...{ epoch: 1, epochs: 1, examplesPerSecond: null, peakRssBytes: null, weightsSha256: null },
    metrics: { train: { loss: 1 }, validation: {}, test: {} },
  },
  resumedAt: [1],
  epochs: [{ epoch: 1, step: 1 }],
  series: [
    {
      name: 'loss',
      step: Array.from({ length: points }, (_, i) => i + 1),
      value: Array.from({ length: points }, (_, i) => (i === 1 ? 'NaN' : i / 8)),
      time: Array.from({ length: points }, () => TIME),
    },
  ],
  histograms: [
    {
      ...{ tensor: 'w', of: 'weights', shape: [1] },
      steps: Array.from({ length: histograms }, (_, step) => ({
        ...{ step, min: '-Infinity', max: 1, mean: 0, deviation: 0, zeros: 0, notFinite: 0, counts: [1, 2] },
      })),
    },
  ],
});

const fileOf = (text: string | Uint8Array): string => {
  const path = join(tempFolder(), 'run-41.gradient-lab.json');
  writeFileSync(path, text);
  return path;
};

describe('the file of an exported run', () => {
  it('is handed over in parts that are soon stored, the head first', async () => {
    const parts = [...partsOf(await readRunExport(fileOf(JSON.stringify(run(45_000, 600)))))];
    const sizes = parts.map((part) =>
      part.kind === 'head' ? 1 : part.kind === 'points' ? part.step.length : part.histograms.length,
    );
    expect(parts.map(({ kind }, i) => [kind, sizes[i]])).toEqual([
      ['head', 1],
      ['points', 20_000],
      ['points', 20_000],
      ['points', 5000],
      ['histograms', 500],
      ['histograms', 100],
    ]);
    expect(parts[0]).toMatchObject({
      run: { name: 'Näme' },
      resumedAt: [1],
      epochs: [{ epoch: 1, step: 1 }],
    });
    const points = parts[1] as Extract<RunPart, { kind: 'points' }>;
    expect([...points.step.subarray(0, 3)]).toEqual([1, 2, 3]);
    expect([...points.value.subarray(0, 3)]).toEqual([0, NaN, 0.25]);
    expect(parts[4]).toMatchObject({ tensor: 'w', histograms: { 3: { step: 3, min: -Infinity, mean: 0 } } });
  });

  it('is refused where it is gone, a folder, or too large to be one, without reading it', async () => {
    const folder = tempFolder();
    expect((await errorOf(() => readRunExport(join(folder, 'gone.json')))).code).toBe('import/unreadable');
    mkdirSync(join(folder, 'a.json'));
    expect((await errorOf(() => readRunExport(join(folder, 'a.json')))).code).toBe('import/not-a-run');
    const large = join(folder, 'large.json');
    writeFileSync(large, '');
    truncateSync(large, 200_000_001); // a hole: it has this size and takes no room
    const error = await errorOf(() => readRunExport(large));
    expect(error.code).toBe('import/too-large');
    expect(error.message).toBe('Expected at most 200 MB, and "large.json" has 201 MB.');
  });

  it.each([
    ['nothing', '', 'import/not-json'],
    ['a list', '[]', 'import/not-a-run'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x7b]), 'import/not-json'],
    ['another program’s record', '{"format":"tensorboard"}', 'import/not-a-run'],
    ['a newer version', '{"format":"gradient-lab-run","version":9}', 'import/newer'],
    ['lists without end inside each other', '['.repeat(2_000_000), 'import/not-json'],
    [
      'lists inside each other in place of a run',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      'import/not-a-run',
    ],
  ])('of %s is refused', async (_, text, code) => {
    expect((await errorOf(() => readRunExport(fileOf(text)))).code).toBe(code);
  });

  it('is refused wherever it is cut off', async () => {
    const whole = JSON.stringify(run(3));
    for (let length = 0; length < whole.length; length += 7) {
      expect((await errorOf(() => readRunExport(fileOf(whole.slice(0, length))))).code).toBe(
        'import/not-json',
      );
    }
  });

  it('is read whole or refused, whatever byte of it is wrong', async () => {
    const path = fileOf(JSON.stringify(run(3)));
    const whole = readFileSync(path);
    const spot = fc.nat(whole.length - 1);
    const change = fc.array(fc.tuple(spot, fc.nat(255)), { minLength: 1, maxLength: 4 });
    let refused = 0;
    const property = fc.asyncProperty(change, async (bytes) => {
      const mutated = Buffer.from(whole);
      for (const [at, value] of bytes) mutated[at] = value;
      writeFileSync(path, mutated);
      try {
        const [head, points] = [...partsOf(await readRunExport(path))];
        expect(head?.kind).toBe('head');
        if (points?.kind === 'points') expect(points.value).toHaveLength(points.step.length);
      } catch (error) {
        if (!(error instanceof LabError)) throw error;
        expect(error.code).toMatch(/^import\//);
        refused++;
      }
    });
    await fc.assert(property, { numRuns: 300, seed: 5 });
    expect(refused).toBeGreaterThan(150);
  });
});

describe('a run that is taken part by part', () => {
  it('comes in order, and is let go behind its last part', async () => {
    const reader = new RunReader();
    const file = fileOf(JSON.stringify(run(30_000)));
    const kinds: (string | undefined)[] = [];
    for (let i = 0; i < 5; i++) kinds.push((await reader.part(file, i))?.kind);
    expect(kinds).toEqual(['head', 'points', 'points', 'histograms', undefined]);
    expect((await errorOf(() => reader.part(file, 5))).code).toBe('import/lost');
  });

  it('is never half a run: a part of another file, or out of order, is refused', async () => {
    const [file, other] = [fileOf(JSON.stringify(run(3))), fileOf(JSON.stringify(run(3)))];
    const reader = new RunReader();
    await reader.part(file, 0);
    expect((await errorOf(() => reader.part(other, 1))).code).toBe('import/lost');
    expect((await errorOf(() => reader.part(file, 2))).code).toBe('import/lost');
    expect((await errorOf(() => new RunReader().part(file, 1))).code).toBe('import/lost');
    expect((await reader.part(file, 1))?.kind).toBe('points');
    expect(await reader.part(file, 'end')).toBeNull();
    expect((await errorOf(() => reader.part(file, 2))).code).toBe('import/lost');
  });
});
