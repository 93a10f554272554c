import { describe, expect, it } from 'vitest';
import { partsOf } from '../../../src/engine/runs/read-export.ts';
import { openHistory, type History } from '../../../src/main/history/index.ts';
import { parseExport } from '../../../src/shared/run-export-format.ts';
import { RUN_STATES, type Run } from '../../../src/shared/runs.ts';
import { codeOf, curve, freshHistory, histogram, newRun, numbers, points, TIME } from './helpers.ts';

const lab = freshHistory();

/** As the app and the command line do it, with what a file held. */
async function add(history: History, data: unknown): Promise<Run> {
  return history.import(partsOf(parseExport(data)));
}

/** A run with something of everything, as run 1. */
async function make(): Promise<void> {
  const { history } = lab;
  await history.create(newRun({ id: '20261125-131500-mnist-mlp-ab12' }));
  history.append(points(1, 1, { loss: [3, NaN, Infinity], 'gradient norm': [1, 2, 3] }));
  history.append(points(1, 4, { loss: [-Infinity, 0.1] }, { epoch: 2, time: TIME + 1500 }));
  history.appendAt(1, 3, TIME + 50, { 'validation/loss': 0.25 });
  const odd = histogram(2, { min: NaN, max: Infinity });
  history.addHistogram(1, { tensor: 'weights1', of: 'gradients', shape: [784, 32], histogram: odd });
  history.addHistogram(1, { tensor: 'weights1', of: 'gradients', shape: [784, 32], histogram: histogram(4) });
  await history.checkpoint(1, 4, '/somewhere/private/4.safetensors', 12);
  await history.rewind(1, 4);
  history.append(points(1, 5, { loss: [0.2] }, { epoch: 2, time: TIME + 9000 }));
  await history.change(1, { name: 'Näme 😀', note: 'a\nb', tags: ['x', 'y'], pinned: true });
  await history.update(1, {
    state: 'completed',
    endedAt: TIME + 9500,
    metrics: { train: { loss: NaN }, validation: { accuracy: 0.9 }, test: { loss: Infinity } },
    dataSet: { id: 'mnist', sha256: '0f'.repeat(32) },
    weightsSha256: 'ab'.repeat(32),
    peakRssBytes: 2 ** 40,
    examplesPerSecond: 1234.5,
    seconds: 3.25,
    pid: 17,
  });
}

const exported = async (): Promise<Record<string, unknown>> =>
  JSON.parse(JSON.stringify(await lab.history.export(1))) as Record<string, unknown>;

describe('export and import', () => {
  it('bring a run into another history as it was, but for its number, checkpoints and process', async () => {
    await make();
    const other = await openHistory(`${lab.folder}/other.sqlite`);
    await other.create(newRun());
    const imported = await add(other, await exported());
    const original = await lab.history.get(1);
    expect(imported).toEqual({ ...original, number: 2, checkpointStep: null, pid: null });
    expect(await other.get(2)).toEqual(imported);
    const names = await lab.history.metricNames(1);
    expect(names).toEqual(['loss', 'gradient norm', 'validation/loss']);
    expect(await other.metricNames(2)).toEqual(names);
    for (const name of names) expect(await curve(other, 2, name)).toEqual(await curve(lab.history, 1, name));
    expect(await other.histograms(2)).toEqual(await lab.history.histograms(1));
    expect(await other.checkpoints(2)).toEqual([]);
    expect(await other.exportCsv(2)).toBe(await lab.history.exportCsv(1));
    expect(await other.export(2)).toEqual({
      ...(await lab.history.export(1)),
      run: { ...(await lab.history.export(1)).run, number: 2 },
    });
    expect(numbers((await other.list({ text: 'näme' })).runs)).toEqual([2]);
    await other.close();
  });

  it('tell nothing of this machine', async () => {
    await make();
    expect(JSON.stringify(await exported())).not.toContain('/somewhere');
    expect(Object.keys((await exported())['run'] as object)).not.toContain('pid');
  });

  it('give a run another id where the history has it already', async () => {
    await make();
    const imported = await add(lab.history, await exported());
    expect(imported.number).toBe(2);
    expect(imported.id).toMatch(/^\d{8}-\d{6}-mnist-mlp-[0-9a-f]{4}$/);
    expect(imported.id).not.toBe('20261125-131500-mnist-mlp-ab12');
    await lab.history.delete([1, 2]);
    await lab.history.purge();
    expect((await add(lab.history, SMALL)).number).toBe(3);
  });

  it.each(RUN_STATES)('bring a run that was %s to an end where it has none', async (state) => {
    const imported = await add(lab.history, withRun({ state, reason: 'why' }));
    const active = ['queued', 'running', 'paused'].includes(state);
    expect(imported).toMatchObject(
      active
        ? { state: 'interrupted', reason: 'It was still going on when it was exported.' }
        : { state, reason: 'why' },
    );
  });

  it('take many points of many times in many small transactions', async () => {
    const count = 45_000;
    const step = Array.from({ length: count }, (_, i) => 2 * i + 1);
    const series = [{ name: 'loss', step, value: step.map((i) => i / 3), time: step.map((i) => TIME + i) }];
    const { number } = await add(lab.history, { ...SMALL, series });
    const got = await curve(lab.history, number);
    expect(got.step).toEqual(step);
    expect(got.value).toEqual(step.map((i) => i / 3));
    expect(got.time).toEqual(step.map((i) => TIME + i));
    expect((await lab.history.get(number)).deletedAt).toBeNull();
  });

  it('leave nothing that can be seen of an import that broke off', async () => {
    const step = Array.from({ length: 45_000 }, (_, i) => i + 1);
    const series = [{ name: 'loss', step, value: step, time: step }];
    const importing = add(lab.history, { ...SMALL, series });
    while ((await lab.sql('SELECT 1 FROM metrics LIMIT 1')).length === 0);
    const closed = lab.history.close();
    expect(await codeOf(importing)).toBe('history/closed');
    await closed;
    const history = await openHistory(lab.file);
    expect((await history.list({})).all).toBe(0);
    expect(await history.purge()).toHaveLength(1);
    expect(await lab.sql('SELECT count(*) AS points FROM metrics')).toEqual([{ points: 0 }]);
    await history.close();
  });

  it('are not disturbed by a purge', async () => {
    const step = Array.from({ length: 45_000 }, (_, i) => i + 1);
    const series = [{ name: 'loss', step, value: step, time: step }];
    const [imported, purged] = await Promise.all([
      add(lab.history, { ...SMALL, series }),
      lab.history.purge(),
    ]);
    expect(purged).toEqual([]);
    expect((await curve(lab.history, imported.number)).step).toHaveLength(45_000);
  });

  it('refuse an export of more points than an import takes', async () => {
    await make();
    await lab.history.flush();
    await lab.sql(`
      WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 4001000)
      INSERT INTO metrics (series, step, value, time) SELECT 1, i, 0.5, 0 FROM n`);
    expect(await codeOf(lab.history.export(1))).toBe('run/too-large');
    expect(await codeOf(lab.history.exportCsv(1))).toBe('run/too-large');
  });
});

describe('exportCsv', () => {
  it('has a line a step, and a column a metric', async () => {
    await make();
    lab.history.appendAt(1, 6, TIME, { 'a "b", c': 1e-7 });
    expect(await lab.history.exportCsv(1)).toBe(
      [
        'step,epoch,time,loss,gradient norm,validation/loss,"a ""b"", c"',
        '1,1,2026-11-25T13:15:00.000Z,3,1,,',
        '2,1,2026-11-25T13:15:00.000Z,NaN,2,,',
        '3,1,2026-11-25T13:15:00.000Z,Infinity,3,0.25,',
        '4,2,2026-11-25T13:15:01.500Z,-Infinity,,,',
        '5,2,2026-11-25T13:15:09.000Z,0.2,,,',
        '6,2,2026-11-25T13:15:00.000Z,,,,1e-7',
        '',
      ].join('\n'),
    );
  });

  it('is a heading where there are no points', async () => {
    await lab.history.create(newRun());
    expect(await lab.history.exportCsv(1)).toBe('step,epoch,time\n');
  });
});

const RUN = {
  number: 41,
  id: '20261125-131500-mnist-mlp-ffff',
  lab: 'mnist-mlp',
  config: { learningRate: 0.1, data: 'mnist' },
  seed: 1,
  device: 'cpu',
  plan: 'graph',
  threads: 0,
  state: 'completed',
  reason: null,
  name: null,
  note: '',
  tags: [],
  pinned: false,
  dataSet: null,
  versions: { gradientLab: '0.1.0', tensorflow: '2.21.0' },
  createdAt: TIME,
  endedAt: null,
  seconds: 1,
  step: 2,
  steps: 2,
  epoch: 1,
  epochs: 1,
  examplesPerSecond: null,
  peakRssBytes: null,
  metrics: { train: { loss: 1 }, validation: {}, test: {} },
  weightsSha256: null,
};
const SERIES = { name: 'loss', step: [1, 2], value: [1, 'NaN'], time: [TIME, TIME] };
const BINS = { step: 1, min: 0, max: 1, mean: 0, deviation: 0, zeros: 0, notFinite: 0, counts: [1] };
const TENSOR = { tensor: 'w', of: 'weights', shape: [1], steps: [BINS] };
const SMALL = {
  format: 'gradient-lab-run',
  version: 1,
  run: RUN,
  resumedAt: [1],
  epochs: [{ epoch: 1, step: 1 }],
  series: [SERIES],
  histograms: [TENSOR],
};
const withRun = (changes: object): object => ({ ...SMALL, run: { ...RUN, ...changes } });
const withSeries = (changes: object): object => ({ ...SMALL, series: [{ ...SERIES, ...changes }] });
const withBins = (changes: object): object => ({
  ...SMALL,
  histograms: [{ ...TENSOR, steps: [{ ...BINS, ...changes }] }],
});
const hostile = (text: string): object => JSON.parse(text) as object;

describe('import', () => {
  it('takes the example that the cases below spoil', async () => {
    expect(await add(lab.history, SMALL)).toMatchObject({ number: 1, id: RUN.id });
    expect((await curve(lab.history, 1)).value).toEqual([1, NaN]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'gradient-lab-run'],
    ['a list', [SMALL]],
    ['another format', { ...SMALL, format: 'tensorboard' }],
    ['no format', { ...SMALL, format: undefined }],
  ])('knows %s to be no run', async (_, data) => {
    expect(await codeOf(add(lab.history, data))).toBe('import/not-a-run');
  });

  it('says so where a newer version has exported it', async () => {
    await expect(add(lab.history, { ...SMALL, version: 3 })).rejects.toMatchObject({
      code: 'import/newer',
      hint: 'Update Gradient Lab, then import it again.',
    });
  });

  it.each<[string, object, string]>([
    ['a version that never was', { ...SMALL, version: 0 }, 'version'],
    ['no run', { ...SMALL, run: undefined }, 'run'],
    ['a field too many', { ...SMALL, extra: 1 }, 'extra'],
    ['a field too many in the run', withRun({ pid: 1 }), 'run.pid'],
    ['a field too few in the run', withRun({ seed: undefined }), 'run.seed'],
    ['an unknown lab', withRun({ lab: 'mnist' }), 'run.lab'],
    ['an unknown state', withRun({ state: 'done' }), 'run.state'],
    ['an id that climbs out of its folder', withRun({ id: '../../etc' }), 'run.id'],
    ['an empty id', withRun({ id: '' }), 'run.id'],
    ['a number for a text', withRun({ note: 5 }), 'run.note'],
    ['a text for a number', withRun({ step: '5' }), 'run.step'],
    ['half a step', withRun({ step: 0.5 }), 'run.step'],
    ['a negative seed', withRun({ seed: -1 }), 'run.seed'],
    ['a seed beyond the integers', withRun({ seed: 2 ** 53 }), 'run.seed'],
    ['a time that is no date', withRun({ createdAt: 9e15 }), 'run.createdAt'],
    ['endless seconds', withRun({ seconds: Infinity }), 'run.seconds'],
    ['a note without end', withRun({ note: 'x'.repeat(20_001) }), 'run.note'],
    ['tags without end', withRun({ tags: Array(51).fill('x') }), 'run.tags'],
    ['a checksum that is none', withRun({ weightsSha256: 'ab' }), 'run.weightsSha256'],
    ['a list of settings', withRun({ config: [1] }), 'run.config'],
    ['a setting that is a record', withRun({ config: { a: {} } }), 'run.config.a'],
    [
      'too many settings',
      withRun({ config: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`s${i}`, 1])) }),
      'run.config',
    ],
    ['a setting named __proto__', withRun({ config: hostile('{"__proto__": "x"}') }), 'run.config'],
    [
      'metrics that are a list',
      withRun({ metrics: { train: [], validation: {}, test: {} } }),
      'run.metrics.train',
    ],
    [
      'a metric that is a text',
      withRun({ metrics: { train: { loss: 'low' }, validation: {}, test: {} } }),
      'run.metrics.train.loss',
    ],
    [
      'a metric named __proto__',
      withRun({ metrics: { train: hostile('{"__proto__": 1}'), validation: {}, test: {} } }),
      'run.metrics.train',
    ],
    ['a series named __proto__', withSeries({ name: '__proto__\n' }), 'series.0.name'],
    ['a series that a spreadsheet would compute', withSeries({ name: '=HYPERLINK("x")' }), 'series.0.name'],
    ['fewer values than steps', withSeries({ value: [1] }), 'series.0'],
    ['steps that are no list', withSeries({ step: { length: 2, 0: 1, 1: 2 } }), 'series.0.step'],
    ['steps that fall', withSeries({ step: [2, 1] }), 'series.0.step'],
    ['steps that stand', withSeries({ step: [1, 1] }), 'series.0.step'],
    ['negative steps', withSeries({ step: [-1, 1] }), 'series.0.step'],
    ['values that are lists', withSeries({ value: [[1], [2]] }), 'series.0.value'],
    ['values that are missing', withSeries({ value: [1, null] }), 'series.0.value'],
    ['times that are texts', withSeries({ time: ['2026', '2027'] }), 'series.0.time'],
    ['the same series twice', { ...SMALL, series: [SERIES, SERIES] }, 'series'],
    [
      'too many series',
      { ...SMALL, series: Array.from({ length: 1001 }, (_, i) => ({ ...SERIES, name: `s${i}` })) },
      'series',
    ],
    ['too many points', withSeries({ step: Array(4_000_001).fill(0), value: [], time: [] }), 'series.0.step'],
    ['breaks that fall', { ...SMALL, resumedAt: [2, 1] }, 'resumedAt'],
    [
      'the same epoch twice',
      {
        ...SMALL,
        epochs: [
          { epoch: 1, step: 1 },
          { epoch: 1, step: 2 },
        ],
      },
      'epochs',
    ],
    ['too many bins', withBins({ counts: Array(4097).fill(0) }), 'histograms.0.steps.0.counts'],
    ['a count beyond 32 bits', withBins({ counts: [2 ** 31] }), 'histograms.0.steps.0.counts.0'],
    ['a negative count', withBins({ counts: [-1] }), 'histograms.0.steps.0.counts.0'],
    ['an unknown kind of tensor', { ...SMALL, histograms: [{ ...TENSOR, of: 'biases' }] }, 'histograms.0.of'],
  ])('refuses %s, says where, and adds nothing', async (_, data, where) => {
    await expect(add(lab.history, data)).rejects.toMatchObject({
      code: 'import/invalid',
      message: expect.stringContaining(`at "${where}":`) as unknown,
    });
    expect(await lab.sql('SELECT count(*) AS runs FROM runs')).toEqual([{ runs: 0 }]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('refuses every export from which something is missing', async () => {
    await make();
    const whole = await exported();
    const paths = (value: unknown, path: (string | number)[]): (string | number)[][] =>
      typeof value !== 'object' || value === null
        ? []
        : Object.entries(value).flatMap(([name, inner]) => [
            [...path, name],
            ...paths(inner, [...path, name]),
          ]);
    // Version 1 says nothing of a start.
    const optional =
      /^(run,start|run,(config|metrics,\w+),.*|resumedAt,\d+|epochs,\d+|series,\d+|histograms,\d+|run,tags,\d+)$/;
    const required = paths(whole, []).filter(
      (path) => !optional.test(String(path)) && !/,(shape|counts|steps),\d+$/.test(String(path)),
    );
    expect(required.length).toBeGreaterThan(60);
    for (const path of required) {
      const spoiled = structuredClone(whole);
      let parent = spoiled;
      for (const name of path.slice(0, -1)) parent = parent[name] as Record<string, unknown>;
      const last = path.at(-1) as string;
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else delete parent[last];
      expect(await codeOf(add(lab.history, spoiled)), String(path)).toMatch(/^import\//);
    }
  });
});
