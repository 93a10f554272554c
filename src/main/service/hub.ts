/** Live events to every window: each window gets all of them, in the order in which they were told. */
import type { AppEvent } from '../../shared/app.ts';

/** Beyond this many that wait, a window that reads slowly loses its oldest progress, which newer progress makes up for. */
const MANY = 1000;
/** Beyond this many it has stopped reading: its stream ends, and a window that lives connects again and asks anew. */
const TOO_MANY = 20_000;

/** What a newer one of its kind replaces. */
const PASSING: readonly AppEvent['kind'][] = ['progress', 'fetching', 'status'];

export class EventHub {
  private readonly streams = new Set<EventStream>();
  private isClosed = false;

  /** The events from now on, until the window leaves, `signal` says so, or the hub closes. */
  subscribe(signal?: AbortSignal): EventStream {
    const stream: EventStream = new EventStream(() => this.streams.delete(stream));
    if (this.isClosed || signal?.aborted) stream.end();
    else {
      this.streams.add(stream);
      signal?.addEventListener('abort', () => stream.end(), { once: true });
    }
    return stream;
  }

  publish(event: AppEvent): void {
    for (const stream of this.streams) stream.push(event);
  }

  /** Ends every stream, after what waits in it. */
  close(): void {
    this.isClosed = true;
    for (const stream of this.streams) stream.finish();
  }
}

/** One window's events. */
export class EventStream implements AsyncIterableIterator<AppEvent, undefined, undefined> {
  private readonly waiting: AppEvent[] = [];
  private readonly onEnd: () => void;
  /** How many of those that wait a newer one would replace. */
  private passing = 0;
  private asked: ((result: IteratorResult<AppEvent, undefined>) => void)[] = [];
  private isOver = false;

  constructor(onEnd: () => void) {
    this.onEnd = onEnd;
  }

  /** Before all that waits. */
  unshift(event: AppEvent): void {
    if (this.isOver) return;
    this.waiting.unshift(event);
    if (isPassing(event)) this.passing += 1;
  }

  push(event: AppEvent): void {
    if (this.isOver) return;
    const ask = this.asked.shift();
    if (ask !== undefined) return ask({ value: event, done: false });
    this.waiting.push(event);
    if (isPassing(event)) this.passing += 1;
    if (this.waiting.length > TOO_MANY) return this.end();
    if (this.waiting.length > MANY && this.passing > 0) {
      this.waiting.splice(this.waiting.findIndex(isPassing), 1);
      this.passing -= 1;
    }
  }

  next(): Promise<IteratorResult<AppEvent, undefined>> {
    const value = this.waiting.shift();
    if (value !== undefined) {
      if (isPassing(value)) this.passing -= 1;
      return Promise.resolve({ value, done: false });
    }
    if (this.isOver) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.asked.push(resolve));
  }

  return(): Promise<IteratorResult<AppEvent, undefined>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends it at once; what waits is dropped. */
  end(): void {
    this.waiting.length = 0;
    this.finish();
  }

  /** Ends it after what waits. */
  finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const ask of this.asked) ask({ value: undefined, done: true });
    this.asked = [];
    this.onEnd();
  }
}

function isPassing({ kind }: AppEvent): boolean {
  return PASSING.includes(kind);
}
