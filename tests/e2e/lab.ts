/** A lab of its own for each test: the real service with engines, in a new home, served to the browser. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base } from '@playwright/test';

const SCRIPT = fileURLToPath(new URL('../../scripts/gradient-lab.mjs', import.meta.url));

export class Lab {
  readonly home = mkdtempSync(join(tmpdir(), 'gradient-lab-e2e-'));
  /** The address with its token; set by `start`. */
  url = '';
  private child: ChildProcess | undefined;
  private errors = '';

  /** Serves the lab and resolves when it listens; `port` 0 takes a free one. */
  async start(port = 0): Promise<void> {
    const child = spawn(process.execPath, [SCRIPT, 'serve', '--port', String(port), '--json', '--no-open'], {
      env: { ...process.env, GRADIENT_LAB_HOME: this.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    this.url = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const line = text.split('\n').find((each) => each.includes('"listening"'));
        if (line !== undefined) resolve((JSON.parse(line) as { url: string }).url);
      });
      child.once('exit', (code) =>
        reject(new Error(`The lab ended with ${code} before it listened.\n${this.errors}`)),
      );
    });
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Ends the process with `signal` and waits until it is gone. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** The engine that has computed most: the one that trains. */
  async busiestEngine(): Promise<number> {
    const fields = ['-o', 'pid=,cputimes=', '--ppid', String(this.pid)];
    const ps = spawn('ps', fields, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    ps.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await once(ps, 'close');
    const engines = text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [pid: number, seconds: number])
      .sort((a, b) => b[1] - a[1]);
    const [busiest] = engines;
    if (busiest === undefined || !(busiest[0] > 0)) throw new Error('The lab has no engine.');
    return busiest[0];
  }

  async remove(): Promise<void> {
    await this.end();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** `test` with a started lab. */
export const test = base.extend<{ lab: Lab }>({
  // Playwright reads the fixtures' names from this first parameter.
  // eslint-disable-next-line no-empty-pattern
  lab: async ({}, use) => {
    const lab = new Lab();
    await lab.start();
    await use(lab);
    await lab.remove();
  },
});

export { expect } from '@playwright/test';
