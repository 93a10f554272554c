import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, signalOnce, TINY, type Finished, type Line } from './helpers.ts';

let home: Home;
beforeAll(() => (home = new Home()));
afterAll(() => home.remove());

const last = (finished: Finished): Line => finished.lines.at(-1) as Line;
const runFolder = (run: unknown): string => join(home.path, 'runs', String(run));
/** Every point of a run, without the times at which they were noted. */
const metricsOf = async (run: unknown): Promise<string[]> => {
  const { stdout } = await home.run('export', String(run), '--format', 'csv');
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(',').toSpliced(2, 1).join());
};

describe('gradient-lab train', () => {
  it('keeps its contract under --json', async () => {
    const finished = await home.run('train', 'mnist-mlp', ...TINY, '--epochs', '2', '--seed', '5', '--json');
    expect(finished.code).toBe(0);
    const { lines } = finished;
    expect(lines[0]).toMatchObject({
      kind: 'started',
      lab: 'mnist-mlp',
      seed: 5,
      device: 'cpu',
      plan: 'graph',
    });
    expect(lines[0]?.['config']).toMatchObject({
      data: 'drawn-digits',
      epochs: 2,
      hiddenUnits: 32,
      batchSize: 64,
    });
    expect(new Set(lines.map((line) => line.kind))).toEqual(
      new Set(['started', 'metrics', 'checkpoint', 'completed']),
    );
    const steps = lines.filter((line) => line.kind === 'metrics' && 'loss' in (line['values'] as object));
    const end = last(finished);
    expect(steps.map((line) => line['step'])).toEqual(
      Array.from({ length: end['steps'] as number }, (_, i) => i + 1),
    );
    expect(end).toMatchObject({ kind: 'completed', run: lines[0]?.['run'], plan: 'graph', device: 'cpu' });
    const metrics = end['metrics'] as Record<string, Record<string, number>>;
    expect(metrics['test']?.['accuracy']).toBeGreaterThan(0.8);
    expect(Object.keys(metrics)).toEqual(['train', 'validation', 'test']);
    expect(end['weightsSha256']).toMatch(/^[0-9a-f]{64}$/);
    for (const name of ['seconds', 'examplesPerSecond', 'peakRssBytes']) expect(end[name]).toBeGreaterThan(0);

    const evaluation = last(await home.run('eval', 'last', '--json'));
    expect(evaluation['values']).toEqual(metrics['test']);
  });

  it('speaks to people in plain lines when piped', async () => {
    const { code, stdout, stderr } = await home.run('train', 'mnist-mlp', ...TINY, '--epochs', '1');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Run \d{8}-\d{6}-mnist-mlp-[0-9a-f]{4}\n/);
    expect(stdout).toMatch(/epoch {3}1 {3}train: accuracy .* validation: accuracy/);
    expect(stdout).toMatch(/Test: accuracy [\d.]+ % {2}loss/);
    expect(stdout).not.toContain('\x1b');
  });

  it('ends with the same weights and metrics, byte for byte, when it was killed twice in the middle of an epoch', async () => {
    const flags = [
      ...TINY,
      '--epochs',
      '60',
      '--dropout',
      '0.2',
      '--seed',
      '9',
      '--json',
      '--checkpoint-seconds',
      '1',
    ];
    const whole = await home.run('train', 'mnist-mlp', ...flags);
    expect(last(whole).kind).toBe('completed');
    const stepsPerEpoch = (last(whole)['steps'] as number) / 60;

    /** Kills the process some steps after its first checkpoint, in the middle of an epoch. */
    const untilKilled = async (args: string[]): Promise<{ run: string; step: number; from: number }> => {
      let checkpoint = 0;
      let killedAt = 0;
      let first = 0;
      const { finished } = home.start(args, {
        onLine: (line, child) => {
          if (line.kind === 'checkpoint') checkpoint = line['step'] as number;
          if (line.kind !== 'metrics' || killedAt > 0) return;
          const step = line['step'] as number;
          first ||= step;
          if (checkpoint > 0 && step > checkpoint + 10 && step % stepsPerEpoch > 10) {
            killedAt = step;
            child.kill('SIGKILL');
          }
        },
      });
      const { code, lines } = await finished.then((f) => ({ code: f.code, lines: f.stdout.split('\n') }));
      expect(code).toBeNull(); // it did not end by itself
      return { run: String((JSON.parse(lines[0] as string) as Line)['run']), step: killedAt, from: first };
    };
    const once = await untilKilled(['train', 'mnist-mlp', ...flags]);
    const twice = await untilKilled(['train', '--resume', once.run, '--json', '--checkpoint-seconds', '1']);
    expect(twice.run).toBe(once.run);
    expect(twice.from).toBeLessThanOrEqual(once.step);
    expect(twice.step).toBeGreaterThan(once.step - stepsPerEpoch);

    const resumed = await home.run('train', '--resume', once.run, '--json');
    expect(resumed.code).toBe(0);
    expect(last(resumed)['weightsSha256']).toBe(last(whole)['weightsSha256']);
    expect(last(resumed)['metrics']).toEqual(last(whole)['metrics']);
    expect(await metricsOf(once.run)).toEqual(await metricsOf(last(whole)['run']));
  }, 120_000);

  it('stops cleanly on Ctrl-C, with exit code 130, and goes on from there', async () => {
    const { finished } = home.start(['train', 'mnist-mlp', ...TINY, '--epochs', '500', '--json'], {
      onLine: signalOnce('SIGINT', (line) => line.kind === 'metrics' && line['step'] === 50),
    });
    const stopped = await finished;
    expect(stopped.code).toBe(130);
    const end = last(stopped);
    expect(end.kind).toBe('stopped');
    const [file] = readdirSync(join(runFolder(end['run']), 'checkpoints')).slice(-1);
    expect(file).toBe(`step-${String(end['steps']).padStart(9, '0')}.safetensors`);

    const again = home.start(['train', '--resume', 'last', '--json'], {
      onLine: signalOnce(
        'SIGTERM',
        (line) => line.kind === 'metrics' && (line['step'] as number) > (end['steps'] as number) + 20,
      ),
    });
    const resumed = await again.finished;
    expect(resumed.code).toBe(130);
    expect(resumed.lines.find((line) => line.kind === 'metrics')?.['step']).toBe(
      (end['steps'] as number) + 1,
    );
  });

  it('goes on from the older checkpoint when the newest is damaged, and says so', async () => {
    let checkpoints = 0;
    const { finished } = home.start(
      ['train', 'mnist-mlp', ...TINY, '--epochs', '1000', '--checkpoint-seconds', '1', '--json'],
      { onLine: signalOnce('SIGINT', (line) => line.kind === 'checkpoint' && ++checkpoints === 2) },
    );
    const end = last(await finished);
    const folder = join(runFolder(end['run']), 'checkpoints');
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(2);
    writeFileSync(join(folder, files[1] as string), 'damaged');
    const resumed = home.start(['train', '--resume', String(end['run']), '--json'], {
      onLine: signalOnce('SIGINT', (line) => line.kind === 'metrics' && 'loss' in (line['values'] as object)),
    });
    const { lines } = await resumed.finished;
    expect(lines.find((line) => line.kind === 'warning')?.['message']).toMatch(
      /Skipped a damaged checkpoint, .*000\d+\.safetensors/,
    );
    const first = lines.find((line) => line.kind === 'metrics' && 'loss' in (line['values'] as object));
    const from = (first?.['step'] as number) - 1;
    expect(files[0]).toBe(`step-${String(from).padStart(9, '0')}.safetensors`);
  });

  it('fails with the step and the tensor when the loss is not finite any more', async () => {
    const finished = await home.run(
      ...[
        'train',
        'mnist-mlp',
        ...TINY,
        '--hidden-layers',
        '6',
        '--optimizer',
        'sgd',
        '--learning-rate',
        '1000',
        '--json',
      ],
    );
    expect(finished.code).toBe(1);
    const [failed, error] = finished.lines.slice(-2);
    expect(failed).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^Step \d+ made a value that is not finite/) as string,
    });
    expect(error).toMatchObject({
      kind: 'error',
      code: 'train/not-finite',
      hint: expect.stringMatching(/learning rate/) as string,
    });
    expect(String(error?.['message'])).toMatch(/01-mlp\.ts/);
  });

  it('stops when nobody reads any more', async () => {
    const { child, finished } = home.start(['train', 'mnist-mlp', ...TINY, '--epochs', '1000', '--json'], {
      onLine: (_, running) => running.stdout?.destroy(),
    });
    await finished;
    expect(child.exitCode).toBe(130);
  });

  it('trains on the built-in digits when its data cannot be fetched, and says so; not when they were asked for', async () => {
    const offline = {
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
      GRADIENT_LAB_OFFLINE: '1',
    };
    const flags = ['--epochs', '1', '--hidden-units', '8', '--plan', 'graph', '--json'];
    const fallen = await home.start(['train', 'mnist-mlp', ...flags], { env: offline }).finished;
    expect(fallen.code).toBe(0);
    expect(fallen.lines.find((line) => line.kind === 'warning')?.['message']).toMatch(
      /mnist could not be fetched .* built-in drawn-digits/,
    );
    expect(fallen.lines.find((line) => line.kind === 'started')?.['config']).toMatchObject({
      data: 'drawn-digits',
    });
    const asked = await home.start(['train', 'mnist-mlp', ...flags, '--data', 'mnist'], { env: offline })
      .finished;
    expect(asked.code).toBe(1);
    expect(last(asked).kind).toBe('error');
  });
});

describe('wrong usage', () => {
  it.each<[string[], RegExp]>([
    [['train', 'translation', '--json'], /Unknown lab "translation". There are mnist-mlp/],
    [['train', '--json'], /Expected a lab, one of mnist-mlp/],
    [
      ['train', 'mnist-mlp', '--epochs', '0', '--json'],
      /Expected a whole number from 1 to 1000 for --epochs, got "0"/,
    ],
    [
      ['train', 'mnist-mlp', '--learning-rate', 'fast', '--json'],
      /Expected a number from 0 to 1000 for --learning-rate, got "fast"/,
    ],
    [
      ['train', 'mnist-mlp', '--optimizer', 'adamax', '--json'],
      /one of adam, rmsprop, momentum, nesterov, sgd for --optimizer/,
    ],
    [['train', 'mnist-mlp', '--seed', '-1', '--json'], /whole number from 0/],
    [['train', 'mnist-mlp', '--plan', 'fast', '--json'], /Allowed choices are auto, eager, graph, xla/],
    [['train', 'mnist-mlp', '--epoch', '3', '--json'], /unknown option '--epoch'/],
    [['train', '--resume', 'nothing', '--json'], /Unknown run "nothing"/],
    [['nonsense', '--json'], /unknown command 'nonsense'/],
  ])('%s is exit code 2 and an error that says what is possible', async (args, message) => {
    const finished = await home.run(...args);
    expect(finished.code).toBe(2);
    expect(finished.lines).toHaveLength(1);
    expect(last(finished)).toMatchObject({
      kind: 'error',
      message: expect.stringMatching(message) as string,
    });
    expect(last(finished)['hint']).toBeTruthy();
  });

  it('is told to people on stderr', async () => {
    const { code, stdout, stderr } = await home.run('train', 'mnist-mlp', '--epochs', 'many');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/Expected a whole number from 1 to 1000 for --epochs, got "many"\.\nSee/);
  });

  it('a batch larger than the data is exit code 1, with both numbers', async () => {
    const finished = await home.run('train', 'mnist-mlp', ...TINY, '--batch-size', '8000', '--json');
    expect(finished.code).toBe(1);
    expect(last(finished)['message']).toMatch(
      /A batch of 8000 examples is larger than the training split of 3800/,
    );
  });
});

describe('the other commands', () => {
  it('labs, doctor and help answer', async () => {
    const labs = await home.run('labs', '--json');
    expect(labs.lines.map((line) => line['id'])).toContain('mnist-mlp');
    const doctor = await home.run('doctor', '--json');
    expect(doctor.code).toBe(0);
    expect(doctor.lines.find((line) => line['name'] === 'Device')).toMatchObject({ state: 'ok' });
    for (const args of [
      ['--help'],
      ['train', '--help'],
      ['train', 'mnist-mlp', '--help'],
      ['data', '--help'],
    ]) {
      const { code, stdout } = await home.run(...args);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Usage: gradient-lab/);
    }
    expect((await home.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('doctor says what is missing', async () => {
    const broken = await home.start(['doctor'], { env: { GRADIENT_LAB_NATIVE: '/dev/null' } }).finished;
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/✗ Native engine/);
  });

  it('data lists, imports, verifies and removes', async () => {
    const folder = join(process.cwd(), 'resources', 'drawn-digits');
    const imported = await home.run('data', 'import', folder, '--as', 'mine', '--json');
    expect(imported.lines).toEqual([{ kind: 'imported', id: 'mine', skipped: [], skippedCount: 0 }]);
    expect((await home.run('data', 'verify', 'mine', '--json')).lines).toEqual([
      { kind: 'verified', id: 'mine' },
    ]);
    const list = await home.run('data', 'list', '--json');
    expect(list.lines.find((line) => (line['info'] as Line)['id'] === 'mine')).toMatchObject({
      state: 'present',
    });
    const trained = await home.run(
      'train',
      'mnist-mlp',
      ...TINY,
      '--data',
      'mine',
      '--epochs',
      '1',
      '--json',
    );
    expect(trained.code).toBe(0);
    expect((await home.run('data', 'remove', 'mine')).code).toBe(0);
    expect((await home.run('train', 'mnist-mlp', '--data', 'mine', '--json')).code).toBe(1);
    expect((await home.run('data', 'fetch', 'imagenet', '--json')).code).toBeGreaterThan(0);
  });
});

describe('on a terminal', () => {
  it.each([
    [
      120,
      /[█░]{24} epoch \d+\/40 {2}\d+ % {2}accuracy [\d.]+ % {2}loss [\d.e-]+ {2}[\d,]+ examples\/s {2}[\d a-z]+ left/,
    ],
    [80, /\[K[█░]{8,24} epoch \d+\/40 {2}\d+ % {2}loss [\d.e-]+ {2}[\d,]+ examples\/s {2}[\d a-z]+ left/],
  ])('of %i columns it shows one live line, with a bar and the time left', async (columns, line) => {
    // `script` gives the command a terminal of its own; where it is missing there is nothing to look at.
    const command = ['scripts/gradient-lab.mjs', 'train', 'mnist-mlp', ...TINY, '--epochs', '40'].join(' ');
    const child = spawn(
      'script',
      ['-qec', `stty cols ${columns}; ${process.execPath} ${command}`, '/dev/null'],
      { env: { ...process.env, GRADIENT_LAB_HOME: home.path } },
    );
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const code = await new Promise((resolve) =>
      child.on('close', resolve).on('error', () => resolve('missing')),
    );
    if (code === 'missing') return;
    expect(code).toBe(0);
    expect(text).toMatch(line);
  });
});

describe('kernels', () => {
  // TensorFlow's builds for other machines have no oneDNN.
  it.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
    "leaves the gradients of lab 3's pooling to oneDNN, in every process",
    async () => {
      const args = [
        'train',
        'mnist-cnn',
        '--data',
        'drawn-digits',
        '--epochs',
        '1',
        '--no-history',
        '--json',
      ];
      const { code, stdout } = await home.start(args, { env: { ONEDNN_VERBOSE: '1' } }).finished;
      expect(code).toBe(0);
      const calls = (what: RegExp) =>
        stdout.split('\n').filter((line) => line.startsWith('onednn_verbose') && what.test(line)).length;
      // Two poolings; of the two convolutions, the gradient by the input of the second alone is needed.
      const steps = calls(/,exec,cpu,convolution,.*,backward_data,/);
      expect(steps).toBeGreaterThanOrEqual(59);
      expect(calls(/,exec,cpu,pooling,.*,backward_data,/)).toBe(2 * steps);
    },
  );
});
