import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PointBatch } from '../../../src/shared/runs.ts';
import { curve, freshHistory, histogram, newRun, points, TIME } from './helpers.ts';

const lab = freshHistory();
const start = async (): Promise<number> => (await lab.history.create(newRun())).number;

describe('points', () => {
  it('come back as they were appended, before and after they are committed', async () => {
    const run = await start();
    lab.history.append(points(run, 1, { loss: [3, 2, 1], accuracy: [0.1, 0.2, 0.3] }));
    lab.history.append(points(run, 4, { loss: [0.5] }, { time: TIME + 100 }));
    lab.history.appendAt(run, 4, TIME + 101, { 'validation/loss': 0.25 });
    const expected = {
      step: [1, 2, 3, 4],
      value: [3, 2, 1, 0.5],
      time: [TIME, TIME, TIME, TIME + 100],
      resumedAt: [],
    };
    expect(await lab.sql('SELECT count(*) AS points FROM metrics')).toEqual([{ points: 0 }]);
    expect(await curve(lab.history, run)).toEqual(expected);
    await lab.history.flush();
    expect(await curve(lab.history, run)).toEqual(expected);
    const history = await lab.reopen();
    expect(await curve(history, run)).toEqual(expected);
    expect(await curve(history, run, 'validation/loss')).toEqual({
      step: [4],
      value: [0.25],
      time: [TIME + 101],
      resumedAt: [],
    });
  });

  it('are committed by themselves within a moment', async () => {
    const run = await start();
    lab.history.append(points(run, 1, { loss: [1] }));
    const deadline = Date.now() + 5000;
    for (;;) {
      const [row] = await lab.sql('SELECT count(*) AS points FROM metrics');
      if (row?.['points'] === 1) break;
      expect(Date.now()).toBeLessThan(deadline);
    }
  });

  it('keep NaN and both infinities, also in longer columns', async () => {
    const run = await start();
    const values = [1, NaN, Infinity, -Infinity, -0, 5e-324, Number.MAX_VALUE, 2 ** 63, 0.1 + 0.2, 1e23];
    const column = Array.from({ length: 1300 }, (_, i) => values[i % values.length] as number);
    lab.history.append(points(run, 1, { loss: column, short: values }));
    const expected = column.map((value) => value + 0); // SQLite has one zero.
    expect((await curve(lab.history, run)).value).toEqual(column);
    expect((await curve(await lab.reopen(), run)).value).toEqual(expected);
    expect((await curve(lab.history, run, 'short')).value).toEqual(values.map((value) => value + 0));
    expect(await lab.sql('SELECT count(*) AS nan FROM metrics WHERE value IS NULL')).toEqual([{ nan: 131 }]);
  });

  it('may come one a batch, with gaps, out of order, and twice: the later one counts', async () => {
    const run = await start();
    for (const [step, value] of [
      [10, 1],
      [30, 3],
      [20, 2],
      [30, 4],
    ] as const) {
      lab.history.append(points(run, step, { loss: [value] }, { time: TIME + step }));
    }
    const expected = { step: [10, 20, 30], value: [1, 2, 4], time: [TIME + 10, TIME + 20, TIME + 30] };
    expect(await curve(lab.history, run)).toMatchObject(expected);
    await lab.history.flush();
    lab.history.append(points(run, 20, { loss: [5] }, { time: TIME }));
    const later = { step: [10, 20, 30], value: [1, 5, 4], time: [TIME + 10, TIME, TIME + 30] };
    expect(await curve(lab.history, run)).toMatchObject(later);
    expect(await curve(await lab.reopen(), run)).toMatchObject(later);
  });

  it('after a step alone, where that is asked', async () => {
    const run = await start();
    lab.history.append(points(run, 1, { loss: [1, 2, 3, 4] }));
    await lab.history.flush();
    lab.history.append(points(run, 5, { loss: [5, 6] }));
    expect(await curve(lab.history, run, 'loss', 3)).toMatchObject({ step: [4, 5, 6], value: [4, 5, 6] });
    expect(await curve(lab.history, run, 'loss', 5)).toMatchObject({ step: [6], value: [6] });
    expect(await curve(lab.history, run, 'loss', 6)).toMatchObject({ step: [], value: [] });
    expect(await curve(lab.history, run, 'loss', 0)).toMatchObject({ step: [1, 2, 3, 4, 5, 6] });
  });

  it('of several runs and metrics come in the order in which they were asked for', async () => {
    const [first, second] = [await start(), await start()];
    lab.history.append(points(first, 1, { loss: [1], accuracy: [2] }));
    lab.history.append(points(second, 1, { loss: [3] }));
    await lab.history.flush();
    const curves = await lab.history.curves([second, first, 99], ['accuracy', 'loss', 'none']);
    expect(curves.map(({ run, name, value }) => [run, name, [...value]])).toEqual([
      [second, 'loss', [3]],
      [first, 'accuracy', [2]],
      [first, 'loss', [1]],
    ]);
    expect(await lab.history.curves([], ['loss'])).toEqual([]);
    expect(await lab.history.curves([first], [])).toEqual([]);
  });

  it('are read whole where there are more than one page of them', async () => {
    const run = await start();
    const column = Float64Array.from({ length: 120_001 }, (_, i) => Math.sin(i));
    lab.history.append({ run, step: 1, epoch: 1, time: TIME, values: { loss: column } });
    await lab.history.flush();
    const [{ step, value } = { step: [], value: [] }] = await lab.history.curves([run], ['loss']);
    expect(Buffer.from(Float64Array.from(value).buffer).equals(Buffer.from(column.buffer))).toBe(true);
    expect([step.length, step[0], step[50_000], step[120_000]]).toEqual([120_001, 1, 50_001, 120_001]);
  });

  it('of an empty batch are none', async () => {
    const run = await start();
    lab.history.append(points(run, 1, { loss: [] }));
    lab.history.append(points(run, 1, {}));
    await lab.history.flush();
    expect(await lab.history.metricNames(run)).toEqual([]);
  });
});

describe('metricNames', () => {
  it('has each once, in the order in which they first came', async () => {
    const run = await start();
    lab.history.append(points(run, 1, { loss: [1], accuracy: [1] }));
    await lab.history.flush();
    lab.history.append(points(run, 2, { accuracy: [1], norm: [1] }));
    lab.history.appendAt(run, 2, TIME, { 'train/loss': 1 });
    const names = ['loss', 'accuracy', 'norm', 'train/loss'];
    expect(await lab.history.metricNames(run)).toEqual(names);
    expect(await (await lab.reopen()).metricNames(run)).toEqual(names);
  });
});

describe('rewind', () => {
  it('voids points, histograms and checkpoints after the step, and notes where the run went on', async () => {
    const run = await start();
    const tensor = { tensor: 'weights1', of: 'weights', shape: [2, 2] } as const;
    lab.history.append(points(run, 1, { loss: [1, 2, 3, 4] }));
    for (const step of [2, 4]) lab.history.addHistogram(run, { ...tensor, histogram: histogram(step) });
    await lab.history.checkpoint(run, 2, 'two', 2);
    await lab.history.checkpoint(run, 4, 'four', 4);
    lab.history.append(points(run, 5, { loss: [5, 6] }));
    await lab.history.rewind(run, 2);
    lab.history.append(points(run, 3, { loss: [30] }, { time: TIME + 9 }));

    const expected = { step: [1, 2, 3], value: [1, 2, 30], time: [TIME, TIME, TIME + 9], resumedAt: [2] };
    expect(await curve(lab.history, run)).toEqual(expected);
    const history = await lab.reopen();
    expect(await curve(history, run)).toEqual(expected);
    expect((await history.checkpoints(run)).map(({ step }) => step)).toEqual([2]);
    expect((await history.get(run)).checkpointStep).toBe(2);
    expect((await history.histograms(run))[0]?.histograms.map(({ step }) => step)).toEqual([2]);
  });

  it('keeps points that are appended while it is under way', async () => {
    const run = await start();
    lab.history.append(points(run, 1, { loss: [1, 2, 3] }));
    const flushed = lab.history.flush();
    const rewound = lab.history.rewind(run, 1);
    lab.history.append(points(run, 2, { loss: [20] }));
    const early = await curve(lab.history, run);
    await Promise.all([flushed, rewound]);
    expect(early).toMatchObject({ value: [1, 20], resumedAt: [1] });
    expect(await curve(await lab.reopen(), run)).toMatchObject({ value: [1, 20], resumedAt: [1] });
  });

  it('leaves no void point in curves that were being read', async () => {
    const run = await start();
    const loss = Float64Array.from({ length: 120_000 }, (_, i) => i + 1);
    lab.history.append({ run, step: 1, epoch: 1, time: TIME, values: { loss } });
    await lab.history.flush();
    const reading = curve(lab.history, run);
    await new Promise(setImmediate);
    const rewound = lab.history.rewind(run, 3);
    lab.history.append(points(run, 4, { loss: [40] }));
    expect(await reading).toMatchObject({ value: [1, 2, 3, 40], resumedAt: [3] });
    await rewound;
  });

  it('forgets breaks that lie after the step, and breaks nothing at the start', async () => {
    const run = await start();
    lab.history.append(points(run, 1, { loss: [1, 2, 3, 4, 5, 6, 7, 8] }));
    for (const step of [3, 6, 4]) {
      await lab.history.rewind(run, step);
      lab.history.append(points(run, step + 1, { loss: [1, 1, 1, 1] }));
    }
    expect(await curve(lab.history, run)).toMatchObject({
      step: [1, 2, 3, 4, 5, 6, 7, 8],
      resumedAt: [3, 4],
    });
    await lab.history.rewind(run, 0);
    expect(await curve(lab.history, run)).toMatchObject({ step: [], resumedAt: [] });
  });
});

describe('histograms', () => {
  it('come back by tensor and step, those that are not committed yet included', async () => {
    const run = await start();
    const weights = { tensor: 'weights1', of: 'weights', shape: [784, 32] } as const;
    const gradients = { tensor: 'weights1', of: 'gradients', shape: [784, 32] } as const;
    const odd = histogram(20, { min: NaN, max: Infinity, mean: -Infinity, counts: new Int32Array() });
    lab.history.addHistogram(run, { ...weights, histogram: odd });
    lab.history.addHistogram(run, { ...gradients, histogram: histogram(20) });
    await lab.history.flush();
    lab.history.addHistogram(run, { ...weights, histogram: histogram(10) });
    const expected = [
      { ...weights, histograms: [histogram(10), odd] },
      { ...gradients, histograms: [histogram(20)] },
    ];
    expect(await lab.history.histograms(run)).toEqual(expected);
    expect(await (await lab.reopen()).histograms(run)).toEqual(expected);
  });

  it('take a part of a larger array as it is', async () => {
    const run = await start();
    const counts = Int32Array.of(9, 9, 1, 2, 9).subarray(2, 4);
    const entry = { tensor: 'b', of: 'weights', shape: [], histogram: histogram(1, { counts }) } as const;
    lab.history.addHistogram(run, entry);
    const history = await lab.reopen();
    expect((await history.histograms(run))[0]?.histograms[0]?.counts).toEqual(Int32Array.of(1, 2));
  });
});

describe('whatever is appended, rewound and flushed', () => {
  const value = fc.oneof(
    fc.double(),
    fc.float(),
    fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1, Number.MAX_VALUE),
  );
  const append = fc.record({
    kind: fc.constant('append' as const),
    step: fc.integer({ min: 0, max: 120 }),
    time: fc.integer({ min: 0, max: 2 ** 42 }),
    name: fc.constantFrom('loss', 'accuracy', 'constructor', '__proto__', 'a "b" \\ %_ 😀'),
    values: fc.array(value, { maxLength: 40 }),
  });
  const other = fc.oneof(
    fc.record({ kind: fc.constant('rewind' as const), step: fc.integer({ min: 0, max: 150 }) }),
    fc.constant({ kind: 'flush' as const }),
    fc.constant({ kind: 'read' as const }),
  );

  it('is what a plain map of steps would hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 3, arbitrary: append }, other), { maxLength: 25 }),
        async (acts) => {
          const run = await start();
          const model = new Map<string, Map<number, [value: number, time: number]>>();
          for (const act of acts) {
            if (act.kind === 'append') {
              const values = { [act.name]: Float64Array.from(act.values) };
              Object.defineProperty(values, act.name, {
                value: Float64Array.from(act.values),
                enumerable: true,
              });
              const batch: PointBatch = { run, step: act.step, epoch: 1, time: act.time, values };
              lab.history.append(batch);
              const series = model.get(act.name) ?? new Map<number, [number, number]>();
              if (act.values.length > 0) model.set(act.name, series);
              act.values.forEach((v, i) => series.set(act.step + i, [v + 0, act.time]));
            } else if (act.kind === 'rewind') {
              await lab.history.rewind(run, act.step);
              for (const series of model.values()) {
                for (const step of series.keys()) if (step > act.step) series.delete(step);
              }
            } else if (act.kind === 'flush') await lab.history.flush();
            else await expectModel(run, model);
          }
          await expectModel(run, model);
          await lab.history.flush();
          await expectModel(run, model);
        },
      ),
      { numRuns: 60 },
    );
  });

  async function expectModel(run: number, model: Map<string, Map<number, [number, number]>>): Promise<void> {
    const curves = await lab.history.curves([run], [...model.keys()]);
    const got = new Map(
      curves
        .filter(({ step }) => step.length > 0)
        .map(({ name, step, value: v, time }) => [
          name,
          [...step].map((at, i) => [at, (v[i] as number) + 0, time[i]]),
        ]),
    );
    const expected = new Map(
      [...model]
        .filter(([, series]) => series.size > 0)
        .map(([name, series]) => [
          name,
          [...series]
            .map(([at, point]) => [at, ...point])
            .sort((a, b) => (a[0] as number) - (b[0] as number)),
        ]),
    );
    expect(got).toEqual(expected);
  }
});
