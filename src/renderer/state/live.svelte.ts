/** What the service tells every window as it happens: states of runs, points, progress, settings. One subscription an app. */
import { SvelteMap } from 'svelte/reactivity';
import {
  DEFAULT_SETTINGS,
  type AppEvent,
  type AppStatus,
  type Problem,
  type Settings,
} from '../../shared/app.ts';
import type { FetchProgress } from '../../shared/data.ts';
import type { LabInfo } from '../../shared/labs.ts';
import type { PointBatch, Run, RunProgressUpdate } from '../../shared/runs.ts';
import { app, client, problemOf, type Connection } from './client.svelte.ts';
import { Listeners } from './listeners.ts';
import { lineOfRun, type LogLine } from './log.ts';

/** Lines of the log that a window keeps. */
const LOG_LINES = 1000;
/** Waits before the subscription is tried again. */
const RETRY_MS = [200, 500, 1000, 2000, 5000];

class Live {
  status: AppStatus | null = $state.raw(null);
  /** Those that can be trained; null until the engine has said so. */
  labs: readonly LabInfo[] | null = $state.raw(null);
  labsProblem: Problem | null = $state.raw(null);
  settings: Settings = $state.raw(DEFAULT_SETTINGS);
  /** Runs seen in events or loaded; the newest state of each. Deleted ones stay, with `deletedAt`, until they are purged. */
  readonly runs = new SvelteMap<number, Run>();
  readonly progress = new SvelteMap<number, RunProgressUpdate>();
  readonly fetching = new SvelteMap<string, FetchProgress>();
  /** Grows when a run is created, deleted, restored, or changes its state or what a person calls it. */
  runsVersion = $state(0);
  /** Grows when a data set came, went or changed. */
  dataVersion = $state(0);
  log: readonly LogLine[] = $state.raw([]);

  /** Takes over runs that a call gave. */
  keep(runs: readonly Run[]): void {
    for (const run of runs) this.runs.set(run.number, run);
  }

  /** Adds a line to the log. */
  note(text: string, level: LogLine['level'] = 'info', run: number | null = null): void {
    this.log = [...this.log.slice(1 - LOG_LINES), { time: Date.now(), level, run, text }];
  }

  /** Changes settings; shown at once, and put right if the service says otherwise. */
  async changeSettings(changes: Partial<Settings>): Promise<void> {
    const before = this.settings;
    this.settings = { ...before, ...changes };
    try {
      this.settings = await client().app.changeSettings(changes);
    } catch (error) {
      this.settings = before;
      throw error;
    }
  }
}

export const live = new Live();

const points = new Listeners<[batch: PointBatch]>();
const rewound = new Listeners<[run: number, step: number]>();
const reopened = new Listeners<[]>();

/** Points as they arrive. Returns the way to stop listening. */
export const onPoints = (listener: (batch: PointBatch) => void): (() => void) => points.add(listener);
/** Points of `run` after `step` are void. */
export const onRewound = (listener: (run: number, step: number) => void): (() => void) =>
  rewound.add(listener);
/** The connection was lost and is there again: events in between were missed. */
export const onReopened = (listener: () => void): (() => void) => reopened.add(listener);

/** Takes a host's connection and follows what the service says, for the life of the window. */
export function startLive(connection: Connection): void {
  app.client = connection.client;
  app.host = connection.host;
  let retry = (): void => undefined;
  connection.onConnection((state) => {
    if (state === 'lost') app.connection = 'lost';
    else retry();
  });
  void follow((wake) => (retry = wake));
}

/** Subscribes, again and again: a stream that ends is a connection that was lost, or a service that starts anew. */
async function follow(onWait: (wake: () => void) => void): Promise<never> {
  for (let attempt = 0; ; attempt++) {
    try {
      for await (const event of await client().app.events()) {
        if (event.kind === 'status' && app.connection !== 'open') {
          attempt = 0;
          opened();
        }
        applyEvent(event);
      }
    } catch {
      // The reason is the lost connection itself, which the line at the top says.
    }
    app.connection = app.connection === 'connecting' ? 'connecting' : 'lost';
    await new Promise<void>((wake) => {
      const timer = setTimeout(wake, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
      onWait(() => {
        clearTimeout(timer);
        wake();
      });
    });
  }
}

let everOpen = false;

function opened(): void {
  app.connection = 'open';
  void load();
  if (everOpen) {
    live.runsVersion++;
    live.dataVersion++;
    live.note('Connected to the lab service again.');
    reopened.call();
  }
  everOpen = true;
}

/** What a window needs before the first event of its kind. */
async function load(): Promise<void> {
  const [settings, labs, runs] = await Promise.allSettled([
    client().app.settings(),
    client().labs.list(),
    client().runs.list({ states: ['queued', 'running', 'paused', 'interrupted', 'failed'], limit: 200 }),
  ]);
  if (settings.status === 'fulfilled') live.settings = settings.value;
  if (labs.status === 'fulfilled') live.labs = labs.value;
  live.labsProblem = labs.status === 'rejected' ? problemOf(labs.reason) : null;
  if (runs.status === 'fulfilled') live.keep(runs.value.runs);
}

function applyEvent(event: AppEvent): void {
  switch (event.kind) {
    case 'run':
      return applyRun(event.run);
    case 'purged':
      for (const run of event.runs) {
        live.runs.delete(run);
        live.progress.delete(run);
      }
      live.runsVersion++;
      return;
    case 'points':
      return points.call(event.batch);
    case 'progress':
      live.progress.set(event.progress.run, event.progress);
      return;
    case 'rewound':
      return rewound.call(event.run, event.step);
    case 'warning':
      return live.note(event.message, 'warning', event.run);
    case 'checkpoint':
      return live.note(`Checkpoint saved at step ${event.step.toLocaleString('en')}.`, 'info', event.run);
    case 'data':
      live.fetching.delete(event.id);
      live.dataVersion++;
      return;
    case 'fetching':
      live.fetching.set(event.progress.id, event.progress);
      return;
    case 'settings':
      live.settings = event.settings;
      return;
    case 'status':
      if (live.labs === null && event.status.engineProblem === null && everOpen) void load();
      live.status = event.status;
      return;
  }
}

function applyRun(run: Run): void {
  const before = live.runs.get(run.number);
  live.runs.set(run.number, run);
  if (run.state !== 'running' && run.state !== 'paused') live.progress.delete(run.number);
  const line = lineOfRun(before, run);
  if (line !== null) live.note(line.text, line.level, run.number);
  if (before === undefined || differsInList(before, run)) live.runsVersion++;
}

function differsInList(before: Run, run: Run): boolean {
  return (
    before.state !== run.state ||
    before.deletedAt !== run.deletedAt ||
    before.name !== run.name ||
    before.note !== run.note ||
    before.pinned !== run.pinned ||
    before.tags.join('\n') !== run.tags.join('\n')
  );
}
