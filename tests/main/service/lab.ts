/** A lab of its own for each test: the real service with real engines, in a new home. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient, type RouterClient } from '@orpc/server';
import { createService, type LabRouter, type ServiceOptions } from '../../../src/main/service/index.ts';
import type { AppEvent } from '../../../src/shared/app.ts';
import type { Run, RunState } from '../../../src/shared/runs.ts';

export type Client = RouterClient<LabRouter, Record<never, never>>;

export interface Lab {
  readonly home: string;
  readonly client: Client;
  /** Everything that a window was told, from the beginning. */
  readonly events: readonly AppEvent[];
  readonly log: readonly string[];
  /** Waits for a run to have one of these states. */
  until(run: number, ...states: RunState[]): Promise<Run>;
  /** Waits until something holds; looks again at each event and now and then. */
  when<T>(find: () => T | undefined | false): Promise<T>;
  /** The same lab, opened again. */
  reopen(options?: Partial<ServiceOptions>): Promise<Lab>;
  close(): Promise<void>;
  remove(): Promise<void>;
}

export async function openLab(
  options: Partial<ServiceOptions> = {},
  home: string = mkdtempSync(join(tmpdir(), 'gradient-lab-service-')),
): Promise<Lab> {
  const log: string[] = [];
  const service = await createService({ home, version: '0', log: (text) => log.push(text), ...options });
  const client: Client = createRouterClient(service.router);
  const { events, wakeAt } = listen(await client.app.events());
  const when = async <T>(find: () => T | undefined | false): Promise<T> => {
    for (const start = performance.now(); performance.now() - start < 150_000;) {
      const found = find();
      if (found !== undefined && found !== false) return found;
      await wakeAt(100);
    }
    throw new Error(
      `It did not come true in 150 s. Told were ${events.map((event) => event.kind).join(', ')}.`,
    );
  };
  const close = (): Promise<void> => service.close();
  return {
    ...{ home, client, events, log, when, close },
    until: (run, ...states) =>
      when(() => {
        const last = events.findLast((event) => event.kind === 'run' && event.run.number === run);
        return last?.kind === 'run' && states.includes(last.run.state) && last.run;
      }),
    reopen: async (more = {}) => {
      await close();
      return openLab({ ...options, ...more }, home);
    },
    remove: async () => {
      await close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Collects the events of a window. */
export function listen(stream: AsyncIterable<AppEvent>): {
  events: AppEvent[];
  /** Resolves at the next event, or after some milliseconds. */
  wakeAt: (ms: number) => Promise<void>;
  over: Promise<void>;
} {
  const events: AppEvent[] = [];
  let wake = (): void => undefined;
  const over = (async () => {
    for await (const event of stream) {
      events.push(event);
      wake();
    }
  })();
  const wakeAt = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return { events, wakeAt, over };
}

/** Small and quick; 59 steps an epoch. Dropout and Adam, so that all that a resumed run needs is in play. */
export const TINY = {
  data: 'drawn-digits',
  hiddenLayers: 1,
  hiddenUnits: 32,
  dropout: 0.2,
} as const;

/** Starts a small run of so many epochs. */
export function startTiny(client: Client, epochs: number, settings: object = {}): Promise<Run> {
  return client.runs.start({
    ...{ lab: 'mnist-mlp', seed: 9, plan: 'graph' },
    settings: { ...TINY, epochs, ...settings },
  });
}

/** Every point of a run: metric, step, value. */
export async function pointsOf(client: Client, run: number): Promise<Record<string, [number, number][]>> {
  const names = await client.runs.metricNames({ run });
  const curves = await client.runs.curves({ runs: [run], names: [...names] });
  return Object.fromEntries(
    curves.map(({ name, step, value }) => [
      name,
      Array.from(step, (at, i): [number, number] => [at, value[i] as number]),
    ]),
  );
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
