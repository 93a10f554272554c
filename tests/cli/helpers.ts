/** Runs the real command line, as a person or a program would. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/gradient-lab.mjs', import.meta.url));

export type Line = { readonly kind: string } & Readonly<Record<string, unknown>>;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Each line of stdout as JSON; throws if one is not. */
  readonly lines: Line[];
}

export class Home {
  readonly path = mkdtempSync(join(tmpdir(), 'gradient-lab-home-'));

  /** Starts a command; `onLine` is told of each line of stdout as it comes. */
  start(
    args: readonly string[],
    options: { env?: NodeJS.ProcessEnv; onLine?: (line: Line, child: ChildProcess) => void } = {},
  ): {
    child: ChildProcess;
    finished: Promise<Finished>;
  } {
    const child = spawn(process.execPath, [SCRIPT, ...args], {
      env: { ...process.env, GRADIENT_LAB_HOME: this.path, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let seen = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const complete = stdout.lastIndexOf('\n') + 1;
      for (const line of stdout.slice(seen, complete).split('\n')) {
        if (line.startsWith('{')) options.onLine?.(JSON.parse(line) as Line, child);
      }
      seen = complete;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const finished = once(child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout,
      stderr,
      get lines() {
        return stdout
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Line);
      },
    }));
    return { child, finished };
  }

  run(...args: string[]): Promise<Finished> {
    return this.start(args).finished;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Sends `signal` at the first line that fits, and no second time: a second Ctrl-C would end the process at once. */
export function signalOnce(
  signal: NodeJS.Signals,
  fits: (line: Line) => boolean,
): (line: Line, child: ChildProcess) => void {
  let sent = false;
  return (line, child) => {
    if (sent || !fits(line)) return;
    sent = true;
    child.kill(signal);
  };
}

export const TINY = [
  '--data',
  'drawn-digits',
  '--hidden-units',
  '32',
  '--hidden-layers',
  '1',
  '--plan',
  'graph',
];
