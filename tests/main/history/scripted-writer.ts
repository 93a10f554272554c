/**
 * A program that uses a history in a process of its own: `writer.mjs FILE TASK`.
 *
 * `stream`: creates a run and appends a point every millisecond, until it is killed. `many`: creates 20 runs and writes 50
 * batches to each. `open`: opens the file and writes. Says what it does in lines: `run N`, `at STEP`, `done N`, `error CODE`.
 */
import { openHistory, type History, type NewRun } from '../../../src/main/history/index.ts';

const [file, task] = process.argv.slice(2) as [string, string];
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const RUN: NewRun = {
  lab: 'mnist-mlp',
  config: {},
  seed: 1,
  device: 'cpu',
  plan: 'graph',
  threads: 0,
  epochs: 1,
  versions: { gradientLab: '0.1.0', tensorflow: '2.21.0' },
};

const TASKS: Readonly<Record<string, (history: History) => Promise<void>>> = {
  async stream(history) {
    const { number } = await history.create(RUN);
    await history.update(number, { state: 'running', pid: process.pid });
    await history.checkpoint(number, 1, 'checkpoints/1.safetensors', 100);
    say(`run ${number}`);
    for (let step = 1; ; step++) {
      const time = Date.now();
      history.append({ run: number, step, epoch: 1, time, values: { loss: Float64Array.of(1 / step) } });
      if (step % 50 === 0) say(`at ${step} ${time}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },

  async many(history) {
    for (let i = 0; i < 20; i++) {
      const { number } = await history.create(RUN);
      for (let step = 1; step <= 500; step += 10) {
        const loss = Float64Array.from({ length: 10 }, (_, k) => step + k);
        history.append({ run: number, step, epoch: 1, time: step, values: { loss } });
        if (step % 50 === 1) await history.flush();
      }
      await history.update(number, { state: 'completed' });
      say(`done ${number}`);
    }
  },

  async open(history) {
    await history.create(RUN);
    say('done 1');
  },
};

try {
  const history = await openHistory(file);
  await TASKS[task]?.(history);
  await history.close();
} catch (error) {
  say(`error ${String((error as { code?: unknown }).code ?? error)}`);
}
