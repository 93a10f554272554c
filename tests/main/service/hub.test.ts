import { describe, expect, it } from 'vitest';
import { EventHub } from '../../../src/main/service/hub.ts';
import type { AppEvent } from '../../../src/shared/app.ts';

const data = (id: string): AppEvent => ({ kind: 'data', id });
const progress = (step: number): AppEvent => ({
  kind: 'progress',
  progress: { run: 1, step, steps: 9, epoch: 1, epochs: 1, examplesPerSecond: null, secondsLeft: null },
});

async function all(stream: AsyncIterable<AppEvent>): Promise<AppEvent[]> {
  const events: AppEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('the event hub', () => {
  it('gives every window all events in their order, from its beginning on', async () => {
    const hub = new EventHub();
    const first = all(hub.subscribe());
    hub.publish(data('a'));
    const second = hub.subscribe();
    second.unshift(data('before'));
    hub.publish(data('b'));
    await Promise.resolve();
    hub.publish(data('c'));
    hub.close();
    expect(await first).toEqual([data('a'), data('b'), data('c')]);
    expect(await all(second)).toEqual([data('before'), data('b'), data('c')]);
  });

  it('ends streams at its close, after what waits in them, and new ones at once', async () => {
    const hub = new EventHub();
    const waiting = hub.subscribe().next();
    hub.close();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(await all(hub.subscribe())).toEqual([]);
  });

  it('ends a stream when its window leaves, or its signal says so, also one that was aborted before', async () => {
    const hub = new EventHub();
    const left = hub.subscribe();
    const asked = left.next();
    await left.return();
    hub.publish(data('a'));
    expect(await asked).toEqual({ value: undefined, done: true });
    expect(await left.next()).toEqual({ value: undefined, done: true });

    const abort = new AbortController();
    const aborted = all(hub.subscribe(abort.signal));
    hub.publish(data('b'));
    await new Promise((resolve) => setTimeout(resolve));
    abort.abort();
    expect(await aborted).toEqual([data('b')]);
    expect(await all(hub.subscribe(abort.signal))).toEqual([]);
  });

  it('takes the oldest progress from a window that reads slowly, and nothing else', async () => {
    const hub = new EventHub();
    const slow = hub.subscribe();
    for (let i = 0; i < 3000; i++) hub.publish(i % 3 === 0 ? data(String(i)) : progress(i));
    hub.close();
    const events = await all(slow);
    const kept = events.flatMap((event) => (event.kind === 'data' ? [Number(event.id)] : []));
    expect(kept).toEqual(Array.from({ length: 1000 }, (_, i) => 3 * i));
    expect(events).toHaveLength(1000);
  });

  it('lets a window go that has stopped reading', async () => {
    const hub = new EventHub();
    const dead = hub.subscribe();
    const alive = hub.subscribe();
    const seen = all(alive);
    for (let i = 0; i < 20_001; i++) {
      hub.publish(data(''));
      if (i % 1000 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    expect(await dead.next()).toEqual({ value: undefined, done: true });
    hub.close();
    expect(await seen).toHaveLength(20_001);
  });
});
