/** Remembers which plan was fastest, so that only the first run with some settings has to time them. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../../shared/fields.ts';
import { PLANS, type Plan, type PlanChoice, type RuntimeInfo } from '../runtime/index.ts';

type Memory = Record<string, PlanChoice>;

/** One entry for a lab's settings on one device, number of cores, and TensorFlow. */
export function planKey(lab: string, config: Config, runtime: RuntimeInfo, threads: number): string {
  const { device, tensorflow, variant, cores } = runtime;
  const text = JSON.stringify([
    lab,
    Object.entries(config).sort(),
    device,
    tensorflow,
    variant,
    cores,
    threads,
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export function recallPlan(home: string, key: string): Plan | undefined {
  const plan = readMemory(home)[key]?.plan;
  return PLANS.find((known) => known === plan);
}

/** Where it cannot be written, the next run times the plans again: no reason to end this one. */
export function rememberPlan(home: string, key: string, choice: PlanChoice): void {
  const file = memoryFile(home);
  const partial = `${file}.partial-${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(partial, JSON.stringify({ ...readMemory(home), [key]: choice }, null, 2));
      renameSync(partial, file);
    } finally {
      rmSync(partial, { force: true });
    }
  } catch {
    // Only a memory: see above.
  }
}

function memoryFile(home: string): string {
  return join(home, 'plans.json');
}

function readMemory(home: string): Memory {
  const file = memoryFile(home);
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Memory;
  } catch {
    return {}; // only a memory: what cannot be read is measured again
  }
}
