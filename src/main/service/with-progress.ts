/** A call that tells how far it is, as a stream for one window: its updates, and its result in the end. */
import type { CallOptions } from '../engines/index.ts';
import { toContractError } from './answer-errors.ts';

/**
 * Starts the call with the first `next`. A window that leaves cancels it. Updates that no one has taken yet give way to newer ones:
 * they only say how far it is.
 */
export async function* withProgress<Event>(
  log: (text: string) => void,
  start: (options: CallOptions) => Promise<Event>,
): AsyncGenerator<Event, void> {
  const abort = new AbortController();
  let newest: { readonly event: Event } | null = null;
  let wake = (): void => undefined;
  let isOver = false;
  const onUpdate = (event: unknown): void => {
    newest = { event: event as Event };
    wake();
  };
  const result = start({ signal: abort.signal, onUpdate }).finally(() => {
    isOver = true;
    wake();
  });
  // Whoever leaves early does not wait for it.
  result.catch(() => undefined);
  try {
    for (;;) {
      const told = newest as { readonly event: Event } | null;
      newest = null;
      if (told !== null) yield told.event;
      else if (isOver) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    yield await result;
  } catch (error) {
    throw toContractError(error, log);
  } finally {
    abort.abort();
  }
}
