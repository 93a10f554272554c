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
import { ACTIVE_STATES, type PointBatch, type Run, type RunProgressUpdate } from '../../shared/runs.ts';
import { Beat, beatMs } from './beat.ts';
import { app, client, problemOf, type Connection } from './client.svelte.ts';
import { Listeners } from './listeners.ts';
import { lineOfRun, type LogLine } from './log.ts';
import { keepRate, rates } from './rates.svelte.ts';

/** Lines of the log that a window keeps. */
const LOG_LINES = 1000;

class Live {
  status: AppStatus | null = $state.raw(null);
  /** Those that can be trained; null until the engine has said so. */
  labs: readonly LabInfo[] | null = $state.raw(null);
  labsProblem: Problem | null = $state.raw(null);
  settings: Settings = $state.raw(DEFAULT_SETTINGS);
  /** False until the service has told them. */
  settingsKnown = $state(false);
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

  takeSettings(settings: Settings): void {
    this.settings = settings;
    this.settingsKnown = true;
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
const states = new Listeners<[run: Run, before: Run | undefined]>();
const rewound = new Listeners<[run: number, step: number]>();
const reopened = new Listeners<[]>();

/** Points as they arrive. Returns the way to stop listening. */
export const onPoints = (listener: (batch: PointBatch) => void): (() => void) => points.add(listener);
/** States of runs as they arrive, with the one before that, where it is known. */
export const onRun = (listener: (run: Run, before: Run | undefined) => void): (() => void) =>
  states.add(listener);
/** Points of `run` after `step` are void. */
export const onRewound = (listener: (run: number, step: number) => void): (() => void) =>
  rewound.add(listener);
/** The connection was lost and is there again: events in between were missed. */
export const onReopened = (listener: () => void): (() => void) => reopened.add(listener);

/** Takes a host's connection and follows what the service says, for the life of the window. */
export function startLive(connection: Connection): void {
  app.client = connection.client;
  app.host = connection.host;
  connection.onConnection((state) => {
    app.connection = state;
    if (state === 'open') void follow();
  });
}

/** A stream that ends while the connection stands is asked for again after this. */
const AGAIN_MS = 1000;
let following = 0;

/** Subscribes to everything that happens from now on, until the connection is lost or made anew. */
async function follow(): Promise<void> {
  const mine = ++following;
  const isCurrent = (): boolean => mine === following && app.connection === 'open';
  while (isCurrent()) {
    let begun = false;
    try {
      for await (const event of await client().app.events()) {
        if (!isCurrent()) return;
        if (!begun) opened();
        begun = true;
        events.add(event);
      }
    } catch {
      // The reason is the connection itself, whose state the top of the page tells.
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** What a person waits for; points, progress and a run that goes on as before come with the beat. */
function isUrgent(event: AppEvent): boolean {
  if (event.kind === 'run') return live.runs.get(event.run.number)?.state !== event.run.state;
  return !['points', 'progress', 'checkpoint'].includes(event.kind);
}

const events = new Beat<AppEvent>(applyEvent, isUrgent, beatMs(globalThis.navigator.hardwareConcurrency));

let everOpen = false;

function opened(): void {
  void load();
  if (everOpen) {
    live.runsVersion++;
    live.dataVersion++;
    live.note('Connected to the lab service again.');
    reopened.call();
  }
  everOpen = true;
}

/** Grows with each event that tells of a run; beside it, when each run was last told of. */
let told = 0;
// Nothing on screen depends on it.
// eslint-disable-next-line svelte/prefer-svelte-reactivity
const toldAt = new Map<number, number>();

/** What a window needs before the first event of its kind. */
async function load(): Promise<void> {
  const since = told;
  const isNews = (run: number): boolean => (toldAt.get(run) ?? 0) <= since;
  const [settings, labs, runs] = await Promise.allSettled([
    client().app.settings(),
    client().labs.list(),
    client().runs.list({ states: ['queued', 'running', 'paused', 'interrupted', 'failed'], limit: 200 }),
  ]);
  if (settings.status === 'fulfilled') live.takeSettings(settings.value);
  if (labs.status === 'fulfilled') live.labs = labs.value;
  live.labsProblem = labs.status === 'rejected' ? problemOf(labs.reason) : null;
  if (runs.status === 'rejected') return;
  // An event that came while the list was under way is newer than the list.
  const listed = new Set(runs.value.runs.map(({ number }) => number));
  live.keep(runs.value.runs.filter(({ number }) => isNews(number)));
  const ended = [...live.runs.values()].filter(
    ({ number, state }) => ACTIVE_STATES.includes(state) && !listed.has(number) && isNews(number),
  );
  await Promise.all(ended.map(({ number }) => lookAgain(number, () => isNews(number))));
}

/** How a run ended that was active when it was last told of. */
async function lookAgain(number: number, isNews: () => boolean): Promise<void> {
  try {
    const run = await client().runs.get({ run: number });
    if (isNews()) applyRun(run);
  } catch {
    // Gone for good, or the connection is lost again: the next list tells.
  }
}

function applyEvent(event: AppEvent): void {
  switch (event.kind) {
    case 'run':
      return applyRun(event.run);
    case 'purged':
      for (const run of event.runs) {
        toldAt.set(run, ++told);
        live.runs.delete(run);
        live.progress.delete(run);
      }
      live.runsVersion++;
      return;
    case 'points':
      return points.call(event.batch);
    case 'progress':
      live.progress.set(event.progress.run, event.progress);
      keepRate(event.progress);
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
      return live.takeSettings(event.settings);
    case 'status':
      if (live.labs === null && event.status.engineProblem === null && everOpen) void load();
      live.status = event.status;
      return;
  }
}

function applyRun(run: Run): void {
  const before = live.runs.get(run.number);
  toldAt.set(run.number, ++told);
  live.runs.set(run.number, run);
  if (run.state !== 'running' && run.state !== 'paused') {
    live.progress.delete(run.number);
    rates.delete(run.number);
  }
  const line = lineOfRun(before, run);
  if (line !== null) live.note(line.text, line.level, run.number);
  if (before === undefined || differsInList(before, run)) live.runsVersion++;
  states.call(run, before);
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
