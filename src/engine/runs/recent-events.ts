/**
 * What a run has told of its last seconds. A checkpoint carries it, because a process that is killed may take points with it that
 * were told and not yet written: the run that goes on from the checkpoint tells them again, and its curves have no gap.
 */
import { deserialize, serialize } from 'node:v8';
import type { RecalledEvent } from '../../shared/engine-protocol.ts';

/** The history is at most a quarter of a second behind, unless the disk is slow. */
const KEPT_MS = 5000;

export class RecentEvents {
  private readonly events: { readonly at: number; readonly event: RecalledEvent }[] = [];

  /** `recalled`: what the checkpoint that the run goes on from has carried. */
  constructor(recalled: readonly RecalledEvent[]) {
    for (const event of recalled) this.add(event);
  }

  add(event: RecalledEvent): void {
    const now = performance.now();
    this.events.push({ at: now, event });
    const first = this.events.findIndex(({ at }) => now - at <= KEPT_MS);
    if (first > 0) this.events.splice(0, first);
  }

  toText(): string {
    return serialize(this.events.map(({ event }) => event)).toString('base64');
  }
}

/** What `toText` wrote; nothing where it is of another Node's making, or missing. */
export function readRecentEvents(text: string | undefined): readonly RecalledEvent[] {
  if (text === undefined) return [];
  try {
    return deserialize(Buffer.from(text, 'base64')) as RecalledEvent[];
  } catch {
    return []; // what it had is in the history already, but for the last moment before a crash
  }
}
