/**
 * The curves of runs: all points of a metric, loaded once when first asked for, then kept up to date by what arrives live.
 */
import { SvelteSet } from 'svelte/reactivity';
import type { Problem } from '../../shared/app.ts';
import { ACTIVE_STATES, type PointBatch, type Run } from '../../shared/runs.ts';
import type { SeriesPoints } from '../charts/types.ts';
import { client, problemOf } from './client.svelte.ts';
import { planCalls } from './curve-calls.ts';
import { GrowingPoints } from './growing-points.svelte.ts';
import { onPoints, onReopened, onRewound, onRun } from './live.svelte.ts';

/** Points that are kept for charts that may come back, beside those that were just asked for: about 500 MB. */
const MOST_POINTS = 20_000_000;

/** A run whose points came this recently is trained by this service, which tells of every point. */
const LIVE_MS = 5000;
/** Points of a run that another process trains are asked for this often at most. */
const ASK_MS = 1000;

/** What was asked of a run that another process trains. */
interface Followed {
  /** The newest state that it was told to be in. */
  run: Run;
  /** Points after this step are asked for next; -1 for all. Lags one request: means of an epoch come after its last step. */
  after: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

interface Kept {
  readonly run: number;
  readonly name: string;
  readonly points: GrowingPoints;
}

const keyOf = (run: number, name: string): string => `${run} ${name}`;

class Curves {
  readonly #kept = new Map<string, Kept>();
  readonly #liveAt = new Map<number, number>();
  readonly #followed = new Map<number, Followed>();
  readonly #loading = new SvelteSet<string>();
  /** Asked for, and not yet on the way. */
  #wanted = new Map<string, Kept>();
  /** What kept the newest curves from being loaded, or null. */
  problem: Problem | null = $state.raw(null);

  constructor() {
    onPoints((batch) => this.#append(batch));
    onRun((run, before) => this.#follow(run, before));
    onRewound((run, step) => {
      for (const kept of this.#of(run)) kept.points.rewind(step);
    });
    onReopened(() => {
      for (const kept of this.#kept.values()) this.#want(kept);
    });
  }

  /** The points of a metric; empty until they are there. The same object each time, so that charts keep what they computed. */
  get(run: number, name: string): SeriesPoints {
    const key = keyOf(run, name);
    const known = this.#kept.get(key);
    if (known !== undefined) {
      // The newest asked for are last, and the first go when there are too many.
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known.points;
    }
    const kept = { run, name, points: new GrowingPoints() };
    this.#kept.set(key, kept);
    this.#want(kept);
    return kept.points;
  }

  /** When the run took its first step, as far as points that are there tell; it may have waited in the queue before. */
  startOf(run: number): number | null {
    const starts = this.#of(run).flatMap(({ name, points }) =>
      isEachStep(name) && points.start > 0 ? [points.start] : [],
    );
    return starts.length === 0 ? null : Math.min(...starts);
  }

  isLoading(run: number, name: string): boolean {
    return this.#loading.has(keyOf(run, name));
  }

  /** Asks again for what could not be loaded. */
  retry(): void {
    for (const kept of this.#kept.values()) if (kept.points.length === 0) this.#want(kept);
  }

  #of(run: number): Kept[] {
    return [...this.#kept.values()].filter((kept) => kept.run === run);
  }

  /** Whatever is asked for in one turn is loaded with one call a set of names. */
  #want(kept: Kept): void {
    if (this.#wanted.size === 0) queueMicrotask(() => void this.#loadWanted());
    this.#wanted.set(keyOf(kept.run, kept.name), kept);
  }

  async #loadWanted(): Promise<void> {
    const wanted = [...this.#wanted.values()];
    this.#wanted = new Map();
    await Promise.all(planCalls(wanted).map(({ runs, names }) => this.#load(runs, names)));
    this.#forgetOldest(wanted);
  }

  async #load(runs: number[], names: string[]): Promise<void> {
    const keys = runs.flatMap((run) => names.map((name) => keyOf(run, name)));
    for (const key of keys) this.#loading.add(key);
    try {
      for (const curve of await client().runs.curves({ runs, names })) {
        this.#kept.get(keyOf(curve.run, curve.name))?.points.load(curve);
      }
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      for (const key of keys) this.#loading.delete(key);
    }
  }

  /** Catches up with a run of which no points come live: another process trains it. */
  #follow(run: Run, before: Run | undefined): void {
    const all = this.#of(run.number);
    if (all.length === 0 || performance.now() - (this.#liveAt.get(run.number) ?? -Infinity) < LIVE_MS) return;
    const last = Math.max(...all.map(({ points }) => points.lastStep));
    const isRewound = run.step < last && (before === undefined || run.step < before.step);
    // The last means may come after the last step: at its end a run is loaded whole.
    const isEnd = before !== undefined && before.state !== run.state && !ACTIVE_STATES.includes(run.state);
    if (!isRewound && !isEnd && run.step <= last) return;
    if (isRewound) for (const { points } of all) points.rewind(run.step);
    const followed = this.#followed.get(run.number);
    const after = isRewound || isEnd ? -1 : (followed?.after ?? last);
    if (followed === undefined) {
      const created: Followed = { run, after, timer: undefined };
      this.#followed.set(run.number, created);
      void this.#catchUp(created);
      return;
    }
    followed.run = run;
    followed.after = Math.min(followed.after, after);
    // While the timer runs, it asks when it ends.
    if (followed.timer === undefined) void this.#catchUp(followed);
  }

  async #catchUp(followed: Followed): Promise<void> {
    const { number } = followed.run;
    const all = this.#of(number);
    const { after } = followed;
    const askedFor = followed.run;
    followed.after = Math.max(after, ...all.map(({ points }) => points.lastStep));
    followed.timer = setTimeout(() => {
      followed.timer = undefined;
      if (followed.run !== askedFor) void this.#catchUp(followed);
      else if (!ACTIVE_STATES.includes(followed.run.state)) this.#followed.delete(number);
    }, ASK_MS);
    try {
      for (const { runs, names } of planCalls(all)) {
        for (const curve of await client().runs.curves({ runs, names, ...(after >= 0 && { after }) })) {
          const points = this.#kept.get(keyOf(curve.run, curve.name))?.points;
          if (after < 0) points?.load(curve);
          // Rewound meanwhile: what lies between is missing, and the whole is on its way.
          else if (followed.after >= after) points?.extend(curve);
        }
      }
      this.problem = null;
    } catch (error) {
      followed.after = Math.min(followed.after, after);
      this.problem = problemOf(error);
    }
  }

  #append(batch: PointBatch): void {
    this.#liveAt.set(batch.run, performance.now());
    for (const kept of this.#of(batch.run)) {
      const values = batch.values[kept.name];
      if (values === undefined || values.length === 0) continue;
      const missed = isEachStep(kept.name) && batch.step > kept.points.lastStep + 1;
      kept.points.append(batch, values);
      // Points of the time before this window listened, or while a load was under way.
      if (missed && !this.#loading.has(keyOf(kept.run, kept.name))) this.#want(kept);
    }
  }

  #forgetOldest(justAsked: readonly Kept[]): void {
    const keep = new Set(justAsked);
    let total = 0;
    for (const { points } of this.#kept.values()) total += points.length;
    for (const [key, kept] of this.#kept) {
      if (total <= MOST_POINTS) return;
      if (keep.has(kept)) continue;
      total -= kept.points.length;
      this.#kept.delete(key);
    }
  }
}

/** Means of an epoch, `train/loss`, have one point an epoch; all else has one a step. */
function isEachStep(name: string): boolean {
  return !name.includes('/');
}

export const curves = new Curves();
