import { describe, expect, it } from 'vitest';
import { ourContender, peerContender, type Whole } from '../bench/contenders.mjs';
import { BENCH_LABS, type BenchLab } from '../bench/labs.mjs';
import { measure, median } from '../bench/measure.mjs';
import { accuracyRow, contendersTable, figuresOf, figuresTable } from '../bench/report.mjs';
import { LABS } from '../../src/engine/labs/index.ts';

const node = process.execPath;

describe('measuring a program', () => {
  it('reads its JSON lines with their times, and passes over other words', async () => {
    const program = `console.log('hello'); console.log('{"kind":"first"}');
      setTimeout(() => console.log('{"kind":"last"}'), 300)`;
    const { lines, at } = await measure(node, ['-e', program], process.env);
    expect(lines).toEqual([{ kind: 'first' }, { kind: 'last' }]);
    expect((at[1] as number) - (at[0] as number)).toBeGreaterThan(0.25);
  });

  it.runIf(process.platform === 'linux')('counts the peak of memory, children included', async () => {
    const hold = (bytes: number) => `const b = Buffer.alloc(${bytes}, 1); setTimeout(() => b[0], 600);`;
    const one = await measure(node, ['-e', hold(100e6)], process.env);
    const program = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(hold(200e6))}], { stdio: 'inherit' }); ${hold(100e6)}`;
    const two = await measure(node, ['-e', program], process.env);
    expect(one.peakBytes).toBeGreaterThan(100e6);
    expect(one.peakBytes).toBeLessThan(250e6);
    expect(two.peakBytes).toBeGreaterThan((one.peakBytes as number) + 200e6);
  });

  it('throws the last words of one that fails, or is not there', async () => {
    await expect(
      measure(node, ['-e', 'console.error("no luck"); process.exit(3)'], process.env),
    ).rejects.toThrow(/ended with 3[^]*no luck/);
    await expect(
      measure(node, ['-e', `console.log('{"kind":"error","message":"bad"}'); process.exit(1)`], process.env),
    ).rejects.toThrow(/ended with 1[^]*"bad"/);
    await expect(measure('/nowhere/python', [], process.env)).rejects.toThrow('ENOENT');
  });

  it('takes the middle of an odd number of values, and the mean of the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

const ACCURACY = { metric: 'accuracy', atLeast: 0.9, seeds: [1, 2] };

const LAB: BenchLab = {
  id: 'toy',
  title: 'A toy',
  dataSet: 'toys',
  batchSize: 10,
  whole: [],
  turns: [],
  peers: [],
  speed: [{ peers: ['slow', 'slower'], atLeast: 2 }],
  memory: { peer: 'slow', atMost: 1 },
  firstStepSeconds: 3,
  accuracy: ACCURACY,
};

const round = (ours: number, slow: number, slower: number) =>
  new Map([
    ['Gradient Lab', ours],
    ['slow', slow],
    ['slower', slower],
  ]);

const whole = new Map<string, Whole[]>([
  ['Gradient Lab', [2, 1, 4].map((firstStepSeconds, i) => ({ firstStepSeconds, peakBytes: (90 + i) * 1e6 }))],
  ['slow', [{ peakBytes: 100e6 }]],
  ['slower', [{ peakBytes: 80e6 }]],
]);

describe('the figures of a lab', () => {
  // Ratios within the rounds: 30/10 = 3, 12/10 = 1.2, 44/20 = 2.2. Of the medians it would be 30/10.
  const rounds = [round(30, 10, 5), round(12, 8, 10), round(44, 20, 10)];

  it('are medians of ratios within a round, against the fastest peer of that round', () => {
    const [speed, memory, start] = figuresOf(LAB, { rounds, whole });
    expect(speed).toMatchObject({
      measured: '2.20x',
      spread: '1.20x to 3.00x',
      goal: '2 or more',
      reached: true,
    });
    expect(memory).toMatchObject({ measured: '0.91x', goal: '1 or less', reached: true });
    expect(start).toMatchObject({ measured: '2.00 s', spread: '1.00 to 4.00 s', reached: true });
    expect(figuresOf(LAB, { rounds: [round(19, 10, 1)], whole })[0]).toMatchObject({
      measured: '1.90x',
      reached: false,
    });
  });

  it('leave out what cannot be compared: a round without one of the peers is no round', () => {
    const without = (...names: string[]) => ({
      rounds: [new Map([...round(30, 10, 5)].filter(([name]) => !names.includes(name)))],
      whole: new Map([...whole].filter(([name]) => !names.includes(name))),
    });
    expect(figuresOf(LAB, without('slow', 'slower')).map((row) => row.what)).toEqual([
      'from the command to the first step',
    ]);
    expect(figuresOf(LAB, without('slower')).map((row) => row.what)).toEqual([
      'peak of memory against slow',
      'from the command to the first step',
    ]);
  });

  it('take the mean of the trainings’ accuracies', () => {
    expect(accuracyRow(ACCURACY, [0.9, 0.92])).toMatchObject({
      measured: '91.00 %',
      spread: '90.00 %, 92.00 %',
      reached: true,
    });
    expect(accuracyRow(ACCURACY, [0.9, 0.89]).reached).toBe(false);
  });

  it('are tables in Markdown', () => {
    const lines = figuresTable(figuresOf(LAB, { rounds, whole })).split('\n');
    expect(lines[0]).toMatch(/^\| figure .*\| goal /);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(contendersTable(rounds, whole)).toMatch(/\| slow +\| 10 +\| 8 to 20 +\| 100 MB/);
  });
});

describe('the list of labs', () => {
  it('has labs that exist, and goals about peers that it names', () => {
    for (const lab of BENCH_LABS) {
      expect(LABS.map(({ id }) => id as string)).toContain(lab.id);
      const names = lab.peers.map((peer) => peer.name);
      for (const { peers } of lab.speed) expect(names).toEqual(expect.arrayContaining([...peers]));
      expect(names).toContain(lab.memory.peer);
      expect(ourContender(lab, '/nowhere').name).toBe('Gradient Lab');
    }
  });

  it('leaves peers out where what they need is not there', () => {
    const where = { python: undefined, peersFolder: '', dataFolder: '', tfjsBinding: undefined };
    for (const peer of BENCH_LABS.flatMap((lab) => lab.peers))
      expect(peerContender(peer, where)).toBeUndefined();
  });
});
