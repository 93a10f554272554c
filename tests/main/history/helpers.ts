/** A fresh history for each case, in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach } from 'vitest';
import { openHistory, type History, type NewRun } from '../../../src/main/history/index.ts';
import { Connection } from '../../../src/main/history/connection.ts';
import type { Curve, PointBatch, Run, TensorHistogram } from '../../../src/shared/runs.ts';

export interface Lab {
  readonly folder: string;
  readonly file: string;
  readonly history: History;
  /** Closes it and opens the same file again. */
  reopen(): Promise<History>;
  /** The file behind the back of the history. */
  sql(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Sets up a history before each case of the file and takes it away after it. */
export function freshHistory(): Lab {
  let folder = '';
  let history: History;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradient-lab-history-'));
    history = await openHistory(join(folder, 'history.sqlite'));
  });
  afterEach(async () => {
    await history.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    get file() {
      return join(folder, 'history.sqlite');
    },
    get history() {
      return history;
    },
    async reopen() {
      await history.close();
      history = await openHistory(this.file);
      return history;
    },
    async sql(text) {
      const connection = await Connection.open(this.file);
      try {
        return await connection.all(text);
      } finally {
        await connection.close();
      }
    },
  };
}

export function newRun(changes: Partial<NewRun> = {}): NewRun {
  return {
    lab: 'mnist-mlp',
    config: { data: 'mnist', learningRate: 0.1, activation: 'relu' },
    seed: 7,
    device: 'auto',
    plan: 'auto',
    threads: 0,
    epochs: 3,
    versions: { gradientLab: '0.1.0', tensorflow: '2.21.0' },
    ...changes,
  };
}

export const TIME = 1_795_612_500_000;

/** Points of one or more metrics at consecutive steps from `step` on. */
export function points(
  run: number,
  step: number,
  values: Readonly<Record<string, readonly number[]>>,
  { epoch = 1, time = TIME } = {},
): PointBatch {
  return {
    run,
    step,
    epoch,
    time,
    values: Object.fromEntries(
      Object.entries(values).map(([name, column]) => [name, Float64Array.from(column)]),
    ),
  };
}

/** The only curve, as plain arrays. */
export async function curve(
  history: History,
  run: number,
  name = 'loss',
  after?: number,
): Promise<{ step: number[]; value: number[]; time: number[]; resumedAt: readonly number[] }> {
  const curves = await history.curves([run], [name], after);
  if (curves.length !== 1) throw new Error(`Expected one curve, got ${curves.length}.`);
  const { step, value, time, resumedAt } = curves[0] as Curve;
  return { step: [...step], value: [...value], time: [...time], resumedAt };
}

export function histogram(step: number, changes: Partial<TensorHistogram> = {}): TensorHistogram {
  return {
    step,
    min: -1.5,
    max: 2.25,
    counts: Int32Array.of(1, 0, 2 ** 31 - 1, 4),
    mean: 0.1,
    deviation: 0.7,
    zeros: 3,
    notFinite: 0,
    ...changes,
  };
}

export const numbers = (runs: readonly Run[]): number[] => runs.map(({ number }) => number);

/** The code of the LabError that a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
  return 'resolved';
}

const SCRIPT = fileURLToPath(new URL('scripted-writer.ts', import.meta.url));
const SQLITE3 = pathToFileURL(createRequire(import.meta.url).resolve('sqlite3')).href;

/** Bundles `scripted-writer.ts`, the program that writes to a history in a process of its own, into `folder`. */
export async function bundleWriter(folder: string): Promise<string> {
  const outfile = join(folder, 'writer.mjs');
  await build({
    entryPoints: [SCRIPT],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    plugins: [
      {
        name: 'the addon where it lies',
        setup: (bundler) =>
          bundler.onResolve({ filter: /^sqlite3$/ }, () => ({ path: SQLITE3, external: true })),
      },
    ],
  });
  return outfile;
}

export class Writer {
  readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private output = '';

  constructor(program: string, args: readonly string[], options: { uid?: number; gid?: number } = {}) {
    this.child = spawn(process.execPath, [program, ...args], {
      ...options,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (this.output + text).split('\n');
      this.output = parts.pop() ?? '';
      this.lines.push(...parts);
      this.child.emit('line');
    });
  }

  /** The last line so far that begins with `word`; waits for the first. */
  async line(word: string): Promise<string> {
    for (;;) {
      const found = this.lines.findLast((line) => line.startsWith(`${word} `));
      if (found !== undefined) return found.slice(word.length + 1);
      await Promise.race([once(this.child, 'line'), once(this.child, 'exit')]);
      if (this.child.exitCode !== null && !this.lines.some((line) => line.startsWith(`${word} `))) {
        throw new Error(`The writer ended with ${this.child.exitCode} and said ${this.lines.join('; ')}.`);
      }
    }
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.ended();
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }
}
