import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistory } from '../../../src/main/history/index.ts';
import { bundleWriter, curve, Writer } from './helpers.ts';

let folder: string;
let file: string;
let program: string;
let writers: Writer[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradient-lab-processes-'));
  file = join(folder, 'history.sqlite');
  program = await bundleWriter(folder);
  writers = [];
});
afterEach(async () => {
  await Promise.all(writers.map((writer) => writer.kill('SIGKILL')));
  rmSync(folder, { recursive: true, force: true });
});

function start(task: string): Writer {
  const writer = new Writer(program, [file, task]);
  writers.push(writer);
  return writer;
}

describe('a program that is killed', () => {
  it('loses no more than the last batch, and its run can be interrupted and gone on with', async () => {
    const writer = start('stream');
    const run = Number(await writer.line('run'));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await writer.kill('SIGKILL');
    const [said, saidAt] = (await writer.line('at')).split(' ').map(Number) as [number, number];

    const history = await openHistory(file);
    const { step, value, time } = await curve(history, run);
    expect(step).toEqual(Array.from({ length: step.length }, (_, i) => i + 1));
    expect(value).toEqual(step.map((at) => 1 / at));
    // 250 ms between batches, and time for a batch to be written on a machine that has other work.
    const lost = saidAt - (time.at(-1) as number);
    expect(said).toBeGreaterThan(50);
    expect(lost).toBeLessThan(1000);
    expect(await history.checkpoints(run)).toMatchObject([{ step: 1, path: 'checkpoints/1.safetensors' }]);

    expect(await history.get(run)).toMatchObject({ state: 'running', checkpointStep: 1 });
    expect(await history.interruptStale((pid) => pid !== writer.child.pid)).toMatchObject([
      { number: run, state: 'interrupted' },
    ]);
    await history.rewind(run, 1);
    expect((await curve(history, run)).step).toEqual([1]);
    await history.close();
  });

  it('does not keep another from writing, whenever it is killed', async () => {
    const history = await openHistory(file);
    for (let i = 0; i < 3; i++) {
      const writer = start('stream');
      await writer.line('run');
      await new Promise((resolve) => setTimeout(resolve, 100 + 130 * i));
      await writer.kill('SIGKILL');
      await history.changeSettings({ threads: i });
    }
    expect((await history.list({})).all).toBe(3);
    await history.close();
  });
});

describe('several programs', () => {
  it('make one file and write to it at the same time, each all of its own', async () => {
    const three = [start('many'), start('many'), start('many')];
    for (const writer of three) {
      expect(await writer.ended()).toBe(0);
      await writer.line('done');
    }
    const history = await openHistory(file);
    const { runs } = await history.list({ states: ['completed'] });
    expect(runs).toHaveLength(60);
    const curves = await history.curves(
      runs.map(({ number }) => number),
      ['loss'],
    );
    const expected = Float64Array.from({ length: 500 }, (_, i) => i + 1);
    for (const { value } of curves) expect(value).toEqual(expected);
    expect(curves).toHaveLength(60);
    await history.close();
  });

  it('see what another has written', async () => {
    const [one, two] = [await openHistory(file), await openHistory(file)];
    const writer = start('stream');
    const run = Number(await writer.line('run'));
    await writer.line('at');
    await new Promise((resolve) => setTimeout(resolve, 600));
    for (const history of [one, two]) {
      expect(await history.get(run)).toMatchObject({ state: 'running', pid: writer.child.pid });
      expect((await curve(history, run)).step.length).toBeGreaterThan(0);
    }
    await one.change(run, { name: 'named by one' });
    expect((await two.get(run)).name).toBe('named by one');
    await one.close();
    await two.close();
  });
});
