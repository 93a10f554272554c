import { describe, expect, it } from 'vitest';
import { withProgress } from '../../../src/main/service/with-progress.ts';
import { LabError } from '../../../src/shared/errors.ts';

/** A call that the test drives: updates, an end, and whether it was cancelled. */
function call() {
  let update: (value: unknown) => void = () => undefined;
  let signal: AbortSignal | undefined;
  let finish: (value: string) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const log: string[] = [];
  const events = withProgress<string>(
    (text) => log.push(text),
    (options) => {
      update = (value) => options.onUpdate?.(value);
      signal = options.signal;
      return new Promise<string>((resolve, reject) => ([finish, fail] = [resolve, reject]));
    },
  );
  return {
    events,
    log,
    update: (value: string) => update(value),
    finish: (value: string) => finish(value),
    fail: (error: unknown) => fail(error),
    isCancelled: () => signal?.aborted ?? false,
    isStarted: () => signal !== undefined,
  };
}

describe('a call as a stream', () => {
  it('begins when someone listens, tells its updates, and its result in the end', async () => {
    const driven = call();
    expect(driven.isStarted()).toBe(false);
    const first = driven.events.next();
    driven.update('a third');
    expect(await first).toEqual({ value: 'a third', done: false });
    const second = driven.events.next();
    driven.finish('all');
    expect(await second).toEqual({ value: 'all', done: false });
    expect(await driven.events.next()).toEqual({ value: undefined, done: true });
  });

  it('tells a listener who is slow the newest update alone', async () => {
    const driven = call();
    const first = driven.events.next();
    driven.update('1');
    await first;
    for (const value of ['2', '3', '4']) driven.update(value);
    driven.finish('all');
    expect((await driven.events.next()).value).toBe('4');
    expect((await driven.events.next()).value).toBe('all');
  });

  it('is cancelled when its listener leaves', async () => {
    const driven = call();
    const first = driven.events.next();
    driven.update('a third');
    await first;
    expect(driven.isCancelled()).toBe(false);
    await driven.events.return();
    expect(driven.isCancelled()).toBe(true);
    driven.fail(new Error('cancelled')); // no one waits for it any more
    await new Promise((resolve) => setImmediate(resolve));
    expect(driven.log).toEqual([]);
  });

  it('fails with the problem that the engine told', async () => {
    const driven = call();
    const first = driven.events.next();
    driven.fail(
      new LabError('inspect/no-unit', 'Expected a unit from 0 to 3, got 9.', {
        hint: 'Choose another unit.',
      }),
    );
    await expect(first).rejects.toMatchObject({
      code: 'PROBLEM',
      data: { code: 'inspect/no-unit', hint: 'Choose another unit.' },
    });
  });
});
