import { LabError } from '../../shared/errors.ts';

/** Throws `call/cancelled` when whoever asked has lost interest. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new LabError('call/cancelled', 'This was cancelled before it was done.', { hint: 'Ask again.' });
}
