import { setImmediate as nextTurn } from 'node:timers/promises';
import { LabError } from '../../shared/errors.ts';

/** Gives everybody else a turn. Throws `call/cancelled` when whoever asked has lost interest. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  if (!signal?.aborted) return;
  throw new LabError('call/cancelled', 'This was cancelled before it was done.', { hint: 'Ask again.' });
}
