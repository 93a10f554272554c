/** Exported runs that come back through the service: an engine reads them, the history stores what it hands over. */
import { createWriteStream, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineSupervisor } from '../../../src/main/engines/index.ts';
import { openHistory, type History } from '../../../src/main/history/index.ts';
import { importRun } from '../../../src/main/service/run-imports.ts';
import { LabError } from '../../../src/shared/errors.ts';
import type { RunPart } from '../../../src/shared/run-export.ts';
import { errorOf, tempFolder } from '../../engine/data/helpers.ts';
import { openLab, type Lab } from './lab.ts';

const TIME = Date.UTC(2026, 10, 25);
const RUN = {
  ...{ number: 41, id: '20261125-131500-mnist-mlp-ffff', lab: 'mnist-mlp', config: { data: 'mnist' } },
  ...{ seed: 1, device: 'cpu', plan: 'graph', threads: 0, state: 'completed', reason: null, name: null },
  ...{ note: '', tags: [], pinned: false, dataSet: null, createdAt: TIME, endedAt: null, seconds: 1 },
  ...{ versions: { gradientLab: '0.1.0', tensorflow: '2.21.0' }, start: null, step: 2, steps: 2 },
  ...{ epoch: 1, epochs: 1, examplesPerSecond: null, peakRssBytes: null, weightsSha256: null },
  metrics: { train: { loss: 1 }, validation: {}, test: {} },
};
const FRAME = { format: 'gradient-lab-run', version: 2, run: RUN, resumedAt: [], epochs: [] };

/** A file of `series` metrics of 250,000 points each. */
async function writeLarge(path: string, series: number): Promise<void> {
  const file = createWriteStream(path);
  const steps = Array.from({ length: 250_000 }, (_, i) => i + 1);
  const value = steps.map((i) => Math.sin(i));
  const time = steps.map((i) => TIME + i);
  const rest = `"step":${JSON.stringify(steps)},"value":${JSON.stringify(value)},"time":${JSON.stringify(time)}}`;
  file.write(`${JSON.stringify({ ...FRAME, histograms: [] }).slice(0, -1)},"series":[`);
  for (let i = 0; i < series; i++) {
    if (!file.write(`${i === 0 ? '' : ','}{"name":"m${i}",${rest}`)) await once(file, 'drain');
  }
  file.end(']}');
  await once(file, 'close');
}

describe('the run of a file', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab.remove());

  it('of a million points is imported while windows get their answers', { timeout: 120_000 }, async () => {
    const path = join(lab.home, 'large.gradient-lab.json');
    await writeLarge(path, 4);
    await lab.client.labs.list(); // the engine is up
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const run = await lab.client.runs.import({ path });
    delay.disable();
    expect(await lab.client.runs.metricNames({ run: run.number })).toEqual(['m0', 'm1', 'm2', 'm3']);
    const [curve] = await lab.client.runs.curves({ runs: [run.number], names: ['m3'] });
    expect(curve?.step).toHaveLength(250_000);
    expect(curve?.value[249_999]).toBe(Math.sin(250_000));
    expect(delay.max / 1e6).toBeLessThan(500); // milliseconds; JSON.parse alone takes longer
  });

  it.each([
    ['cut off', JSON.stringify({ ...FRAME, series: [], histograms: [] }).slice(0, -9), 'import/not-json'],
    ['changed', JSON.stringify({ ...FRAME, series: [{}], histograms: [] }), 'import/invalid'],
    ['no run', '[]', 'import/not-a-run'],
  ])('that is %s is refused as a file and as a text, and nothing is left', async (_, text, code) => {
    const path = join(lab.home, 'bad.gradient-lab.json');
    await writeFile(path, text);
    const { all } = await lab.client.runs.list({});
    for (const source of [{ path }, { text }]) {
      await expect(lab.client.runs.import(source)).rejects.toMatchObject({ data: { code } });
    }
    expect((await lab.client.runs.list({})).all).toBe(all);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('gradient-lab-import-'))).toEqual([]);
  });
});

describe('an import that breaks off', () => {
  const HEAD = { ...FRAME, kind: 'head' } as unknown as RunPart;
  const points = (from: number): RunPart => ({
    ...{ kind: 'points', name: 'loss', step: Float64Array.of(from), time: Float64Array.of(TIME) },
    value: Float64Array.of(0.5),
  });

  async function attempt(
    answer: (part: number | 'end') => RunPart | null,
    use: (history: History, engines: EngineSupervisor) => Promise<void>,
  ): Promise<(number | 'end')[]> {
    const asked: (number | 'end')[] = [];
    const call = (_: string, { part }: { part: number | 'end' }): Promise<RunPart | null> => {
      asked.push(part);
      return new Promise((resolve) => resolve(answer(part)));
    };
    const history = await openHistory(join(tempFolder(), 'history.sqlite'));
    await use(history, { call } as unknown as EngineSupervisor);
    await history.close();
    return asked;
  }

  it('asks for each part when the one before is stored, and once more', async () => {
    const parts = [HEAD, points(1), points(2)];
    const asked = await attempt(
      (part) => parts[Number(part)] ?? null,
      async (history, engines) => {
        const { number } = await importRun(history, engines, { path: '/x' });
        expect([...((await history.curves([number], ['loss']))[0]?.step ?? [])]).toEqual([1, 2]);
      },
    );
    expect(asked).toEqual([0, 1, 2, 3]);
  });

  it('where the engine is lost shows nothing of the run', async () => {
    const asked = await attempt(
      (part) => {
        if (part === 0) return HEAD;
        if (part === 1) return points(1);
        throw new LabError('import/lost', 'gone');
      },
      async (history, engines) => {
        expect((await errorOf(() => importRun(history, engines, { path: '/x' }))).code).toBe('import/lost');
        expect((await history.list({})).all).toBe(0);
        expect(await history.purge()).toHaveLength(1);
      },
    );
    expect(asked).toEqual([0, 1, 2, 'end']);
  });

  it('lets the engine let go where the history cannot go on', async () => {
    const asked = await attempt(
      (part) => (part === 0 ? HEAD : part === 'end' ? null : points(Number(part))),
      async (history, engines) => {
        const importing = importRun(history, engines, { path: '/x' });
        await Promise.all([
          expect(importing).rejects.toMatchObject({ code: 'history/closed' }),
          history.close(),
        ]);
      },
    );
    expect(asked.at(-1)).toBe('end');
  });
});
