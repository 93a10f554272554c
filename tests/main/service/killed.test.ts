import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { LIMITS } from '../../../src/main/engines/index.ts';
import type { AppEvent } from '../../../src/shared/app.ts';
import type { Run } from '../../../src/shared/runs.ts';
import { bundle } from '../../support/bundle.ts';
import { isAlive, openLab, pointsOf, startTiny, type Lab } from './lab.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const EPOCHS = 80;
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
let script: string;
let lab: Lab | undefined;
beforeAll(async () => {
  bundle();
  // Below the checkout, so that it finds the packages.
  const folder = mkdtempSync(join(ROOT, 'out', 'killable-'));
  script = join(folder, 'killable-lab.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('killable-lab.ts', import.meta.url))],
    ...{ outfile: script, bundle: true, format: 'esm', platform: 'node', packages: 'external' },
  });
});
afterAll(async () => {
  await lab?.remove();
  rmSync(join(script, '..'), { recursive: true, force: true });
});

/** Starts the lab, and kills it when a run of it has a checkpoint and is some way beyond. */
async function killInTraining(home: string): Promise<{ run: Run; lastStep: number; killedAt: number }> {
  const child = spawn(process.execPath, [script, home, String(EPOCHS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let run: Run | undefined;
  let checkpoint = Infinity;
  let lastStep = 0;
  let killedAt = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as AppEvent;
    if (event.kind === 'run') run = event.run;
    if (event.kind === 'checkpoint') checkpoint = Math.min(checkpoint, event.step);
    if (event.kind === 'progress') lastStep = event.progress.step;
    if (killedAt > 0 || lastStep < checkpoint + 100) continue;
    child.kill('SIGKILL');
    killedAt = Date.now();
  }
  expect(await exit).toEqual([null, 'SIGKILL']);
  return { run: run as Run, lastStep, killedAt };
}

it('a lab that is killed in training leaves a checkpoint, no engine, a true history, and a run that ends as if nothing had been', async () => {
  const home = mkdtempSync(join(tmpdir(), 'gradient-lab-killed-'));
  const { run, lastStep, killedAt } = await killInTraining(home);

  // The engine writes a checkpoint of where it is, and leaves by itself.
  expect(run.pid).toBeGreaterThan(0);
  while (isAlive(run.pid as number)) {
    expect(Date.now() - killedAt).toBeLessThan(2 * LIMITS.leaveMs);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const files = readdirSync(join(home, 'runs', run.id, 'checkpoints'));
  const newest = Math.max(...files.map((name) => Number(/^step-(\d+)\.safetensors$/.exec(name)?.[1])));
  expect(newest).toBeGreaterThanOrEqual(lastStep);

  lab = await openLab({}, home);
  const { client } = lab;
  expect(await client.runs.get({ run: run.number })).toMatchObject({
    ...{ state: 'interrupted', pid: null },
    reason: 'Gradient Lab or its engine ended while the run was going on.',
  });
  const [stored] = await client.runs.curves({ runs: [run.number], names: ['loss'] });
  expect(killedAt - (stored?.time.at(-1) ?? 0)).toBeLessThan(1000);
  const steps = [...(stored?.step ?? [])];
  expect(steps).toEqual(steps.map((_, i) => i + 1));

  // It goes on from the engine's last checkpoint; that carries the points which main did not live to write.
  await client.runs.resume({ run: run.number });
  const resumed = await lab.until(run.number, 'completed');
  expect(lab.events.find((event) => event.kind === 'rewound')).toEqual({
    kind: 'rewound',
    run: run.number,
    step: newest,
  });
  const whole = await startTiny(client, EPOCHS);
  const alone = await lab.until(whole.number, 'completed');
  expect(resumed.weightsSha256).toBe(alone.weightsSha256);
  expect(resumed.metrics).toEqual(alone.metrics);
  expect(await pointsOf(client, run.number)).toEqual(await pointsOf(client, whole.number));
  expect(await histogramsOf(run.number)).toEqual(await histogramsOf(whole.number));
});

async function histogramsOf(run: number): Promise<unknown> {
  const histories = (await lab?.client.runs.histograms({ run })) ?? [];
  return Object.fromEntries(
    histories.map(({ of, tensor, histograms }) => [`${of} ${tensor}`, histograms] as const).sort(),
  );
}
